package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.cache.ColumnFill;

/// Reads a column and gives what it reads to the cache too. The cache keeps it only if it is read
/// to its end.
final class FillingColumn implements ColumnReader {
  private final ColumnReader source;
  private final ColumnFill fill;
  private long rowsLeft;
  private boolean ended;

  /// Takes ownership of the source, whose vectors' memory is the fill's.
  ///
  /// @param rows that the row group has
  FillingColumn(ColumnReader source, ColumnFill fill, long rows) {
    this.source = source;
    this.fill = fill;
    this.rowsLeft = rows;
  }

  @Override
  public String name() {
    return source.name();
  }

  @Override
  public Vector read(int rows) {
    Vector vector = source.read(rows);
    fill.add(vector.retain());
    rowsLeft -= rows;
    if (rowsLeft == 0) {
      ended = true;
      fill.finish();
    }
    return vector;
  }

  /// It was to be read whole though not all of its rows are wanted: or else it would be fetched
  /// whole again and again, and never kept.
  @Override
  public void finish() {
    while (rowsLeft > 0) {
      read((int) Math.min(rowsLeft, Vector.BATCH_ROWS)).close();
    }
  }

  @Override
  public void close() {
    if (!ended) {
      ended = true;
      fill.abandon();
    }
    source.close();
  }
}
