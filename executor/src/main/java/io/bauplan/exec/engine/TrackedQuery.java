package io.bauplan.exec.engine;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.worker.QueryFigures;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.sql.plan.DeletedRows;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.WrittenFile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A query that says when it is over. Owns the query inside.
final class TrackedQuery implements RunningQuery {
  private final RunningQuery query;
  private final Runnable onClose;

  TrackedQuery(RunningQuery query, Runnable onClose) {
    this.query = query;
    this.onClose = onClose;
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
    return query.next();
  }

  @Override
  public void cancel() {
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
      onClose.run();
    }
  }
}
