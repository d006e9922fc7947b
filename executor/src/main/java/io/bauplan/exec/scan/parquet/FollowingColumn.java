package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.cache.ColumnFill;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A column that another scan is reading just now: takes each vector as soon as it is there. Reads
/// for itself when that scan stops before the end, or waits for its own client.
final class FollowingColumn implements ColumnReader {
  private final String name;
  private final ColumnFill fill;
  private final Supplier<ColumnReader> own;
  private @Nullable ColumnReader reader;
  private int next;

  /// @param own reads the column from its start
  FollowingColumn(String name, ColumnFill fill, Supplier<ColumnReader> own) {
    this.name = name;
    this.fill = fill;
    this.own = own;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Vector read(int rows) {
    if (reader == null) {
      Vector vector = fill.await(next, ColumnFill.PATIENCE_NANOS);
      if (vector != null) {
        next++;
        return vector;
      }
      reader = own.get();
      for (int i = 0; i < next; i++) {
        reader.read(Vector.BATCH_ROWS).close();
      }
    }
    return reader.read(rows);
  }

  @Override
  public void close() {
    fill.leave();
    if (reader != null) {
      reader.close();
    }
  }
}
