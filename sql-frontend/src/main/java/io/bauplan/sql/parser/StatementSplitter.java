package io.bauplan.sql.parser;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// Finds the ends of statements: semicolons outside strings, quoted names, `$$` bodies and
/// comments. Light enough to run at every key stroke.
public final class StatementSplitter {
  /// A statement's place in the text.
  ///
  /// @param end exclusive, before the semicolon
  /// @param terminated whether a semicolon follows
  public record Piece(int start, int end, boolean terminated) {
    public String of(String text) {
      return text.substring(start, end);
    }
  }

  /// What the text ends in.
  public enum State {
    /// A semicolon, or nothing but space and comments after it.
    COMPLETE,
    /// A statement without its semicolon.
    STATEMENT,
    STRING,
    QUOTED_NAME,
    BODY,
    COMMENT
  }

  private final String text;
  private final List<Piece> pieces = new ArrayList<>();
  private State state = State.COMPLETE;
  private int deepest;
  private int deepestAt;
  private int unclosed = -1;

  private StatementSplitter(String text) {
    this.text = text;
    scan();
  }

  public static StatementSplitter of(String text) {
    return new StatementSplitter(text);
  }

  /// The statements, without those that hold nothing but space and comments.
  public List<Piece> pieces() {
    return List.copyOf(pieces);
  }

  public State state() {
    return state;
  }

  /// Whether a shell can run the text, or should ask for more lines.
  public boolean isComplete() {
    return state == State.COMPLETE;
  }

  /// The deepest nesting of parentheses, brackets and CASE, and where it begins.
  int depth() {
    return deepest;
  }

  int deepestAt() {
    return deepestAt;
  }

  /// Where the last parenthesis is that nothing closes; -1 = there is none.
  int unclosedAt() {
    return unclosed;
  }

  private void scan() {
    int start = -1;
    int end = 0;
    int depth = 0;
    Deque<Integer> open = new ArrayDeque<>();
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      int next = i + 1;
      if (Character.isWhitespace(c)) {
        i = next;
        continue;
      }
      if (isComment(i)) {
        next = endOfComment(i);
        if (next < 0) {
          state = State.COMMENT;
          next = text.length();
          start = start < 0 ? i : start;
          end = next;
        }
        i = next;
        continue;
      }
      if (c == ';') {
        if (start >= 0) {
          pieces.add(new Piece(start, end, true));
        }
        start = -1;
        depth = 0;
        unclosed = open.isEmpty() ? unclosed : open.peek();
        open.clear();
        i = next;
        continue;
      }
      start = start < 0 ? i : start;
      if (c == '\'' || c == '"' || c == '`') {
        next = endOfQuoted(i, c);
        if (next < 0) {
          state = c == '\'' ? State.STRING : State.QUOTED_NAME;
          next = text.length();
        }
      } else if (text.startsWith("$$", i)) {
        int close = text.indexOf("$$", i + 2);
        if (close < 0) {
          state = State.BODY;
        }
        next = close < 0 ? text.length() : close + 2;
      } else if (Character.isJavaIdentifierStart(c)) {
        while (next < text.length() && Character.isJavaIdentifierPart(text.charAt(next))) {
          next++;
        }
        if (isWord(i, next, "case")) {
          depth = deeper(depth, i);
        } else if (isWord(i, next, "end")) {
          depth = Math.max(0, depth - 1);
        }
      } else if (c == '(' || c == '[') {
        depth = deeper(depth, i);
        open.push(i);
      } else if (c == ')' || c == ']') {
        depth = Math.max(0, depth - 1);
        open.poll();
      }
      end = next;
      i = next;
    }
    unclosed = open.isEmpty() ? unclosed : open.peek();
    if (start >= 0) {
      pieces.add(new Piece(start, end, false));
      state = state == State.COMPLETE ? State.STATEMENT : state;
    }
  }

  private int deeper(int depth, int at) {
    if (depth + 1 > deepest) {
      deepest = depth + 1;
      deepestAt = at;
    }
    return depth + 1;
  }

  private boolean isWord(int from, int to, String word) {
    return to - from == word.length() && text.regionMatches(true, from, word, 0, word.length());
  }

  private boolean isComment(int i) {
    return text.startsWith("--", i) || text.startsWith("//", i) || text.startsWith("/*", i);
  }

  private int endOfComment(int i) {
    if (text.startsWith("/*", i)) {
      int close = text.indexOf("*/", i + 2);
      return close < 0 ? -1 : close + 2;
    }
    while (i < text.length() && text.charAt(i) != '\n' && text.charAt(i) != '\r') {
      i++;
    }
    return i;
  }

  /// After the closing quote; a doubled quote is one of the text.
  private int endOfQuoted(int i, char quote) {
    // E'it\'s': C-style escapes.
    boolean escapes =
        quote == '\''
            && i > 0
            && (text.charAt(i - 1) == 'e' || text.charAt(i - 1) == 'E')
            && (i < 2 || !Character.isJavaIdentifierPart(text.charAt(i - 2)));
    for (int j = i + 1; j < text.length(); j++) {
      char c = text.charAt(j);
      if (escapes && c == '\\') {
        j++;
      } else if (c == quote) {
        if (j + 1 < text.length() && text.charAt(j + 1) == quote) {
          j++;
        } else {
          return j + 1;
        }
      }
    }
    return -1;
  }
}
