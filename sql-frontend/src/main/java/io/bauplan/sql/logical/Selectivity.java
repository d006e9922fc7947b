package io.bauplan.sql.logical;

import com.google.common.collect.Range;
import io.bauplan.sql.logical.ColumnFacts.Facts;
import java.util.Objects;
import java.util.OptionalDouble;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.util.Sarg;
import org.jspecify.annotations.Nullable;

/// The share of rows that pass a predicate: from a column's bounds and distinct values where they
/// are known, otherwise one of the constants here.
final class Selectivity {
  private static final double EQUALITY = 0.1;
  private static final double RANGE = 0.3;
  private static final double COLUMN_RANGE = 0.5;
  private static final double PREFIX = 0.05;
  private static final double CONTAINS = 0.1;
  private static final double NULL = 0.05;
  private static final double UNKNOWN = 0.25;

  /// No predicate is thought to keep less.
  private static final double FLOOR = 1e-9;

  private final ColumnFacts columns;

  Selectivity(ColumnFacts columns) {
    this.columns = columns;
  }

  double of(RelNode input, @Nullable RexNode predicate) {
    if (predicate == null || predicate.isAlwaysTrue()) {
      return 1;
    }
    double product = 1;
    for (RexNode conjunct : RelOptUtil.conjunctions(predicate)) {
      product *= one(input, conjunct);
    }
    return clamp(product);
  }

  private double one(RelNode input, RexNode predicate) {
    if (predicate.isAlwaysTrue()) {
      return 1;
    }
    if (predicate.isAlwaysFalse()) {
      return FLOOR;
    }
    if (!(predicate instanceof RexCall call)) {
      return 0.5;
    }
    return clamp(
        switch (call.getKind()) {
          case AND -> of(input, call);
          case OR -> {
            double none = 1;
            for (RexNode operand : call.operands) {
              none *= 1 - of(input, operand);
            }
            yield 1 - none;
          }
          case NOT -> 1 - of(input, call.operands.getFirst());
          case EQUALS, IS_NOT_DISTINCT_FROM -> equality(input, call);
          case NOT_EQUALS, IS_DISTINCT_FROM -> 1 - equality(input, call);
          case LESS_THAN, LESS_THAN_OR_EQUAL, GREATER_THAN, GREATER_THAN_OR_EQUAL ->
              comparison(input, call);
          case SEARCH -> search(input, call);
          case LIKE, SIMILAR -> like(call);
          case IS_NULL -> nulls(input, call);
          case IS_NOT_NULL -> 1 - nulls(input, call);
          default -> UNKNOWN;
        });
  }

  private double equality(RelNode input, RexCall call) {
    RexNode left = bare(call.operands.get(0));
    RexNode right = bare(call.operands.get(1));
    if (left instanceof RexInputRef l && right instanceof RexInputRef r) {
      return 1
          / Math.max(
              columns.facts(input, l.getIndex()).distinct(),
              columns.facts(input, r.getIndex()).distinct());
    }
    RexInputRef column =
        left instanceof RexInputRef l ? l : right instanceof RexInputRef r ? r : null;
    return column == null ? EQUALITY : point(columns.facts(input, column.getIndex()));
  }

  private static double point(Facts facts) {
    return facts.known()
        ? 1 / facts.distinct()
        : Math.max(1 / facts.distinct(), Math.min(EQUALITY, 1));
  }

  private double comparison(RelNode input, RexCall call) {
    RexNode left = bare(call.operands.get(0));
    RexNode right = bare(call.operands.get(1));
    if (left instanceof RexInputRef && right instanceof RexInputRef) {
      return COLUMN_RANGE;
    }
    boolean flipped = right instanceof RexInputRef;
    if (!((flipped ? right : left) instanceof RexInputRef column)
        || !((flipped ? left : right) instanceof RexLiteral literal)
        || literal.isNull()) {
      return RANGE;
    }
    Facts facts = columns.facts(input, column.getIndex());
    OptionalDouble bound = ColumnFacts.number(Literals.literal(literal).value());
    if (bound.isEmpty()) {
      return RANGE;
    }
    boolean less =
        call.getKind() == SqlKind.LESS_THAN || call.getKind() == SqlKind.LESS_THAN_OR_EQUAL;
    return less != flipped
        ? fraction(facts, OptionalDouble.empty(), bound)
        : fraction(facts, bound, OptionalDouble.empty());
  }

  /// The share of a column's values between two bounds, values being spread evenly.
  private static double fraction(Facts facts, OptionalDouble from, OptionalDouble to) {
    if (facts.lower().isEmpty() || facts.upper().isEmpty()) {
      return RANGE;
    }
    double lower = facts.lower().getAsDouble();
    double upper = facts.upper().getAsDouble();
    if (upper <= lower) {
      return RANGE;
    }
    double start = Math.max(lower, from.orElse(lower));
    double end = Math.min(upper, to.orElse(upper));
    return end < start ? FLOOR : (end - start) / (upper - lower);
  }

  private double search(RelNode input, RexCall call) {
    RexNode operand = bare(call.operands.get(0));
    RexLiteral constant = (RexLiteral) call.operands.get(1);
    Sarg<?> sarg = Objects.requireNonNull(constant.getValueAs(Sarg.class));
    Facts facts =
        operand instanceof RexInputRef ref
            ? columns.facts(input, ref.getIndex())
            : Facts.guess(1 / EQUALITY);
    if (sarg.isComplementedPoints()) {
      return 1 - Math.min(0.9, sarg.rangeSet.complement().asRanges().size() * point(facts));
    }
    double sum = 0;
    for (Range<?> range : sarg.rangeSet.asRanges()) {
      sum += range(facts, range, constant.getType());
    }
    return sum;
  }

  private static double range(Facts facts, Range<?> range, RelDataType type) {
    if (range.hasLowerBound()
        && range.hasUpperBound()
        && range.lowerEndpoint().equals(range.upperEndpoint())) {
      return point(facts);
    }
    OptionalDouble from = OptionalDouble.empty();
    OptionalDouble to = OptionalDouble.empty();
    if (range.hasLowerBound()) {
      from = ColumnFacts.number(Literals.value(range.lowerEndpoint(), type));
    }
    if (range.hasUpperBound()) {
      to = ColumnFacts.number(Literals.value(range.upperEndpoint(), type));
    }
    return from.isEmpty() && to.isEmpty() ? RANGE : fraction(facts, from, to);
  }

  private static double like(RexCall call) {
    double share =
        call.operands.get(1) instanceof RexLiteral literal
                && !literal.isNull()
                && !Objects.requireNonNull(literal.getValueAs(String.class)).startsWith("%")
            ? PREFIX
            : CONTAINS;
    return call.getOperator().getName().startsWith("NOT") ? 1 - share : share;
  }

  private double nulls(RelNode input, RexCall call) {
    return bare(call.operands.getFirst()) instanceof RexInputRef ref
        ? columns.facts(input, ref.getIndex()).nullFraction()
        : NULL;
  }

  private static RexNode bare(RexNode node) {
    return node instanceof RexCall call && call.getKind() == SqlKind.CAST
        ? bare(call.operands.getFirst())
        : node;
  }

  private static double clamp(double share) {
    return Math.min(1, Math.max(FLOOR, share));
  }
}
