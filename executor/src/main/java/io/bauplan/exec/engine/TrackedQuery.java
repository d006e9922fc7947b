package io.bauplan.exec.engine;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.job.RunningJob;
import io.bauplan.exec.worker.QueryFigures;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.sql.plan.DeletedRows;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.WrittenFile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The query of a statement, which says how it ended. Owns the query inside.
final class TrackedQuery implements RunningQuery {
  private final RunningQuery query;
  private final RunningJob job;
  private volatile boolean cancelled;
  private long rows;

  TrackedQuery(RunningQuery query, RunningJob job) {
    this.query = query;
    this.job = job;
  }

  @Override
  public String id() {
    return query.id();
  }

  @Override
  public RowType output() {
    return query.output();
  }

  @Override
  public @Nullable Batch next() {
    try {
      Batch batch = query.next();
      rows += batch == null ? 0 : batch.rowCount();
      return batch;
    } catch (RuntimeException e) {
      job.failed(e, rows);
      throw e;
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
    query.cancel();
  }

  @Override
  public List<WrittenFile> writtenFiles() {
    return query.writtenFiles();
  }

  @Override
  public List<DeletedRows> deletedRows() {
    return query.deletedRows();
  }

  @Override
  public QueryFigures figures() {
    return query.figures();
  }

  @Override
  public void close() {
    try {
      query.close();
    } finally {
      // A client that has seen enough is no failure.
      if (cancelled || job.isStopped()) {
        job.cancelled(rows);
      } else {
        job.succeeded(rows);
      }
    }
  }
}
