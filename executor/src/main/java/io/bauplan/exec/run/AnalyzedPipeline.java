package io.bauplan.exec.run;

import io.bauplan.exec.worker.ObservedPlans;
import io.bauplan.exec.worker.ObservedWorker.Observation;
import io.bauplan.sql.explain.Explanation;
import io.bauplan.sql.explain.Explanation.Part;
import io.bauplan.sql.explain.FileTotals;
import io.bauplan.sql.project.Model;
import io.bauplan.sql.project.PipelineDag;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The plans that a run carried out, by model.
final class AnalyzedPipeline {
  private AnalyzedPipeline() {}

  static Explanation explanation(
      String jobId,
      PipelineDag dag,
      List<Observation> observations,
      Map<String, RunEvent.ModelFinished> finished,
      FileTotals totals) {
    List<Part> parts = new ArrayList<>();
    for (Model model : dag.ordered()) {
      RunEvent.ModelFinished done = finished.get(model.name());
      String heading = ModelHeading.of(model) + (done == null ? "" : figures(done));
      List<String> parents = dag.parents(model).stream().map(Model::name).toList();
      List<Part> own = new ArrayList<>();
      for (Observation observation : observations) {
        if (observation.id().startsWith(jobId + "/" + model.name() + "/")) {
          own.add(
              ObservedPlans.part("", observation, totals)
                  .named(model.name(), own.isEmpty() ? heading : "", parents));
        }
      }
      parts.addAll(
          own.isEmpty() ? List.of(Part.nothing("").named(model.name(), heading, parents)) : own);
    }
    return new Explanation(Explanation.Mode.ANALYZE, parts);
  }

  private static String figures(RunEvent.ModelFinished done) {
    if (done.rows() < 0) {
      return ", planned into its reader";
    }
    return String.format(
        Locale.ROOT,
        ": %,d %s, %,d ms%s%s",
        done.rows(),
        done.rows() == 1 ? "row" : "rows",
        done.millis(),
        done.interpreter().isEmpty() ? "" : ", " + done.interpreter(),
        done.details().isEmpty() ? "" : " (" + done.details() + ")");
  }
}
