package io.bauplan.server.cli.render;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A box of rows for a terminal. Numbers stand right; NULL is shown as such; what does not fit is
/// cut.
public final class TableRenderer {
  private static final int MIN_COLUMN_WIDTH = 8;
  private static final String NULL = "NULL";

  private final List<String> names;
  private final boolean[] right;
  private final List<List<@Nullable String>> rows = new ArrayList<>();

  /// @param right per column: values stand right
  public TableRenderer(List<String> names, boolean[] right) {
    this.names = names.stream().map(SafeText::line).toList();
    this.right = right;
  }

  /// Adds a row of cells, null = NULL.
  public void add(List<@Nullable String> cells) {
    List<@Nullable String> safe = new ArrayList<>(cells.size());
    for (String cell : cells) {
      safe.add(cell == null ? null : SafeText.line(cell));
    }
    rows.add(safe);
  }

  public int rowCount() {
    return rows.size();
  }

  /// The table, lines ended.
  ///
  /// @param maxWidth columns of the terminal; 0 = cut nothing
  public String render(int maxWidth) {
    int[] widths = widths();
    if (maxWidth > 0) {
      shrink(widths, maxWidth);
    }
    StringBuilder out = new StringBuilder();
    rule(out, widths, "┌", "┬", "┐");
    line(out, widths, names, new boolean[right.length]);
    rule(out, widths, "├", "┼", "┤");
    for (List<@Nullable String> row : rows) {
      line(out, widths, row, right);
    }
    rule(out, widths, "└", "┴", "┘");
    return out.toString();
  }

  private int[] widths() {
    int[] widths = new int[names.size()];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = Math.max(1, SafeText.width(names.get(i)));
    }
    for (List<@Nullable String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        String cell = row.get(i);
        widths[i] = Math.max(widths[i], SafeText.width(cell == null ? NULL : cell));
      }
    }
    return widths;
  }

  /// Takes from the widest columns until the table fits or every column is narrow.
  private static void shrink(int[] widths, int maxWidth) {
    int total = 1;
    for (int width : widths) {
      total += width + 3;
    }
    while (total > maxWidth) {
      int widest = 0;
      for (int i = 1; i < widths.length; i++) {
        widest = widths[i] > widths[widest] ? i : widest;
      }
      if (widths[widest] <= MIN_COLUMN_WIDTH) {
        return;
      }
      widths[widest]--;
      total--;
    }
  }

  private static void rule(StringBuilder out, int[] widths, String left, String mid, String end) {
    out.append(left);
    for (int i = 0; i < widths.length; i++) {
      out.append(i == 0 ? "" : mid).append("─".repeat(widths[i] + 2));
    }
    out.append(end).append('\n');
  }

  private static void line(
      StringBuilder out, int[] widths, List<? extends @Nullable String> cells, boolean[] right) {
    out.append('│');
    for (int i = 0; i < widths.length; i++) {
      String cell = cells.get(i);
      String text = SafeText.fit(cell == null ? NULL : cell, widths[i]);
      String pad = " ".repeat(widths[i] - SafeText.width(text));
      out.append(' ')
          .append(right[i] ? pad : "")
          .append(text)
          .append(right[i] ? "" : pad)
          .append(" │");
    }
    out.append('\n');
  }
}
