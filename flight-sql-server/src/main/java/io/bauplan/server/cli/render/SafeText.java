package io.bauplan.server.cli.render;

import org.jline.utils.WCWidth;

/// Text from data, functions and files made safe to show: control characters could otherwise move
/// the cursor, retitle the window or fake output.
public final class SafeText {
  private SafeText() {}

  /// One line: control characters, line breaks included, become visible escapes.
  public static String line(String text) {
    return escaped(text, false);
  }

  /// As `line`, but line breaks and tabs stay.
  public static String lines(String text) {
    return escaped(text, true);
  }

  private static String escaped(String text, boolean keepLines) {
    int i = 0;
    while (i < text.length() && isPlain(text.charAt(i), keepLines)) {
      i++;
    }
    if (i == text.length()) {
      return text;
    }
    StringBuilder safe = new StringBuilder(text.length() + 16).append(text, 0, i);
    for (; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isPlain(c, keepLines)) {
        safe.append(c);
      } else {
        switch (c) {
          case '\n' -> safe.append("\\n");
          case '\r' -> safe.append("\\r");
          case '\t' -> safe.append("\\t");
          default -> safe.append(String.format("\\u%04x", (int) c));
        }
      }
    }
    return safe.toString();
  }

  private static boolean isPlain(char c, boolean keepLines) {
    if (c >= ' ' && c < 0x7f) {
      return true;
    }
    if (keepLines && (c == '\n' || c == '\t')) {
      return true;
    }
    // C0, DEL and C1 controls; marks that reorder text; line and paragraph separators.
    return !(c < ' '
        || (c >= 0x7f && c <= 0x9f)
        || (c >= 0x202a && c <= 0x202e)
        || (c >= 0x2066 && c <= 0x2069)
        || c == 0x2028
        || c == 0x2029);
  }

  /// Columns that a text takes on a terminal.
  public static int width(String text) {
    int width = 0;
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      width += Math.max(0, WCWidth.wcwidth(point));
      i += Character.charCount(point);
    }
    return width;
  }

  /// The text cut to `columns` with an ellipsis, if it is wider.
  public static String fit(String text, int columns) {
    if (text.length() <= columns / 2 || width(text) <= columns) {
      return text;
    }
    StringBuilder cut = new StringBuilder();
    int width = 0;
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      int more = Math.max(0, WCWidth.wcwidth(point));
      if (width + more > columns - 1) {
        break;
      }
      cut.appendCodePoint(point);
      width += more;
      i += Character.charCount(point);
    }
    return cut.append('…').toString();
  }
}
