package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.CellValue;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.expression.value.ValueFunction;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataType;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// A function that is computed value by value, over Java objects: what has neither a kernel nor a
/// place in Calcite's runtime. Exact to microseconds.
final class ValueNode extends Node {
  private final List<Node> arguments;
  private final String name;
  private final ValueFunction function;
  private final BufferAllocator allocator;
  private @Nullable FlatVector result;

  ValueNode(
      List<Node> arguments,
      DataType type,
      String name,
      ValueFunction function,
      BufferAllocator allocator) {
    super(type);
    this.name = name;
    this.arguments = List.copyOf(arguments);
    this.function = function;
    this.allocator = allocator;
  }

  @Override
  Register compute(Batch batch, int @Nullable [] rows, int count) {
    int length = batch.vectorLength();
    FlatVector[] inputs = new FlatVector[arguments.size()];
    closeResult();
    try {
      for (int a = 0; a < inputs.length; a++) {
        Register values = arguments.get(a).evaluate(batch, rows, count);
        inputs[a] = RegisterWriter.write(values, rows, count, length, allocator);
      }
      result = apply(inputs, rows, count, length);
    } finally {
      for (FlatVector input : inputs) {
        if (input != null) {
          input.close();
        }
      }
    }
    RegisterLoader.load(result, out, rows, count, length);
    return out;
  }

  private FlatVector apply(FlatVector[] inputs, int @Nullable [] rows, int count, int length) {
    @Nullable Object[] values = new Object[inputs.length];
    try (VectorBuilder builder = new VectorBuilder(type(), length, allocator)) {
      int next = 0;
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        for (; next < row; next++) {
          builder.appendNull();
        }
        for (int a = 0; a < inputs.length; a++) {
          values[a] = CellValue.read(inputs[a], row);
        }
        builder.appendValue(call(values));
        next++;
      }
      for (; next < length; next++) {
        builder.appendNull();
      }
      return builder.build();
    }
  }

  /// Some functions learn only from the values that they cannot take them.
  private @Nullable Object call(@Nullable Object[] values) {
    try {
      return function.apply(values);
    } catch (ClassCastException e) {
      throw new EngineException(
          ErrorCode.TYPE_MISMATCH,
          name
              + " cannot take ("
              + arguments.stream().map(a -> a.type().sql()).collect(Collectors.joining(", "))
              + ")",
          e);
    }
  }

  private void closeResult() {
    if (result != null) {
      result.close();
      result = null;
    }
  }

  @Override
  void release() {
    arguments.forEach(Node::close);
    closeResult();
  }
}
