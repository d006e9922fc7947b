package io.bauplan.server.cli;

import io.bauplan.server.cli.render.SafeText;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.SourcePosition;

/// An error as a person reads it: what, the line with a caret, what to do.
final class ErrorText {
  private ErrorText() {}

  static String of(EngineException error, String sql) {
    StringBuilder text = new StringBuilder("Error: ").append(SafeText.lines(error.getMessage()));
    error.position().ifPresent(at -> appendPlace(text, at, sql));
    error.hint().ifPresent(hint -> text.append("\nHint: ").append(SafeText.lines(hint)));
    return text.toString();
  }

  private static void appendPlace(StringBuilder text, SourcePosition at, String sql) {
    if (!at.source().isEmpty()) {
      text.append("\n  at ").append(SafeText.line(at.source())).append(':').append(at.line());
      return;
    }
    String[] lines = sql.split("\n", -1);
    if (at.line() < 1 || at.line() > lines.length || at.column() < 1) {
      return;
    }
    String line = lines[at.line() - 1].replace('\t', ' ');
    String prefix = at.line() + " | ";
    int end = at.endLine() == at.line() ? Math.min(at.endColumn(), line.length()) : line.length();
    text.append('\n')
        .append(prefix)
        .append(SafeText.line(line))
        .append('\n')
        .append(" ".repeat(prefix.length()))
        .append(" ".repeat(SafeText.width(line.substring(0, Math.min(at.column() - 1, line.length())))))
        .append("^".repeat(Math.max(1, end - at.column() + 1)));
  }
}
