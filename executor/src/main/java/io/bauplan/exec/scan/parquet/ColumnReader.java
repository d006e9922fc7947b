package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.Vector;

/// Reads one column of a row group. Used by one thread.
interface ColumnReader extends AutoCloseable {
  String name();

  /// The next `rows` rows; the caller owns the result.
  Vector read(int rows);

  /// Passes over the next `rows` rows.
  default void skip(int rows) {
    read(rows).close();
  }

  @Override
  void close();
}
