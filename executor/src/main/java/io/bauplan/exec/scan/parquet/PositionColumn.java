package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.sql.plan.DataType;
import org.apache.arrow.memory.BufferAllocator;

/// The number of each row in its file.
final class PositionColumn implements ColumnReader {
  private final String name;
  private final BufferAllocator allocator;
  private long next;

  PositionColumn(String name, long first, BufferAllocator allocator) {
    this.name = name;
    this.next = first;
    this.allocator = allocator;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Vector read(int rows) {
    try (VectorBuilder builder = new VectorBuilder(DataType.INT64, rows, allocator)) {
      for (int i = 0; i < rows; i++) {
        builder.appendLong(next++);
      }
      return builder.build();
    }
  }

  @Override
  public void close() {}
}
