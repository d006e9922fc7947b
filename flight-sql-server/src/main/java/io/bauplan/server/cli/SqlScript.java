package io.bauplan.server.cli;

import java.util.ArrayList;
import java.util.List;

/// Splits text into statements at semicolons outside quotes, comments and `$$` bodies.
public final class SqlScript {
  private final String text;
  private final List<String> statements = new ArrayList<>();
  private int position;
  private int start;
  private boolean blank = true;
  private boolean open;

  private SqlScript(String text) {
    this.text = text;
  }

  /// @param statements complete or, for the last, ended by the text's end; none is blank
  /// @param rest what stands after the last semicolon, blank if nothing does
  /// @param inside the text ends within a quote, comment or body
  public record Parts(List<String> statements, String rest, boolean inside) {
    /// All statements, the last one with or without its semicolon.
    public List<String> all() {
      List<String> all = new ArrayList<>(statements);
      if (!rest.isBlank()) {
        all.add(rest.strip());
      }
      return all;
    }
  }

  public static Parts split(String text) {
    return new SqlScript(text).split();
  }

  private Parts split() {
    while (position < text.length()) {
      char c = text.charAt(position);
      if (c == ';') {
        if (!blank) {
          statements.add(text.substring(start, position).strip());
        }
        start = ++position;
        blank = true;
      } else if (c == '\'' || c == '"' || c == '`') {
        blank = false;
        skip(1, String.valueOf(c));
      } else if (text.startsWith("$$", position)) {
        blank = false;
        skip(2, "$$");
      } else if (text.startsWith("--", position)) {
        int end = text.indexOf('\n', position);
        position = end < 0 ? text.length() : end + 1;
      } else if (text.startsWith("/*", position)) {
        skip(2, "*/");
      } else {
        blank &= Character.isWhitespace(c);
        position++;
      }
    }
    return new Parts(statements, blank && !open ? "" : text.substring(start), open);
  }

  /// Moves past `opening` characters and the text up to and including `end`.
  private void skip(int opening, String end) {
    int found = text.indexOf(end, position + opening);
    open = found < 0;
    position = open ? text.length() : found + end.length();
  }
}
