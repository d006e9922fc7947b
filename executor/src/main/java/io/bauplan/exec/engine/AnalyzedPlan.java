package io.bauplan.exec.engine;

import io.bauplan.exec.worker.QueryFigures;
import io.bauplan.exec.worker.QueryFigures.OperatorFigures;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PlanText;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// A plan with what really happened beside each node: `EXPLAIN ANALYZE`.
final class AnalyzedPlan {
  private AnalyzedPlan() {}

  static List<String> text(PhysicalPlan plan, QueryFigures figures) {
    Map<PhysicalPlan, OperatorFigures> byNode = new IdentityHashMap<>();
    figures.operators().forEach(operator -> byNode.put(operator.node(), operator));
    List<String> lines = new ArrayList<>();
    append(plan, 0, byNode, lines);
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT,
            "Total: %.1f ms, peak memory %.1f MB",
            figures.elapsedNanos() / 1e6,
            figures.peakMemoryBytes() / 1e6));
    if (!figures.fallbacks().isEmpty()) {
      lines.add("Without a vectorized form: " + String.join(", ", figures.fallbacks()));
    }
    return lines;
  }

  private static void append(
      PhysicalPlan node, int depth, Map<PhysicalPlan, OperatorFigures> byNode, List<String> lines) {
    StringBuilder line = new StringBuilder("  ".repeat(depth)).append(PlanText.line(node));
    OperatorFigures figures = byNode.get(node);
    if (figures != null) {
      line.append(
          String.format(
              Locale.ROOT, "  [%,d rows, %.1f ms", figures.rows(), figures.nanos() / 1e6));
      new TreeMap<>(figures.details())
          .forEach(
              (name, value) -> line.append(String.format(Locale.ROOT, ", %s %,d", name, value)));
      line.append(']');
    }
    lines.add(line.toString());
    for (PhysicalPlan input : node.inputs()) {
      append(input, depth + 1, byNode, lines);
    }
  }
}
