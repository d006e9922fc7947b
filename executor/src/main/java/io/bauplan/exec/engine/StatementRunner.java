package io.bauplan.exec.engine;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.job.RunningJob;
import io.bauplan.exec.worker.QueryOptions;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.exec.worker.Worker;
import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlans;
import io.bauplan.sql.plan.WriteTarget;
import io.bauplan.sql.plan.WrittenFile;
import io.bauplan.sql.session.Session;
import java.util.List;
import java.util.UUID;

/// Starts plans on the worker on behalf of one statement.
final class StatementRunner {
  private final Worker worker;
  private final Session session;
  private final StatementOptions options;

  private final RunningJob job;

  /// @param job the statement
  StatementRunner(Worker worker, Session session, StatementOptions options, RunningJob job) {
    this.job = job;
    this.worker = worker;
    this.session = session;
    this.options = options;
  }

  RunningJob job() {
    return job;
  }

  /// Starts a plan; the caller owns the query.
  RunningQuery start(PhysicalPlan plan, List<Literal> parameters) {
    PhysicalPlan bound = parameters.isEmpty() ? plan : PhysicalPlans.bind(plan, parameters);
    String id = job.id() + "-" + UUID.randomUUID();
    return job.track(
        worker.execute(
            bound,
            QueryOptions.builder(id)
                .memoryBytes(session.memoryLimitBytes())
                .timeout(options.timeout())
                .zone(session.zone())
                .functionOutput(job.output(options.functionOutput()))
                .cached(options.cached() && session.usesColumnCache())
                .batchRows(session.batchRows())
                .functionMemory(session.functionMemoryBytes())
                .build()));
  }

  RunningQuery start(PhysicalPlan plan) {
    return start(plan, options.parameters());
  }

  /// Runs a plan to its end and drops its rows; returns how many there were.
  long drain(PhysicalPlan plan) {
    try (RunningQuery query = start(plan)) {
      return drain(query);
    }
  }

  static long drain(RunningQuery query) {
    long rows = 0;
    for (Batch batch = query.next(); batch != null; batch = query.next()) {
      rows += batch.rowCount();
      batch.close();
    }
    return rows;
  }

  /// Writes a plan's rows as files of a table that nobody sees yet.
  List<WrittenFile> write(PhysicalPlan source, WriteTarget target) {
    try (RunningQuery query = start(PhysicalPlan.TableWrite.inOrder(source, target))) {
      drain(query);
      return query.writtenFiles();
    }
  }

  static long rows(List<WrittenFile> files) {
    return files.stream().mapToLong(WrittenFile::recordCount).sum();
  }
}
