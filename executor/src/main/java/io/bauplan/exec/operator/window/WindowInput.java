package io.bauplan.exec.operator.window;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.CellValue;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// All rows of a window's input in one vector a column.
final class WindowInput implements AutoCloseable {
  private final List<FlatVector> columns;
  private final int rowCount;

  private WindowInput(List<FlatVector> columns, int rowCount) {
    this.columns = columns;
    this.rowCount = rowCount;
  }

  /// Drains the reader, which stays the caller's.
  static WindowInput read(BatchReader reader, RowType row, BufferAllocator allocator) {
    List<VectorBuilder> builders = new ArrayList<>();
    List<FlatVector> columns = new ArrayList<>();
    try {
      row.columns()
          .forEach(
              column ->
                  builders.add(new VectorBuilder(column.type(), Vector.BATCH_ROWS, allocator)));
      int rows = 0;
      for (Batch batch = reader.next(); batch != null; batch = reader.next()) {
        try (Batch owned = batch) {
          append(owned, builders, allocator);
          rows = Math.addExact(rows, owned.rowCount());
        }
      }
      for (VectorBuilder builder : builders) {
        columns.add(builder.build());
      }
      return new WindowInput(columns, rows);
    } catch (RuntimeException | Error e) {
      columns.forEach(FlatVector::close);
      throw e;
    } finally {
      builders.forEach(VectorBuilder::close);
    }
  }

  private static void append(Batch batch, List<VectorBuilder> builders, BufferAllocator allocator) {
    int[] selection = batch.selection();
    for (int c = 0; c < builders.size(); c++) {
      try (FlatVector flat = batch.column(c).flatten(allocator)) {
        VectorBuilder builder = builders.get(c);
        for (int i = 0; i < batch.rowCount(); i++) {
          builder.appendFrom(flat, selection == null ? i : selection[i]);
        }
      }
    }
  }

  int rowCount() {
    return rowCount;
  }

  FlatVector column(int index) {
    return columns.get(index);
  }

  @Nullable Object value(int column, int row) {
    return CellValue.read(columns.get(column), row);
  }

  @Override
  public void close() {
    columns.forEach(FlatVector::close);
  }
}
