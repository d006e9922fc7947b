package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.scan.BatchReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Gives out a long batch in pieces of the usual size, without copying. Borrows it.
final class SliceReader implements BatchReader {
  private final Batch rows;
  private int next;

  SliceReader(Batch rows) {
    this.rows = rows;
  }

  @Override
  public @Nullable Batch next() {
    int count = Math.min(Vector.BATCH_ROWS, rows.rowCount() - next);
    if (count <= 0) {
      return null;
    }
    List<Vector> columns = new ArrayList<>();
    for (Vector column : rows.columns()) {
      columns.add(column.slice(next, count));
    }
    next += count;
    return new Batch(columns, count);
  }

  @Override
  public void close() {}
}
