package io.bauplan.exec.run;

import io.bauplan.exec.worker.QueryOptions;
import io.bauplan.exec.worker.Worker;
import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.CommitInfo;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.project.Model;
import io.bauplan.sql.project.PipelineDag;
import io.bauplan.sql.session.Session;
import io.bauplan.sql.session.StatementPlanner;
import io.bauplan.udf.api.OutputListener;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/// What the steps of one run share.
///
/// @param session at the run branch (at the pinned commit for dry runs)
/// @param parameters rendered as SQL literals
record RunContext(
    String jobId,
    Catalog catalog,
    StatementPlanner planner,
    Worker worker,
    Session session,
    RunRequest request,
    String project,
    PipelineDag dag,
    RunScope scope,
    RunParameters parameters,
    RunListener listener) {

  /// Longest time that one query of a run may take.
  private static final Duration QUERY_LIMIT = Duration.ofHours(24);

  PhysicalPlan plan(Model reader, String sql) {
    PlannedStatement planned = planner.plan(sql, session, scope.readBy(reader));
    if (planned instanceof PlannedStatement.Query query) {
      return query.plan();
    }
    throw notAQuery(reader);
  }

  static EngineException notAQuery(Model reader) {
    return new EngineException(
        ErrorCode.PROJECT_INVALID,
        "the model \"" + reader.name() + "\" is not a query",
        reader.position(),
        "a model is one SELECT; it needs no CREATE and no INSERT",
        null);
  }

  QueryOptions options(Model model) {
    OutputListener output =
        (stream, line) ->
            listener.event(
                new RunEvent.Output(model.name(), stream.name().toLowerCase(Locale.ROOT), line));
    return QueryOptions.builder(intermediateId(model) + "/" + UUID.randomUUID())
        .memoryBytes(session.memoryLimitBytes())
        .timeout(QUERY_LIMIT)
        .zone(session.zone())
        .functionOutput(output)
        .cached(request.caching() == RunRequest.Caching.ON && session.usesColumnCache())
        .batchRows(session.batchRows())
        .functionMemory(session.functionMemoryBytes())
        .secrets(parameters.secrets())
        .build();
  }

  String intermediateId(Model model) {
    return jobId + "/" + model.name();
  }

  CommitInfo modelCommit(Model model) {
    return new CommitInfo(
        session.principal().name(),
        "Model " + model.name() + " of run " + jobId,
        Map.of(
            "bauplan.job",
            jobId,
            "bauplan.project",
            project,
            "bauplan.user",
            session.principal().name(),
            RunBranches.UNPUBLISHED_PROPERTY,
            "true"));
  }

  CommitInfo publishCommit() {
    return new CommitInfo(
        session.principal().name(),
        "Run " + jobId + " of " + project,
        Map.of(
            "bauplan.job", jobId,
            "bauplan.project", project,
            "bauplan.user", session.principal().name()));
  }

  boolean materializes(Model model) {
    return model.materialization() != io.bauplan.sql.project.Materialization.NONE
        && request.publishing() != RunRequest.Publishing.DRY_RUN;
  }

  /// Models that read this one.
  List<Model> readers(Model model) {
    return dag.children(model);
  }
}
