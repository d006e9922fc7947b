package io.bauplan.exec.run;

import io.bauplan.exec.worker.TextRows;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.Expectation;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.project.Model;
import java.util.List;

/// Checks what `CREATE EXPECTATION` declared on a table that a run has written, on the run's branch
/// and before anything is published. One that does not hold fails the run, strict or not: it was
/// declared of what others see.
final class TableExpectations {
  private final RunContext run;

  TableExpectations(RunContext run) {
    this.run = run;
  }

  void check(Model model, TableRef table) {
    var at = run.catalog().resolve(run.session().reference());
    if (run.catalog().find(at, table).orElse(null) instanceof CatalogEntry.Table(CatalogTable t)) {
      for (Expectation expectation : Expectation.of(t)) {
        check(model, expectation);
      }
    }
  }

  private void check(Model model, Expectation expectation) {
    PhysicalPlan plan;
    String broken;
    try {
      plan = run.plan(model, expectation.violations());
      broken = " rows break CHECK (";
    } catch (EngineException ofRows) {
      try {
        plan = run.plan(model, expectation.violationsOfAll());
        broken = "";
      } catch (EngineException ofAll) {
        throw failed(model, expectation, "it cannot be checked: " + ofRows.getMessage());
      }
    }
    List<List<String>> rows = TextRows.read(run.worker(), plan, run.options(model));
    String count = rows.getFirst().getFirst();
    boolean passed = count.equals("0");
    String message =
        broken.isEmpty()
            ? "the rows together break CHECK (" + expectation.condition() + ")"
            : count + broken + expectation.condition() + ")";
    run.listener()
        .event(new RunEvent.ExpectationChecked(expectation.name(), passed, passed ? "" : message));
    if (!passed) {
      throw failed(model, expectation, message);
    }
  }

  private static EngineException failed(Model model, Expectation expectation, String why) {
    return new EngineException(
        ErrorCode.EXPECTATION_FAILED,
        "expectation \""
            + expectation.name()
            + "\" on "
            + expectation.table().dotted()
            + " failed: "
            + why,
        model.position(),
        "mend the model, or DROP EXPECTATION " + expectation.name(),
        null);
  }
}
