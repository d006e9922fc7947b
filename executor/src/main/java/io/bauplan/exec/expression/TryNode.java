package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorType;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// `TRY(x)`: NULL in the rows where `x` is an error. All rows at once, and one by one after an
/// error.
final class TryNode extends Node {
  private final Node operand;
  private final BufferAllocator allocator;
  private @Nullable FlatVector result;

  TryNode(Node operand, BufferAllocator allocator) {
    super(operand.type());
    this.operand = operand;
    this.allocator = allocator;
  }

  @Override
  Register compute(Batch batch, int @Nullable [] rows, int count) {
    closeResult();
    try {
      Register values = operand.evaluate(batch, rows, count);
      result = RegisterWriter.write(values, rows, count, batch.vectorLength(), allocator);
    } catch (EngineException e) {
      if (e.code().type() != ErrorType.USER) {
        throw e;
      }
      result = oneByOne(batch, rows, count);
    }
    RegisterLoader.load(result, out, rows, count, batch.vectorLength());
    return out;
  }

  private FlatVector oneByOne(Batch batch, int @Nullable [] rows, int count) {
    int length = batch.vectorLength();
    try (VectorBuilder builder = new VectorBuilder(type(), length, allocator)) {
      int next = 0;
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        for (; next < row; next++) {
          builder.appendNull();
        }
        next++;
        append(batch, row, builder);
      }
      for (; next < length; next++) {
        builder.appendNull();
      }
      return builder.build();
    }
  }

  private void append(Batch batch, int row, VectorBuilder builder) {
    Register value;
    try {
      value = operand.evaluate(batch, new int[] {row}, 1);
    } catch (EngineException e) {
      if (e.code().type() != ErrorType.USER) {
        throw e;
      }
      builder.appendNull();
      return;
    }
    NestedNodes.append(value, row, builder);
  }

  private void closeResult() {
    if (result != null) {
      result.close();
      result = null;
    }
  }

  @Override
  void release() {
    operand.close();
    closeResult();
  }
}
