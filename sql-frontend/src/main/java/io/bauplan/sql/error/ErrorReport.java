package io.bauplan.sql.error;

import java.util.List;

/// Shows an error to the person who wrote the text: the message, the line with its place
/// underlined, and what to do.
///
/// ```
/// error: unexpected `FORM`; did you mean FROM?
///   line 1, column 10
///     SELECT a FORM t
///              ^^^^
/// hint: ...
/// ```
public final class ErrorReport {
  /// A longer line is shown around its error.
  private static final int MAX_LINE_CHARS = 120;

  private static final int TAB_CHARS = 4;

  private ErrorReport() {}

  /// Several lines without a newline at the end.
  ///
  /// @param text what was parsed: the statement, or the file that the position names
  public static String render(EngineException error, String text) {
    StringBuilder report = new StringBuilder("error: ").append(message(error));
    error
        .position()
        .ifPresent(
            position -> {
              report.append("\n  ").append(place(position));
              excerpt(report, position, text);
            });
    error.hint().ifPresent(hint -> report.append("\nhint: ").append(hint));
    return report.toString();
  }

  /// Where the text is not at hand: the message, its place and the hint, in one line.
  public static String oneLine(EngineException error) {
    StringBuilder report = new StringBuilder(message(error).replaceAll("\\s*\\R\\s*", " "));
    error.position().ifPresent(p -> report.append(" (").append(place(p)).append(')'));
    error.hint().ifPresent(hint -> report.append(". ").append(hint));
    return report.toString();
  }

  private static String message(EngineException error) {
    String message = error.getMessage();
    return message == null ? error.code().name() : message;
  }

  private static String place(SourcePosition position) {
    String file = position.source().isEmpty() ? "" : position.source() + ", ";
    return file + "line " + position.line() + ", column " + position.column();
  }

  private static void excerpt(StringBuilder report, SourcePosition position, String text) {
    List<String> lines = text.lines().toList();
    if (position.line() < 1 || position.line() > lines.size()) {
      return;
    }
    String line = lines.get(position.line() - 1);
    int from = Math.clamp(position.column() - 1, 0, line.length());
    int to =
        position.endLine() == position.line()
            ? Math.clamp(position.endColumn(), from, line.length())
            : line.length();
    int first = 0;
    int last = line.length();
    if (last > MAX_LINE_CHARS) {
      first = Math.max(0, Math.min(from - MAX_LINE_CHARS / 2, last - MAX_LINE_CHARS));
      last = Math.min(last, first + MAX_LINE_CHARS);
      to = Math.min(to, last);
    }
    String before = (first > 0 ? "..." : "") + visible(line.substring(first, from));
    String marked = visible(line.substring(from, Math.max(from, to)));
    String after = visible(line.substring(Math.max(from, to), last));
    report.append("\n    ").append(before).append(marked).append(after);
    if (last < line.length()) {
      report.append("...");
    }
    report.append("\n    ").repeat(" ", width(before)).repeat("^", Math.max(1, width(marked)));
  }

  /// Tabs widened and control characters (a terminal would obey them) replaced.
  private static String visible(String text) {
    StringBuilder visible = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              if (c == '\t') {
                visible.repeat(" ", TAB_CHARS);
              } else {
                visible.appendCodePoint(Character.isISOControl(c) ? '?' : c);
              }
            });
    return visible.toString();
  }

  /// Columns on a terminal: East Asian wide characters take two.
  private static int width(String text) {
    return text.codePoints().map(c -> isWide(c) ? 2 : 1).sum();
  }

  private static boolean isWide(int c) {
    return (c >= 0x1100 && c <= 0x115F)
        || (c >= 0x2E80 && c <= 0xA4CF)
        || (c >= 0xAC00 && c <= 0xD7A3)
        || (c >= 0xF900 && c <= 0xFAFF)
        || (c >= 0xFE30 && c <= 0xFE6F)
        || (c >= 0xFF00 && c <= 0xFF60)
        || (c >= 0xFFE0 && c <= 0xFFE6)
        || (c >= 0x1F300 && c <= 0x1FAFF)
        || (c >= 0x20000 && c <= 0x3FFFD);
  }
}
