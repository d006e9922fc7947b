package io.bauplan.exec.run;

import io.bauplan.exec.worker.FunctionFailures;
import io.bauplan.exec.worker.FunctionReport;
import io.bauplan.exec.worker.FunctionTask;
import io.bauplan.exec.worker.Intermediates;
import io.bauplan.exec.worker.TableReport;
import io.bauplan.exec.worker.TextRows;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.project.Model;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.InvocationFigures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/// Executes one node of a run. Everything that touches rows happens on the worker.
final class NodeExecution {
  private static final int PREVIEW_ROWS = 10;

  private final RunContext run;
  private final InputQueries inputs;
  private final ModelPublication publication;
  private final TableExpectations expectations;

  NodeExecution(RunContext run) {
    this.run = run;
    this.inputs = new InputQueries(run);
    this.publication = new ModelPublication(run);
    this.expectations = new TableExpectations(run);
  }

  NodeResult execute(Model model) {
    run.listener().event(new RunEvent.ModelStarted(model.name()));
    long start = System.nanoTime();
    return switch (model) {
      case Model.Sql sql -> sql(sql, start);
      case Model.Function function -> function(function, start);
      case Model.Expectation expectation -> expectation(expectation, start);
    };
  }

  private NodeResult sql(Model.Sql model, long start) {
    String text = run.parameters().replace(model.text());
    PhysicalPlan plan = plan(model, text);
    if (run.materializes(model)) {
      ModelPublication.Written written =
          publication.publish(model, plan, model.partitionedBy(), model.overwriteFilter());
      expectations.check(model, written.table());
      finished(
          model,
          written.rows(),
          written.bytes(),
          start,
          written.table().dotted(),
          Optional.empty());
      preview(
          model,
          run.plan(model, "SELECT * FROM " + ModelPublication.quoted(written.table())),
          written.rows());
      return new NodeResult.Stored(written.table());
    }
    if (run.readers(model).size() == 1) {
      // Its only reader plans it as part of its own query: nothing to compute here.
      run.listener()
          .event(new RunEvent.ModelFinished(model.name(), -1, 0, millis(start), "", "", "inlined"));
      return new NodeResult.Inlined(model.name(), text);
    }
    TableReport report =
        Intermediates.keep(run.worker(), plan, run.intermediateId(model), run.options(model));
    finished(model, report.rows(), report.bytes(), start, "", Optional.empty());
    preview(model, scan(report), report.rows());
    return new NodeResult.Intermediate(report.id(), report.columns());
  }

  /// Errors in a model's text point into its file.
  private PhysicalPlan plan(Model.Sql model, String text) {
    try {
      return run.plan(model, text);
    } catch (EngineException e) {
      throw e.position().map(at -> e.withPosition(at.in(model.position().source()))).orElse(e);
    }
  }

  private NodeResult function(Model.Function model, long start) {
    TableReport report = call(model.definition(), model, model.inputs());
    checkColumns(model, report.columns());
    String table = "";
    if (run.materializes(model)) {
      TableRef written =
          publication
              .publish(model, scan(report), model.partitionedBy(), model.overwriteFilter())
              .table();
      expectations.check(model, written);
      table = written.dotted();
    }
    finished(model, report.rows(), report.bytes(), start, table, report.figures());
    preview(model, scan(report), report.rows());
    return new NodeResult.Intermediate(report.id(), report.columns());
  }

  private NodeResult expectation(Model.Expectation model, long start) {
    TableReport report = call(model.definition(), model, model.inputs());
    List<List<String>> rows = TextRows.read(run.worker(), scan(report), run.options(model));
    boolean passed = Boolean.parseBoolean(rows.get(0).get(0));
    String kind = rows.get(0).size() > 1 ? rows.get(0).get(1) : "bool";
    boolean strict = run.request().strictness() == RunRequest.Strictness.STRICT;
    String message =
        kind.equals("bool") || kind.equals("assert")
            ? "the expectation does not hold"
            : "the expectation returned " + kind + " instead of bool";
    boolean accepted = passed && (!strict || kind.equals("bool") || kind.equals("assert"));
    run.worker().dropIntermediate(report.id());
    run.listener()
        .event(new RunEvent.ExpectationChecked(model.name(), accepted, accepted ? "" : message));
    if (!accepted && strict) {
      throw new EngineException(
          ErrorCode.EXPECTATION_FAILED,
          "expectation \"" + model.name() + "\" failed: " + message,
          model.position());
    }
    finished(model, 1, 0, start, "", report.figures());
    return new NodeResult.Checked();
  }

