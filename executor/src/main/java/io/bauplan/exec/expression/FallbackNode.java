package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Gather;
import io.bauplan.exec.fallback.FallbackEvaluator;
import io.bauplan.sql.plan.DataType;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// A function without a kernel: its arguments are computed here, the function itself by the
/// fallback, over a batch of just these arguments.
final class FallbackNode extends Node {
  private final List<Node> arguments;
  private final FallbackEvaluator evaluator;
  private final BufferAllocator allocator;
  private @Nullable FlatVector result;

  FallbackNode(
      List<Node> arguments, FallbackEvaluator evaluator, DataType type, BufferAllocator allocator) {
    super(type);
    this.arguments = List.copyOf(arguments);
    this.evaluator = evaluator;
    this.allocator = allocator;
  }

  @Override
  Register compute(Batch batch, int @Nullable [] rows, int count) {
    int length = batch.vectorLength();
    FlatVector[] inputs = new FlatVector[arguments.size()];
    int made = 0;
    try {
      for (; made < inputs.length; made++) {
        Register values = arguments.get(made).evaluate(batch, rows, count);
        inputs[made] = RegisterWriter.write(values, rows, count, length, allocator);
      }
    } catch (RuntimeException | Error e) {
      for (int i = 0; i < made; i++) {
        inputs[i].close();
      }
      throw e;
    }
    int[] selection = rows == null ? null : Arrays.copyOf(rows, count);
    try (Batch input = new Batch(List.of(inputs), length, selection, count)) {
      List<FlatVector> dense = evaluator.evaluate(input);
      spread(dense.getFirst(), rows, count, length);
    }
    RegisterLoader.load(java.util.Objects.requireNonNull(result), out, rows, count, length);
    return out;
  }

  /// Puts dense values at the positions of their rows. Takes ownership.
  private void spread(FlatVector dense, int @Nullable [] rows, int count, int length) {
    close(result);
    result = null;
    if (rows == null && count == length) {
      result = dense;
      return;
    }
    try (dense) {
      int[] positions = new int[length];
      Arrays.fill(positions, -1);
      for (int i = 0; i < count; i++) {
        positions[rows == null ? i : rows[i]] = i;
      }
      result = Gather.gather(dense, positions, length, 0, allocator);
    }
  }

  private static void close(@Nullable FlatVector vector) {
    if (vector != null) {
      vector.close();
    }
  }

  @Override
  void release() {
    arguments.forEach(Node::close);
    evaluator.close();
    close(result);
    result = null;
  }
}
