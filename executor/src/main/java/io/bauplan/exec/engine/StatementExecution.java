package io.bauplan.exec.engine;

import io.bauplan.exec.job.Jobs;
import io.bauplan.exec.job.RunningJob;
import io.bauplan.exec.run.RunEvent;
import io.bauplan.exec.run.RunListener;
import io.bauplan.exec.run.RunRequest;
import io.bauplan.exec.run.RunResult;
import io.bauplan.exec.worker.ObservedPlans;
import io.bauplan.exec.worker.ObservedWorker;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.explain.ExplainFormat;
import io.bauplan.sql.explain.Explanation;
import io.bauplan.sql.explain.FileTotals;
import io.bauplan.sql.explain.StatementPlans;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.session.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Carries out planned statements: one case per record.
final class StatementExecution {
  private final Engine engine;
  private final DataChanges changes;
  private final DataDefinition definitions;
  private final References references;
  private final FileImport imports;
  private final Procedures procedures;
  private final ViewMaterialization materialization;

  StatementExecution(Engine engine, Jobs jobs) {
    this.engine = engine;
    this.changes = new DataChanges(engine.catalog(), engine.worker());
    this.definitions = new DataDefinition(engine.catalog());
    this.references = new References(engine.catalog());
    this.imports = new FileImport(engine.catalog(), engine.worker().fileSchemas(), changes);
    this.procedures = new Procedures(engine.catalog(), jobs);
    this.materialization = new ViewMaterialization(engine.catalog());
  }

  StatementResult execute(
      PlannedStatement statement, Session session, StatementOptions options, RunningJob job) {
    return execute(
        statement, session, options, new StatementRunner(engine.worker(), session, options, job));
  }

  private StatementResult execute(
      PlannedStatement statement,
      Session session,
      StatementOptions options,
      StatementRunner runner) {
    return switch (statement) {
      case PlannedStatement.Query query -> new StatementResult.Rows(runner.start(query.plan()));
      case PlannedStatement.ExplainAnalyze explain ->
          explainAnalyze(explain, session, options, runner);
      case PlannedStatement.ExplainPipeline explain ->
          answer(engine.explain(session, explain), explain.format(), runner);
      case PlannedStatement.Insert insert -> changes.insert(insert, runner);
      case PlannedStatement.Rewrite rewrite -> changes.rewrite(rewrite, runner);
      case PlannedStatement.RowChange change -> changes.rowChange(change, runner);
      case PlannedStatement.CopyTo copy -> changes.copyTo(copy, runner);
      case PlannedStatement.CopyInto copy -> imports.copyInto(copy, runner);
      case PlannedStatement.CreateTable create -> definitions.createTable(create, runner);
      case PlannedStatement.CreateView create -> definitions.createView(create);
      case PlannedStatement.MaterializeView view -> materialization.write(view, runner);
      case PlannedStatement.CreateFunction create -> definitions.createFunction(create);
      case PlannedStatement.Drop drop -> definitions.drop(drop);
      case PlannedStatement.Rename rename -> definitions.rename(rename);
      case PlannedStatement.AlterTable alter -> definitions.alter(alter);
      case PlannedStatement.CreateNamespace create -> definitions.createNamespace(create);
      case PlannedStatement.DropNamespace drop -> definitions.dropNamespace(drop);
      case PlannedStatement.CreateReference create -> references.create(create);
      case PlannedStatement.DropReference drop -> references.drop(drop);
      case PlannedStatement.AssignReference assign -> references.assign(assign);
      case PlannedStatement.MergeBranch merge -> references.merge(merge);
      case PlannedStatement.Use use -> use(use, session);
      case PlannedStatement.SetOption option -> setOption(option, session);
      case PlannedStatement.Call call -> procedures.call(call, session.namespace(), runner);
      case PlannedStatement.RunPipeline run -> runPipeline(run, session, runner);
      case PlannedStatement.RerunJob(String job) ->
          runPipeline(engine.jobs().rerun(job), session, runner);
      case PlannedStatement.Unsupported(String feature) ->
          throw new EngineException(ErrorCode.NOT_SUPPORTED, feature + " is not supported yet");
    };
  }

