package io.bauplan.sql.logical;

import com.google.common.collect.BoundType;
import com.google.common.collect.Range;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.Comparison;
import io.bauplan.sql.plan.Expression.InList;
import io.bauplan.sql.plan.Expression.Is;
import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.validator.TypeMapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.util.Sarg;

/// Calcite's `SEARCH(x, Sarg[...])`, its normal form of ranges and lists of constants, as
/// comparisons and `IN` lists.
final class SearchTranslator {
  private SearchTranslator() {}

  @SuppressWarnings({"unchecked", "rawtypes"}) // a Sarg's element class is not known statically
  static Expression translate(RexCall call) {
    Expression operand = ExpressionTranslator.translate(call.operands.get(0));
    RexLiteral constant = (RexLiteral) call.operands.get(1);
    Sarg sarg = Objects.requireNonNull(constant.getValueAs(Sarg.class));
    RelDataType type = constant.getType();
    Expression found = ranges(operand, sarg, type);
    return switch (sarg.nullAs) {
      case TRUE -> ExpressionTranslator.or(List.of(new Is(Is.Test.NULL, operand), found));
      case FALSE -> ExpressionTranslator.and(List.of(new Is(Is.Test.NOT_NULL, operand), found));
      case UNKNOWN -> found;
    };
  }

  private static <C extends Comparable<C>> Expression ranges(
      Expression operand, Sarg<C> sarg, RelDataType type) {
    if (sarg.isComplementedPoints()) {
      List<Literal> points = new ArrayList<>();
      for (Range<C> gap : sarg.rangeSet.complement().asRanges()) {
        points.add(literal(gap.lowerEndpoint(), type));
      }
      return in(operand, points, true);
    }
    List<Literal> points = new ArrayList<>();
    List<Expression> alternatives = new ArrayList<>();
    for (Range<C> range : sarg.rangeSet.asRanges()) {
      if (range.hasLowerBound()
          && range.hasUpperBound()
          && range.lowerEndpoint().equals(range.upperEndpoint())) {
        points.add(literal(range.lowerEndpoint(), type));
      } else {
        alternatives.add(range(operand, range, type));
      }
    }
    if (!points.isEmpty()) {
      alternatives.addFirst(in(operand, points, false));
    }
    return alternatives.isEmpty()
        ? new Literal(false, DataType.BOOLEAN)
        : ExpressionTranslator.or(alternatives);
  }

  private static <C extends Comparable<C>> Expression range(
      Expression operand, Range<C> range, RelDataType type) {
    List<Expression> bounds = new ArrayList<>();
    if (range.hasLowerBound()) {
      Comparison.Operator operator =
          range.lowerBoundType() == BoundType.CLOSED
              ? Comparison.Operator.GREATER_OR_EQUAL
              : Comparison.Operator.GREATER;
      bounds.add(
          ExpressionTranslator.compare(operator, operand, literal(range.lowerEndpoint(), type)));
    }
    if (range.hasUpperBound()) {
      Comparison.Operator operator =
          range.upperBoundType() == BoundType.CLOSED
              ? Comparison.Operator.LESS_OR_EQUAL
              : Comparison.Operator.LESS;
      bounds.add(
          ExpressionTranslator.compare(operator, operand, literal(range.upperEndpoint(), type)));
    }
    if (bounds.isEmpty()) {
      // All values: true unless the operand is null.
      return ExpressionTranslator.compare(Comparison.Operator.EQUAL, operand, operand);
    }
    return ExpressionTranslator.and(bounds);
  }

  private static Expression in(Expression operand, List<Literal> points, boolean negated) {
    if (points.size() == 1) {
      return ExpressionTranslator.compare(
          negated ? Comparison.Operator.NOT_EQUAL : Comparison.Operator.EQUAL,
          operand,
          points.getFirst());
    }
    DataType type = operand.type();
    for (Literal point : points) {
      type = TypeRules.common(type, point.type());
    }
    List<Literal> values = new ArrayList<>();
    List<Expression> others = new ArrayList<>();
    for (Literal point : points) {
      Expression value = TypeRules.cast(point, type);
      if (value instanceof Literal literal) {
        values.add(literal);
      } else {
        others.add(point);
      }
    }
    if (others.isEmpty()) {
      return new InList(TypeRules.cast(operand, type), values, negated);
    }
    Comparison.Operator operator =
        negated ? Comparison.Operator.NOT_EQUAL : Comparison.Operator.EQUAL;
    List<Expression> each =
        points.stream().map(p -> ExpressionTranslator.compare(operator, operand, p)).toList();
    return negated ? ExpressionTranslator.and(each) : ExpressionTranslator.or(each);
  }

  private static Literal literal(Comparable<?> value, RelDataType type) {
    return new Literal(Literals.value(value, type), TypeMapping.dataType(type));
  }
}
