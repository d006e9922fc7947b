package io.bauplan.exec.scan;

import io.bauplan.exec.batch.Batch;
import org.jspecify.annotations.Nullable;

/// A stream of batches read by one thread.
public interface BatchReader extends AutoCloseable {
  /// The next batch, never empty, owned by the caller; null at the end.
  @Nullable Batch next();

  @Override
  void close();
}
