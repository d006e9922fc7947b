package io.bauplan.sql.explain;

import io.bauplan.sql.explain.Explanation.Part;
import java.util.ArrayList;
import java.util.List;

/// Plans for people: a tree, with the figures of each operator below it.
final class ExplainText {
  private ExplainText() {}

  static List<String> lines(Explanation explanation) {
    List<String> lines = new ArrayList<>();
    for (Part part : explanation.parts()) {
      if (!lines.isEmpty()) {
        lines.add("");
      }
      String heading = title(part);
      if (!heading.isEmpty()) {
        lines.add(heading);
      }
      part.root().ifPresent(root -> append(root, "", "", nanos(root), lines));
      part.totals()
          .ifPresent(
              totals -> {
                lines.add("");
                lines.add(
                    "Total: "
                        + Figures.millis(totals.nanos())
                        + ", peak memory "
                        + Figures.bytes(totals.peakMemoryBytes()));
                if (!totals.fallbacks().isEmpty()) {
                  lines.add("Without a vectorized form: " + String.join(", ", totals.fallbacks()));
                }
              });
    }
    return lines;
  }

  static String title(Part part) {
    StringBuilder text = new StringBuilder(part.name());
    if (!part.heading().isEmpty()) {
      text.append(text.isEmpty() ? "" : ": ").append(part.heading());
    }
    return text.toString();
  }

  /// @param first what stands before the node's own line
  /// @param rest what stands before the lines below it
  private static void append(
      ExplainNode node, String first, String rest, long totalNanos, List<String> lines) {
    lines.add(
        first + node.operator() + (node.description().isEmpty() ? "" : " " + node.description()));
    String figures = rest + (node.inputs().isEmpty() ? "      " : "│     ");
    for (String line : Figures.lines(node, totalNanos)) {
      lines.add(figures + line);
    }
    for (int i = 0; i < node.inputs().size(); i++) {
      boolean last = i == node.inputs().size() - 1;
      append(
          node.inputs().get(i),
          rest + (last ? "└─ " : "├─ "),
          rest + (last ? "   " : "│  "),
          totalNanos,
          lines);
    }
  }

  static long nanos(ExplainNode node) {
    long sum = node.actual().map(ExplainNode.Actual::nanos).orElse(0L);
    for (ExplainNode input : node.inputs()) {
      sum += nanos(input);
    }
    return sum;
  }
}