  /// Runs the statement, changes included, and answers with its plans instead of its rows.
  private StatementResult explainAnalyze(
      PlannedStatement.ExplainAnalyze explain,
      Session session,
      StatementOptions options,
      StatementRunner answer) {
    ObservedWorker observed = new ObservedWorker(engine.worker());
    StatementResult result =
        execute(
            explain.statement(),
            session,
            options,
            new StatementRunner(observed, session, options, answer.job()));
    if (result instanceof StatementResult.Rows rows) {
      try (RunningQuery query = rows.query()) {
        StatementRunner.drain(query);
      }
    }
    FileTotals totals = FileTotals.of(engine.catalog(), explain.at());
    List<Explanation.Part> parts = new ArrayList<>();
    for (ObservedWorker.Observation observation : observed.observations()) {
      String heading = parts.isEmpty() ? StatementPlans.heading(explain.statement()) : "";
      parts.add(ObservedPlans.part(heading, observation, totals));
    }
    if (parts.isEmpty()) {
      parts.add(Explanation.Part.nothing(StatementPlans.heading(explain.statement())));
    }
    return answer(new Explanation(Explanation.Mode.ANALYZE, parts), explain.format(), answer);
  }

  private static StatementResult answer(
      Explanation explanation, ExplainFormat format, StatementRunner runner) {
    List<List<@Nullable Object>> lines = new ArrayList<>();
    for (String line : format.render(explanation)) {
      lines.add(new ArrayList<>(List.of(line)));
    }
    return new StatementResult.Rows(
        runner.start(new PhysicalPlan.Values(EXPLAIN_OUTPUT, lines), List.of()));
  }

  private StatementResult use(PlannedStatement.Use use, Session session) {
    Session changed = session;
    List<String> said = new ArrayList<>();
    if (use.reference().isPresent()) {
      engine.catalog().resolve(use.reference().get());
      changed = changed.withReference(use.reference().get());
      said.add("reference " + use.reference().get());
    }
    if (use.namespace().isPresent()) {
      changed = changed.withNamespace(use.namespace().get());
      said.add("namespace " + String.join(".", use.namespace().get()));
    }
    return new StatementResult.SessionChanged(changed, "Using " + String.join(", ", said));
  }

  private static StatementResult setOption(PlannedStatement.SetOption option, Session session) {
    TreeMap<String, String> settings = new TreeMap<>(session.settings());
    option
        .value()
        .ifPresentOrElse(
            value -> settings.put(option.name(), value), () -> settings.remove(option.name()));
    Session changed =
        new Session(
            session.principal(),
            session.reference(),
            session.namespace(),
            option.name().equalsIgnoreCase("timezone")
                    || option.name().equalsIgnoreCase("time_zone")
                ? zone(option.value().orElse("UTC"))
                : session.zone(),
            settings);
    // An amount that is none is refused here, not by the queries after it.
    changed.checkSettings();
    return new StatementResult.SessionChanged(changed, "Set " + option.name());
  }

  private static java.time.ZoneId zone(String name) {
    try {
      return java.time.ZoneId.of(name);
    } catch (java.time.DateTimeException e) {
      throw new EngineException(ErrorCode.INVALID_ARGUMENT, "unknown time zone '" + name + "'", e)
          .withHint("use a name such as 'Europe/Rome' or an offset such as '+02:00'");
    }
  }

  private StatementResult runPipeline(
      PlannedStatement.RunPipeline run, Session session, StatementRunner runner) {
    RunRequest request =
        new RunRequest(
            Path.of(run.directory()).toAbsolutePath().normalize().toString(),
            run.branch(),
            String.join(".", session.namespace()),
            run.parameters(),
            RunRequest.Preview.OFF,
            run.dryRun() ? RunRequest.Publishing.DRY_RUN : RunRequest.Publishing.TRANSACTION,
            run.strict() ? RunRequest.Strictness.STRICT : RunRequest.Strictness.LENIENT,
            RunRequest.Caching.ON);
    return runPipeline(request, session, runner);
  }

  private StatementResult runPipeline(RunRequest request, Session session, StatementRunner runner) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    RunListener listener =
        event -> {
          if (event instanceof RunEvent.ModelFinished done) {
            List<@Nullable Object> row = new ArrayList<>();
            row.add(done.model());
            row.add(done.rows());
            row.add(done.millis());
            row.add(done.table().isEmpty() ? null : done.table());
            rows.add(row);
          }
        };
    RunResult result = engine.run(session, request, listener);
    if (result.status() != RunResult.Status.SUCCEEDED) {
      throw new EngineException(ErrorCode.FUNCTION_FAILED, result.error())
          .withHint("the target is untouched; job " + result.jobId());
    }
    return new StatementResult.Rows(
        runner.start(new PhysicalPlan.Values(RUN_OUTPUT, rows), List.of()));
  }

  static final RowType EXPLAIN_OUTPUT =
      new RowType(List.of(new Column("plan", DataType.VARCHAR, false)));

  static final RowType RUN_OUTPUT =
      new RowType(
          List.of(
              new Column("model", DataType.VARCHAR, false),
              new Column("rows", DataType.INT64, false),
              new Column("milliseconds", DataType.INT64, false),
              new Column("table_name", DataType.VARCHAR, true)));
}
