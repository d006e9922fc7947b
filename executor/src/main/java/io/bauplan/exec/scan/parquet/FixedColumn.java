package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.ConstantVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.sql.plan.DataType;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// A column that the file does not have: its default, its partition's value, or NULL.
record FixedColumn(String name, DataType type, @Nullable Object value, BufferAllocator allocator)
    implements ColumnReader {
  @Override
  public Vector read(int rows) {
    try (VectorBuilder builder = new VectorBuilder(type, 1, allocator)) {
      builder.appendValue(value);
      return new ConstantVector(builder.build(), rows);
    }
  }

  @Override
  public void close() {}
}