  private TableReport call(
      FunctionDefinition definition,
      Model model,
      List<io.bauplan.sql.project.ModelInput> declared) {
    FunctionTask task =
        new FunctionTask(
            run.jobId() + "-" + model.name(),
            definition,
            inputs.inputs(model, declared),
            run.intermediateId(model));
    FunctionReport report = Intermediates.call(run.worker(), task, run.options(model));
    return switch (report) {
      case FunctionReport.Made(TableReport made) -> made;
      case FunctionReport.Failed(var outcome) ->
          throw FunctionFailures.toException(definition, outcome);
    };
  }

  private void checkColumns(Model.Function model, RowType columns) {
    List<String> found = columns.columns().stream().map(column -> column.name()).toList();
    if (model.columns().isEmpty() || model.columns().equals(found)) {
      return;
    }
    String message =
        "the model \""
            + model.name()
            + "\" declares the columns "
            + model.columns()
            + " but returned "
            + found;
    if (run.request().strictness() == RunRequest.Strictness.STRICT) {
      throw new EngineException(
          ErrorCode.FUNCTION_WRONG_RESULT,
          message,
          model.position(),
          "mend columns=[...] or what the function returns",
          null);
    }
    run.listener().event(new RunEvent.Note(model.name(), message));
  }

  private static PhysicalPlan scan(TableReport report) {
    return new PhysicalPlan.IntermediateScan(
        report.id(),
        report.columns(),
        IntStream.range(0, report.columns().size()).boxed().toList());
  }

  private void preview(Model model, PhysicalPlan rows, long total) {
    RunRequest.Preview wanted = run.request().preview();
    if (wanted == RunRequest.Preview.OFF || !run.readers(model).isEmpty()) {
      return;
    }
    long offset = wanted == RunRequest.Preview.TAIL ? Math.max(0, total - PREVIEW_ROWS) : 0;
    PhysicalPlan limited = new PhysicalPlan.Limit(rows, offset, OptionalLong.of(PREVIEW_ROWS));
    List<String> names = new ArrayList<>();
    rows.output().columns().forEach(column -> names.add(column.name()));
    run.listener()
        .event(
            new RunEvent.Preview(
                model.name(),
                names,
                TextRows.read(run.worker(), limited, run.options(model)),
                total));
  }

  private void finished(
      Model model,
      long rows,
      long bytes,
      long start,
      String table,
      Optional<InvocationFigures> figures) {
    run.listener()
        .event(
            new RunEvent.ModelFinished(
                model.name(),
                rows,
                bytes,
                millis(start),
                table,
                figures.map(InvocationFigures::interpreter).orElse(""),
                figures.map(NodeExecution::details).orElse("")));
  }

  private static String details(InvocationFigures figures) {
    return String.format(
        Locale.ROOT,
        "%s: environment %d ms, input %d ms (%.1f of %.1f MB copied), start %d ms (imports %d ms),"
            + " function %d ms, output %d ms (%.1f of %.1f MB by reference)",
        figures.path(),
        figures.environment().toMillis(),
        figures.transfer().toMillis(),
        figures.copiedBytes() / 1e6,
        figures.inputBytes() / 1e6,
        figures.start().toMillis(),
        figures.imports().toMillis(),
        figures.user().toMillis(),
        figures.output().toMillis(),
        figures.passedBytes() / 1e6,
        figures.outputBytes() / 1e6);
  }

  private static long millis(long start) {
    return (System.nanoTime() - start) / 1_000_000;
  }
}
