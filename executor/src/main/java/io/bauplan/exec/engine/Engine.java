package io.bauplan.exec.engine;

import io.bauplan.exec.job.Jobs;
import io.bauplan.exec.run.RunListener;
import io.bauplan.exec.run.RunRequest;
import io.bauplan.exec.run.RunResult;
import io.bauplan.exec.worker.Worker;
import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.explain.Explanation;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.session.Session;
import io.bauplan.sql.session.SystemTables;
import java.util.List;

/// An open warehouse. Thread-safe. Every error is an `EngineException`.
public interface Engine extends AutoCloseable {
  /// Plans and starts a statement. Rows stream from the result; everything else is done on return.
  StatementResult execute(Session session, String sql, StatementOptions options);

  /// Plans without executing.
  StatementShape describe(Session session, String sql);

  /// Runs a pipeline as a transaction on a branch; returns when it is published or has failed. An
  /// interrupt of the calling thread cancels the run.
  RunResult run(Session session, RunRequest request, RunListener listener);

  /// As `run`, but returns at once; the engine carries the run out while it is open.
  ///
  /// @return the job's id
  String startRun(Session session, RunRequest request, RunListener listener);

  /// Statements and runs, now and before.
  Jobs jobs();

  /// The plans of a project's models; `ANALYZE` runs them, publishes nothing and adds figures.
  Explanation explain(Session session, PlannedStatement.ExplainPipeline pipeline);

  Catalog catalog();

  /// `information_schema` and `sys`.
  List<SystemTables.SystemTable> systemTables();

  Worker worker();

  EngineConfig config();

  @Override
  void close();

  /// Opens a warehouse in this process.
  ///
  /// @throws io.bauplan.sql.error.EngineException `WAREHOUSE_LOCKED` where another process has it
  ///     open, `WAREHOUSE_UNUSABLE` where the folder cannot be used
  static Engine open(EngineConfig config) {
    return LocalEngine.open(config);
  }
}
