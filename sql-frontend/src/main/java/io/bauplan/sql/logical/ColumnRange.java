package io.bauplan.sql.logical;

import com.google.common.collect.Range;
import java.util.Objects;
import java.util.Set;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.util.Sarg;
import org.jspecify.annotations.Nullable;

/// What a condition on a column alone leaves of its values.
final class ColumnRange {
  private ColumnRange() {}

  /// The same facts where the condition says nothing of the column's range.
  static Facts narrow(Facts facts, int column, RexNode condition) {
    if (!(condition instanceof RexCall call) || call.operands.isEmpty()) {
      return facts;
    }
    if (call.getKind() == SqlKind.SEARCH) {
      return isColumn(call.operands.get(0), column)
          ? search(facts, (RexLiteral) call.operands.get(1))
          : facts;
    }
    if (call.operands.size() != 2) {
      return facts;
    }
    boolean flipped = isColumn(call.operands.get(1), column);
    if (!flipped && !isColumn(call.operands.get(0), column)) {
      return facts;
    }
    if (!(call.operands.get(flipped ? 0 : 1) instanceof RexLiteral literal) || literal.isNull()) {
      return facts;
    }
    Object value = Objects.requireNonNull(Literals.literal(literal).value());
    return switch (flipped ? call.getKind().reverse() : call.getKind()) {
      case EQUALS -> facts.points(1, value, value);
      case LESS_THAN, LESS_THAN_OR_EQUAL -> facts.between(null, value);
      case GREATER_THAN, GREATER_THAN_OR_EQUAL -> facts.between(value, null);
      default -> facts;
    };
  }

  private static Facts search(Facts facts, RexLiteral constant) {
    Sarg<?> sarg = Objects.requireNonNull(constant.getValueAs(Sarg.class));
    RelDataType type = constant.getType();
    if (sarg.isComplementedPoints() || sarg.rangeSet.isEmpty()) {
      return facts;
    }
    Range<?> span = sarg.rangeSet.span();
    Object from = span.hasLowerBound() ? Literals.value(span.lowerEndpoint(), type) : null;
    Object to = span.hasUpperBound() ? Literals.value(span.upperEndpoint(), type) : null;
    return sarg.isPoints() ? facts.points(sarg.pointCount, from, to) : facts.between(from, to);
  }

  /// The column itself or cast to a wider type, whose values are the same.
  static boolean isColumn(RexNode node, int column) {
    return node instanceof RexInputRef ref && ref.getIndex() == column;
  }

  /// Whether the condition is a plain comparison of the column with constants, which holds just as
  /// well of any column that equals it.
  static @Nullable RexInputRef comparedColumn(RexNode condition) {
    if (!(condition instanceof RexCall call) || call.operands.size() != 2) {
      return null;
    }
    if (call.getKind() == SqlKind.SEARCH) {
      return call.operands.get(0) instanceof RexInputRef ref ? ref : null;
    }
    if (!COMPARISONS.contains(call.getKind())) {
      return null;
    }
    RexNode left = call.operands.get(0);
    RexNode right = call.operands.get(1);
    if (left instanceof RexInputRef ref && right instanceof RexLiteral) {
      return ref;
    }
    return right instanceof RexInputRef ref && left instanceof RexLiteral ? ref : null;
  }

  private static final Set<SqlKind> COMPARISONS =
      Set.of(
          SqlKind.EQUALS,
          SqlKind.LESS_THAN,
          SqlKind.LESS_THAN_OR_EQUAL,
          SqlKind.GREATER_THAN,
          SqlKind.GREATER_THAN_OR_EQUAL);
}
