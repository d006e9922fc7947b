package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.cache.CachedColumn;

/// A column out of the cache.
final class CachedColumnReader implements ColumnReader {
  private final String name;
  private final CachedColumn column;
  private int next;

  /// Takes over a hold on the column.
  CachedColumnReader(String name, CachedColumn column) {
    this.name = name;
    this.column = column;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Vector read(int rows) {
    return column.vector(next++);
  }

  /// @param rows those of a whole vector, as for `read`
  @Override
  public void skip(int rows) {
    next++;
  }

  @Override
  public void close() {
    column.release();
  }
}
