package io.bauplan.sql.explain;

import java.util.ArrayList;
import java.util.List;

/// Breaks long texts into the lines of a box.
final class Wrapping {
  static final int MAX_CHARS = 48;
  private static final int MAX_LINES = 8;

  private Wrapping() {}

  static List<String> lines(String text) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ")) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > MAX_CHARS) {
        lines.add(line.toString());
        line.setLength(0);
        if (lines.size() == MAX_LINES) {
          lines.add("…");
          return lines;
        }
      }
      line.append(line.isEmpty() ? "" : " ").append(shortened(word));
    }
    if (!line.isEmpty()) {
      lines.add(line.toString());
    }
    return lines;
  }

  private static String shortened(String word) {
    if (word.length() <= MAX_CHARS) {
      return word;
    }
    int end = MAX_CHARS - 1;
    return word.substring(0, Character.isHighSurrogate(word.charAt(end - 1)) ? end - 1 : end) + "…";
  }
}
