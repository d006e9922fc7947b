package io.bauplan.sql.parser;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.parser.generated.BauplanParserConstants;
import io.bauplan.sql.parser.generated.ParseException;
import io.bauplan.sql.parser.generated.Token;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Makes of the generated parser's complaints one short sentence: what was found where, and what was
/// probably meant.
final class SyntaxErrors {
  /// More than this many possible words help nobody.
  private static final int MAX_EXPECTED = 4;

  private static final int MAX_SHOWN_CHARS = 40;

  /// Words that people mistype before anything is wrong to the grammar: `SELECT a FORM t` has an alias.
  private static final List<String> CLAUSES =
      List.of(
          "SELECT", "FROM", "WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "OFFSET", "JOIN", "INNER",
          "LEFT", "RIGHT", "FULL", "CROSS", "UNION", "INTERSECT", "EXCEPT", "VALUES", "QUALIFY",
          "WINDOW", "USING", "SET", "INTO", "AND", "OR");

  private static final Pattern LEXICAL =
      Pattern.compile("(?s)Lexical error at line (\\d+), column (\\d+)\\.\\s+Encountered: (.*)");

  private SyntaxErrors() {}

  static EngineException of(ParseException e) {
    Token current = e.currentToken;
    Token found = current.next;
    Set<String> expected = new LinkedHashSet<>();
    boolean identifier = false;
    for (int[] sequence : e.expectedTokenSequences) {
      if (sequence.length == 0) {
        continue;
      }
      String image = e.tokenImage[sequence[0]];
      if (image.startsWith("\"")) {
        expected.add(image.substring(1, image.length() - 1).replace("\\\"", "\""));
      } else {
        identifier |= image.equals("<IDENTIFIER>");
      }
    }
    List<String> words = new ArrayList<>();
    for (String word : expected) {
      // Where a name may stand, so may every word that is not reserved.
      if (!identifier || Keywords.isReserved(word)) {
        words.add(word);
      }
    }
    if (identifier && words.size() < MAX_EXPECTED) {
      words.add("a name");
    }
    return unexpected(current, found, words);
  }

  static EngineException unexpected(Token previous, Token found, List<String> expected) {
    Optional<String> meant = nearest(found.image, expected);
    if (meant.isEmpty() && isPlainWord(found)) {
      meant = nearest(found.image, CLAUSES);
    }
    Token at = found;
    if (meant.isEmpty() && previous != null && previous.image != null && isPlainWord(previous)) {
      Optional<String> before = nearest(previous.image, CLAUSES);
      if (before.isPresent()) {
        meant = before;
        at = previous;
      }
    }
    String message =
        at.kind == BauplanParserConstants.EOF
            ? "the statement ends too early"
            : "unexpected `" + shown(at) + "`";
    String hint = null;
    if (meant.isPresent()) {
      message += "; did you mean " + meant.get() + "?";
    } else if (!expected.isEmpty() && expected.size() <= MAX_EXPECTED) {
      message += "; expected " + list(expected);
    } else if (Keywords.isReserved(found.image) && expected.contains("a name")) {
      hint = "`" + found.image + "` is a reserved word: as a name it is written \"" + found.image + "\".";
    }
    if (hint == null && meant.isEmpty() && isReservedName(found, expected)) {
      hint =
          "`"
              + found.image
              + "` is a reserved word; as a name write it in double quotes: \""
              + found.image
              + "\".";
    }
    return new EngineException(ErrorCode.SYNTAX_ERROR, message, position(at), hint, null);
  }

  private static boolean isReservedName(Token found, List<String> expected) {
    return Keywords.isReserved(found.image)
        && expected.stream().anyMatch(e -> e.equals("a name") || e.startsWith("a name"));
  }

  /// The token manager's complaint.
  static EngineException lexical(String message, SourceText source) {
    Matcher matcher = LEXICAL.matcher(String.valueOf(message));
    if (!matcher.matches()) {
      return new EngineException(ErrorCode.SYNTAX_ERROR, "the text cannot be read as SQL");
    }
    int line = Integer.parseInt(matcher.group(1));
    int column = Integer.parseInt(matcher.group(2));
    if (matcher.group(3).startsWith("<EOF>")) {
      return unterminated(source);
    }
    int offset = source.offset(line, column);
    String found =
        offset < source.text().length()
            ? new String(Character.toChars(source.text().codePointAt(offset)))
            : "";
    return new EngineException(
        ErrorCode.SYNTAX_ERROR,
        "unexpected character `" + found + "`",
        SourcePosition.at(line, column));
  }

  /// The first sentence of somebody else's message, without its own position.
  static String plain(Throwable e) {
    String message = String.valueOf(e.getMessage());
    message = message.lines().findFirst().orElse("the text cannot be read as SQL");
    return message.replaceFirst("^From line \\d+, column \\d+ to line \\d+, column \\d+: ", "");
  }

  static EngineException unterminated(SourceText source) {
    StatementSplitter splitter = StatementSplitter.of(source.text());
    String what =
        switch (splitter.state()) {
          case STRING -> "a string is not closed: ' is missing";
          case QUOTED_NAME -> "a quoted name is not closed";
          case BODY -> "a body is not closed: $$ is missing";
          case COMMENT -> "a comment is not closed: */ is missing";
          case COMPLETE, STATEMENT -> "the statement ends too early";
        };
    int end = source.text().length();
    return new EngineException(ErrorCode.SYNTAX_ERROR, what, source.position(end, end));
  }

  static SourcePosition position(Token token) {
    if (token.kind == BauplanParserConstants.EOF) {
      return SourcePosition.at(Math.max(1, token.beginLine), Math.max(1, token.beginColumn));
    }
    return new SourcePosition(
        "", token.beginLine, token.beginColumn, token.endLine, token.endColumn);
  }

  private static boolean isPlainWord(Token token) {
    return token.image.length() > 2
        && Character.isLetter(token.image.charAt(0))
        && !Keywords.isReserved(token.image);
  }

  private static String shown(Token token) {
    String image = token.image.lines().findFirst().orElse("");
    return image.length() <= MAX_SHOWN_CHARS
        ? image
        : image.substring(0, MAX_SHOWN_CHARS - 3) + "...";
  }

  private static String list(List<String> expected) {
    if (expected.size() == 1) {
      return expected.getFirst();
    }
    return String.join(", ", expected.subList(0, expected.size() - 1))
        + " or "
        + expected.getLast();
  }

  /// The nearest keyword within one edit, or two for a word of more than five letters.
  static Optional<String> nearest(String found, Iterable<String> words) {
    String wanted = found.toUpperCase(Locale.ROOT);
    int best = wanted.length() > 5 ? 3 : wanted.length() > 2 ? 2 : 0;
    String nearest = null;
    for (String word : words) {
      if (!word.isEmpty()
          && Character.isUpperCase(word.charAt(0))
          && !word.equals(wanted)
          && Math.abs(word.length() - wanted.length()) < best) {
        int distance = distance(wanted, word);
        if (distance < best) {
          best = distance;
          nearest = word;
        }
      }
    }
    return Optional.ofNullable(nearest);
  }

  /// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + cost);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
