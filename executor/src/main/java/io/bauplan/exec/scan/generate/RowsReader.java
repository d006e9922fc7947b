package io.bauplan.exec.scan.generate;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Batches made row by row.
final class RowsReader implements BatchReader {
  /// Appends one row's values to the builders; false where there is no more row.
  @FunctionalInterface
  interface Rows {
    boolean append(List<VectorBuilder> columns);
  }

  private final RowType type;
  private final Rows rows;
  private final ScanContext context;
  private boolean ended;

  RowsReader(RowType type, Rows rows, ScanContext context) {
    this.type = type;
    this.rows = rows;
    this.context = context;
  }

  @Override
  public @Nullable Batch next() {
    if (ended) {
      return null;
    }
    List<VectorBuilder> columns = new ArrayList<>();
    try {
      for (var column : type.columns()) {
        columns.add(new VectorBuilder(column.type(), Vector.BATCH_ROWS, context.allocator()));
      }
      int count = 0;
      while (count < Vector.BATCH_ROWS) {
        if (!rows.append(columns)) {
          ended = true;
          break;
        }
        count++;
      }
      if (count == 0) {
        return null;
      }
      context.figures().rowsRead().add(count);
      List<Vector> vectors = new ArrayList<>();
      for (VectorBuilder column : columns) {
        vectors.add(column.build());
      }
      return new Batch(vectors, count);
    } finally {
      columns.forEach(VectorBuilder::close);
    }
  }

  @Override
  public void close() {}
}
