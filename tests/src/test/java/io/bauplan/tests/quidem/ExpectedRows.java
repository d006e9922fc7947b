package io.bauplan.tests.quidem;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/// Reads rows as Quidem's formats write them.
///
/// @param columns heads of the columns
record ExpectedRows(List<String> columns, List<List<String>> rows) {
  private static final Pattern COUNT =
      Pattern.compile("\\(\\d+ rows?( modified)?\\)|(\\d+|no) rows? selected\\.?");

  static ExpectedRows read(Script.Expectation expectation) {
    List<String> lines =
        expectation.content().stream()
            .filter(line -> !line.isBlank() && !COUNT.matcher(line).matches())
            .toList();
    return switch (expectation.format()) {
      case "mysql" -> boxed(lines);
      case "psql" -> ruled(lines);
      case "oracle" -> aligned(lines);
      default -> commaSeparated(lines);
    };
  }

  private static ExpectedRows boxed(List<String> lines) {
    List<String> inner = new ArrayList<>();
    for (String line : lines) {
      if (line.startsWith("|")) {
        inner.add(line.stripTrailing());
      } else if (!line.startsWith("+") && !inner.isEmpty()) {
        // A value with a line break goes on in the next line.
        inner.set(inner.size() - 1, inner.getLast() + "\n" + line);
      }
    }
    if (inner.isEmpty()) {
      return new ExpectedRows(List.of(), List.of());
    }
    List<String> heads = cells(inner.get(0).substring(1));
    List<Integer> bars = barPositions(inner.get(0));
    List<List<String>> rows = new ArrayList<>();
    for (String line : inner.subList(1, inner.size())) {
      rows.add(atBars(line, bars, heads.size()));
    }
    return new ExpectedRows(heads, rows);
  }

  /// Splits where the head's bars are, so that a bar within a value does no harm.
  private static List<String> atBars(String line, List<Integer> bars, int columns) {
    if (bars.stream().anyMatch(bar -> bar >= line.length() || line.charAt(bar) != '|')) {
      return cells(line.substring(1));
    }
    List<String> cells = new ArrayList<>();
    for (int i = 0; i < columns; i++) {
      cells.add(line.substring(bars.get(i) + 1, bars.get(i + 1)).strip());
    }
    return cells;
  }

  private static List<Integer> barPositions(String line) {
    List<Integer> bars = new ArrayList<>();
    for (int i = 0; i < line.length(); i++) {
      if (line.charAt(i) == '|') {
        bars.add(i);
      }
    }
    return bars;
  }

  private static List<String> cells(String line) {
    String body = line.endsWith("|") ? line.substring(0, line.length() - 1) : line;
    return Arrays.stream(body.split("\\|", -1)).map(String::strip).toList();
  }

  private static ExpectedRows ruled(List<String> lines) {
    if (lines.isEmpty()) {
      return new ExpectedRows(List.of(), List.of());
    }
    List<List<String>> rows = new ArrayList<>();
    for (String line : lines.subList(Math.min(2, lines.size()), lines.size())) {
      rows.add(cells(line));
    }
    return new ExpectedRows(cells(lines.get(0)), rows);
  }

  private static ExpectedRows aligned(List<String> lines) {
    if (lines.isEmpty()) {
      return new ExpectedRows(List.of(), List.of());
    }
    List<int[]> spans = new ArrayList<>();
    String rule = lines.get(1);
    for (int i = 0; i < rule.length(); i++) {
      if (rule.charAt(i) == '-') {
        int begin = i;
        while (i < rule.length() && rule.charAt(i) == '-') {
          i++;
        }
        spans.add(new int[] {begin, i});
      }
    }
    List<List<String>> all = new ArrayList<>();
    for (String line : lines) {
      List<String> cells = new ArrayList<>();
      for (int[] span : spans) {
        cells.add(
            span[0] >= line.length()
                ? ""
                : line.substring(span[0], Math.min(span[1], line.length())).strip());
      }
      all.add(cells);
    }
    return new ExpectedRows(all.get(0), all.subList(2, all.size()));
  }

  private static ExpectedRows commaSeparated(List<String> lines) {
    List<List<String>> all =
        lines.stream().map(line -> Arrays.stream(split(line)).map(String::strip).toList()).toList();
    return all.isEmpty()
        ? new ExpectedRows(List.of(), List.of())
        : new ExpectedRows(all.get(0), all.subList(1, all.size()));
  }

  private static String[] split(String line) {
    return line.split(",", -1);
  }
}
