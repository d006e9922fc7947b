package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.scan.BatchReader;
import org.jspecify.annotations.Nullable;

/// Nothing to read.
final class EmptyReader implements BatchReader {
  @Override
  public @Nullable Batch next() {
    return null;
  }

  /// Costs nothing: what comes after it may.
  @Override
  public boolean worksAhead() {
    return true;
  }

  @Override
  public void close() {}
}
