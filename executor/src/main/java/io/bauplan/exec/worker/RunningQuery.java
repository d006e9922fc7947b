package io.bauplan.exec.worker;

import io.bauplan.exec.batch.Batch;
import io.bauplan.sql.plan.DeletedRows;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.WrittenFile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A plan under way. Pulled by one thread; `cancel` may come from any.
public interface RunningQuery extends AutoCloseable {
  String id();

  RowType output();

  /// The next batch of the result, owned by the caller; null at the end. Blocks. Throws the query's
  /// `EngineException`; an interrupt cancels the query.
  @Nullable Batch next();

  /// Ends the query soon; `next` then throws `CANCELLED`.
  void cancel();

  /// After the end: files written by `TableWrite` and `RowChange` nodes, in no order.
  List<WrittenFile> writtenFiles();

  /// After the end: what a `RowChange` node deleted.
  List<DeletedRows> deletedRows();

  QueryFigures figures();

  /// Cancels what still runs, waits for its threads to let go, and frees the query's memory.
  /// Batches handed out before must be closed by their owners first.
  @Override
  void close();
}
