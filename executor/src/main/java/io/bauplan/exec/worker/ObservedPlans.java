package io.bauplan.exec.worker;

import io.bauplan.exec.worker.QueryFigures.OperatorFigures;
import io.bauplan.sql.explain.ExplainNode;
import io.bauplan.sql.explain.ExplainNode.Actual;
import io.bauplan.sql.explain.Explanation.Part;
import io.bauplan.sql.explain.Explanation.Totals;
import io.bauplan.sql.explain.FileTotals;
import io.bauplan.sql.explain.PlanNodes;
import io.bauplan.sql.plan.PhysicalPlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Plans with what happened beside each node.
public final class ObservedPlans {
  private ObservedPlans() {}

  public static Part part(
      String heading, ObservedWorker.Observation observation, FileTotals totals) {
    ExplainNode estimated = PlanNodes.of(observation.plan(), totals);
    QueryFigures figures = observation.figures();
    List<Actual> actual = new ArrayList<>();
    for (OperatorFigures each : figures.operators()) {
      actual.add(
          new Actual(each.rows(), each.nanos(), each.peakMemoryBytes(), counters(each, totals)));
    }
    return Part.of(heading, estimated)
        .withActual(
            actual,
            new Totals(figures.elapsedNanos(), figures.peakMemoryBytes(), figures.fallbacks()));
  }

  private static Map<String, Long> counters(OperatorFigures figures, FileTotals totals) {
    Map<String, Long> counters = new HashMap<>(figures.details());
    if (figures.node() instanceof PhysicalPlan.TableScan scan) {
      Optional<ExplainNode.Files> all = totals.of(scan);
      if (all.isPresent()) {
        long bytes = scan.files().stream().mapToLong(file -> file.sizeBytes()).sum();
        counters.put("filesSkipped", all.get().count() - scan.files().size());
        counters.put("fileBytesSkipped", all.get().bytes() - bytes);
      }
    }
    return counters;
  }
}
