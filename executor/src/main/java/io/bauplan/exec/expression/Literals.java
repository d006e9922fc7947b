package io.bauplan.exec.expression;

import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.sql.plan.Expression;
import org.apache.arrow.memory.BufferAllocator;

/// Constants as vectors.
public final class Literals {
  private Literals() {}

  /// A vector of one row; the caller owns it.
  public static FlatVector vector(Expression.Literal literal, BufferAllocator allocator) {
    try (VectorBuilder builder = new VectorBuilder(literal.type(), 1, allocator)) {
      builder.appendValue(literal.value());
      return builder.build();
    }
  }
}
