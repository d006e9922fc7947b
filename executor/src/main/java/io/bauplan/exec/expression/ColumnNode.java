package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.sql.plan.DataType;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// A column of the input.
final class ColumnNode extends Node {
  final int column;
  private final BufferAllocator allocator;
  private @Nullable FlatVector flattened;

  ColumnNode(int column, DataType type, BufferAllocator allocator) {
    super(type);
    this.column = column;
    this.allocator = allocator;
  }

  @Override
  Register compute(Batch batch, int @Nullable [] rows, int count) {
    Vector vector = batch.column(column);
    if (out.kind == Register.Kind.NESTED && !(vector instanceof FlatVector)) {
      release();
      flattened = vector.flatten(allocator);
      vector = flattened;
    }
    RegisterLoader.load(vector, out, rows, count, batch.vectorLength());
    return out;
  }

  @Override
  void release() {
    if (flattened != null) {
      flattened.close();
      flattened = null;
    }
  }
}
