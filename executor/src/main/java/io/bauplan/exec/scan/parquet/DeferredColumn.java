package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.Vector;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A column that is opened when its first row is wanted: never, where no row of the row group
/// passes the filter.
final class DeferredColumn implements ColumnReader {
  private final String name;
  private final Supplier<ColumnReader> open;
  private @Nullable ColumnReader reader;
  private long skippedRows;

  DeferredColumn(String name, Supplier<ColumnReader> open) {
    this.name = name;
    this.open = open;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Vector read(int rows) {
    return opened().read(rows);
  }

  @Override
  public @Nullable Vector pick(int rows, int[] picked, int count) {
    return opened().pick(rows, picked, count);
  }

  private ColumnReader opened() {
    ColumnReader opened = reader;
    if (opened == null) {
      opened = open.get();
      reader = opened;
      for (long left = skippedRows; left > 0; left -= Vector.BATCH_ROWS) {
        opened.skip((int) Math.min(left, Vector.BATCH_ROWS));
      }
    }
    return opened;
  }

  /// @param rows those of a whole batch, unless they are the last ones
  @Override
  public void skip(int rows) {
    ColumnReader opened = reader;
    if (opened == null) {
      skippedRows += rows;
    } else {
      opened.skip(rows);
    }
  }

  @Override
  public void finish() {
    if (reader != null) {
      reader.finish();
    }
  }

  @Override
  public void close() {
    if (reader != null) {
      reader.close();
      reader = null;
    }
  }
}
