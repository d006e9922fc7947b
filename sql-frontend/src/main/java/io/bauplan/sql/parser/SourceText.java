package io.bauplan.sql.parser;

import io.bauplan.sql.error.SourcePosition;
import java.util.ArrayList;
import java.util.List;

/// A text by lines and columns, counted as the generated parser counts: 1-based, in UTF-16 units, a
/// line ending at `\n`, `\r` or `\r\n`.
final class SourceText {
  private final String text;
  private final List<Integer> lineStarts = new ArrayList<>();

  SourceText(String text) {
    this.text = text;
    lineStarts.add(0);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n' || (c == '\r' && (i + 1 == text.length() || text.charAt(i + 1) != '\n'))) {
        lineStarts.add(i + 1);
      }
    }
  }

  String text() {
    return text;
  }

  int offset(int line, int column) {
    int index = Math.max(0, Math.min(line, lineStarts.size()) - 1);
    return Math.max(0, Math.min(lineStarts.get(index) + column - 1, text.length()));
  }

  int line(int offset) {
    int low = 0;
    int high = lineStarts.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (lineStarts.get(middle) <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low + 1;
  }

  int column(int offset) {
    return offset - lineStarts.get(line(offset) - 1) + 1;
  }

  SourcePosition position(int start, int end) {
    int last = Math.max(start, end - 1);
    return new SourcePosition("", line(start), column(start), line(last), column(last));
  }

  String slice(SourcePosition position) {
    return text.substring(
        offset(position.line(), position.column()),
        offset(position.endLine(), position.endColumn() + 1));
  }
}
