package io.bauplan.exec.expression;

import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;

/// Conversions between types.
final class CastNodes {
  private CastNodes() {}

  static Node of(ExpressionCompiler compiler, Expression.Cast cast, boolean conditional) {
    DataType from = cast.operand().type();
    Node operand = compiler.compile(cast.operand(), conditional);
    if (from.equals(cast.type())) {
      return operand;
    }
    if (from instanceof DataType.NullType) {
      return new LiteralNode(
          new Expression.Literal(null, cast.type()), compiler.context().allocator());
    }
    if (Types.isNumeric(from) && Types.isNumeric(cast.type())) {
      return new NumericCastNode(operand, cast.type(), cast.safe());
    }
    if (Register.kind(from) == Register.Kind.NESTED
        && NestedCastNode.sameLayout(from, cast.type())) {
      return new NestedCastNode(operand, cast.type());
    }
    if (NestedConversionNode.sameShape(from, cast.type())) {
      return NestedConversionNode.of(operand, cast.type(), cast.safe(), compiler.context());
    }
    return new ScalarCastNode(
        operand,
        cast.type(),
        cast.safe(),
        compiler.context().zone(),
        compiler.context().allocator());
  }
}
