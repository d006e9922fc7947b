package io.bauplan.exec.scan;

import io.bauplan.exec.batch.Batch;
import org.jspecify.annotations.Nullable;

/// A stream of batches read by one thread.
public interface BatchReader extends AutoCloseable {
  /// The next batch, owned by the caller; null at the end. Empty only where an operator gives its
  /// thread back before it has found a row.
  @Nullable Batch next();

  /// The next batch with those of its rows selected that pass; empty where none does. The caller
  /// owns it; null at the end.
  default @Nullable Batch next(RowFilter filter) {
    Batch batch = next();
    return batch == null ? null : filter.apply(batch);
  }

  /// True where it makes progress before it is read, so that opening it early pays.
  default boolean worksAhead() {
    return false;
  }

  @Override
  void close();
}
