package io.bauplan.sql.logical;

import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.DataType.DecimalType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.Case;
import io.bauplan.sql.plan.Expression.Cast;
import io.bauplan.sql.plan.Expression.Comparison;
import io.bauplan.sql.plan.Expression.Comparison.Operator;
import io.bauplan.sql.plan.Expression.Is;
import io.bauplan.sql.plan.Expression.Literal;
import java.util.ArrayList;
import java.util.List;

/// Decimals that have no type in common: the digits before the point of one and those behind it of
/// the other are more than 38. They are compared in the type that has all digits behind the point;
/// a value too large for it equals none of the other side.
final class WideDecimals {
  private WideDecimals() {}

  /// Whether values may be too large for the type that they compare in. Those of one side at most
  /// are.
  static boolean isWider(DataType values, DataType compared) {
    return compared instanceof DecimalType type
        && (values instanceof DecimalType || values instanceof DataType.IntegerType)
        && whole(TypeRules.decimal(values)) > whole(type);
  }

  private static int whole(DecimalType type) {
    return type.precision() - type.scale();
  }

  /// The values in the type that they compare in; NULL is what is too large for it.
  static Expression fitted(Expression values, DataType compared) {
    Expression cast = TypeRules.cast(values, compared);
    return cast instanceof Cast(Expression operand, DataType type, boolean ignored)
            && isWider(values.type(), compared)
        ? new Cast(operand, type, true)
        : cast;
  }

  /// Whether they are equal, or not. Which is larger is asked in the common type alone, where an
  /// overflow is an error.
  static Expression compare(Operator operator, Expression left, Expression right, DataType type) {
    Comparison fitting = new Comparison(operator, fitted(left, type), fitted(right, type));
    boolean first = isWider(left.type(), type);
    Expression wide = first ? left : right;
    Expression other = first ? right : left;
    List<Expression> tooLarge = new ArrayList<>();
    tooLarge.add(new Is(Is.Test.NOT_NULL, wide));
    tooLarge.add(new Is(Is.Test.NULL, fitted(wide, type)));
    if (operator == Operator.EQUAL || operator == Operator.NOT_EQUAL) {
      tooLarge.add(new Is(Is.Test.NOT_NULL, other));
    }
    boolean differ = operator == Operator.NOT_EQUAL || operator == Operator.DISTINCT_FROM;
    return new Case(
        List.of(
            new Case.Branch(
                ExpressionTranslator.and(tooLarge), new Literal(differ, DataType.BOOLEAN))),
        fitting,
        DataType.BOOLEAN,
        left.nullable() || right.nullable());
  }

  static boolean applies(Operator operator, DataType left, DataType right, DataType compared) {
    boolean equality =
        switch (operator) {
          case EQUAL, NOT_EQUAL, DISTINCT_FROM, NOT_DISTINCT_FROM -> true;
          case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL -> false;
        };
    return equality && (isWider(left, compared) || isWider(right, compared));
  }
}
