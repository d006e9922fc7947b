package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.ConstantVector;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.sql.plan.Expression;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// A constant: filled once, then given out for every batch.
final class LiteralNode extends Node {
  final Expression.Literal literal;
  private final FlatVector value;
  /// Row 0 is the value.
  final Register one;
  private final BufferAllocator allocator;
  private int filled;
  private @Nullable FlatVector expanded;

  LiteralNode(Expression.Literal literal, BufferAllocator allocator) {
    super(literal.type());
    this.literal = literal;
    this.allocator = allocator;
    this.value = Literals.vector(literal, allocator);
    this.one = new Register(literal.type());
    RegisterLoader.load(value, one, null, 1, 1);
  }

  boolean isNull() {
    return literal.value() == null;
  }

  /// The constant as a vector of `length` rows; the caller owns it.
  ConstantVector constant(int length) {
    return new ConstantVector(value.retain(), length);
  }

  @Override
  Register compute(Batch batch, int @Nullable [] rows, int count) {
    int length = batch.vectorLength();
    if (length > filled) {
      if (out.kind == Register.Kind.NESTED) {
        fillNested(length);
      } else {
        out.reset(length);
        RegisterLoader.fill(out, one, null, length, length);
        out.dense = true;
      }
      filled = length;
    }
    return out;
  }

  private void fillNested(int length) {
    if (expanded != null) {
      expanded.close();
    }
    try (ConstantVector constant = constant(length)) {
      expanded = constant.flatten(allocator);
    }
    RegisterLoader.load(expanded, out, null, length, length);
  }

  @Override
  void release() {
    value.close();
    if (expanded != null) {
      expanded.close();
      expanded = null;
    }
  }
}
