package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.Vector;
import org.jspecify.annotations.Nullable;

/// Reads one column of a row group. Used by one thread.
interface ColumnReader extends AutoCloseable {
  String name();

  /// The next `rows` rows; the caller owns the result.
  Vector read(int rows);

  /// Of the next `rows` rows the first `count` of those in `picked`, which is ascending; the caller
  /// owns the result. Null, and nothing done, where only all of them can be read.
  default @Nullable Vector pick(int rows, int[] picked, int count) {
    return null;
  }

  /// Passes over the next `rows` rows.
  default void skip(int rows) {
    read(rows).close();
  }

  /// After the last row that is wanted: who keeps the column reads what is left of it.
  default void finish() {}

  @Override
  void close();
}
