package io.bauplan.sql.logical;

import com.google.common.collect.Range;
import java.util.Objects;
import java.util.function.IntFunction;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.util.Sarg;
import org.jspecify.annotations.Nullable;

/// The share of rows that pass a predicate: from a column's bounds, NULLs and distinct values where
/// they are known, otherwise one of the constants here.
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

  private Selectivity() {}

  /// @param facts of the predicate's columns by index
  static double of(IntFunction<Facts> facts, @Nullable RexNode predicate) {
    if (predicate == null || predicate.isAlwaysTrue()) {
      return 1;
    }
    double product = 1;
    for (RexNode conjunct : RelOptUtil.conjunctions(predicate)) {
      product *= one(facts, conjunct);
    }
    return clamp(product);
  }

  private static double one(IntFunction<Facts> facts, RexNode predicate) {
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
          case AND -> of(facts, call);
          case OR -> {
            double none = 1;
            for (RexNode operand : call.operands) {
              none *= 1 - of(facts, operand);
            }
            yield 1 - none;
          }
          case NOT -> 1 - of(facts, call.operands.getFirst());
          case EQUALS, IS_NOT_DISTINCT_FROM -> equality(facts, call);
          case NOT_EQUALS, IS_DISTINCT_FROM -> 1 - equality(facts, call);
          case LESS_THAN, LESS_THAN_OR_EQUAL, GREATER_THAN, GREATER_THAN_OR_EQUAL ->
              comparison(facts, call);
          case SEARCH -> search(facts, call);
          case LIKE, SIMILAR -> like(facts, call);
          case IS_NULL -> nulls(facts, call);
          case IS_NOT_NULL -> 1 - nulls(facts, call);
          default -> UNKNOWN;
        });
  }

  private static double equality(IntFunction<Facts> facts, RexCall call) {
    RexNode left = bare(call.operands.get(0));
    RexNode right = bare(call.operands.get(1));
    if (left instanceof RexInputRef l && right instanceof RexInputRef r) {
      return 1
          / Math.max(facts.apply(l.getIndex()).distinct(), facts.apply(r.getIndex()).distinct());
    }
    RexInputRef column =
        left instanceof RexInputRef l ? l : right instanceof RexInputRef r ? r : null;
    if (column == null) {
      return EQUALITY;
    }
    Facts known = facts.apply(column.getIndex());
    RexNode other = column == left ? right : left;
    return other instanceof RexLiteral literal
            && !literal.isNull()
            && isOutside(known, Literals.literal(literal).value())
        ? FLOOR
        : point(known);
  }

  private static boolean isOutside(Facts facts, @Nullable Object value) {
    var share = facts.share(value, value);
    return facts.lower() != null
        && share.isPresent()
        && share.getAsDouble() == 0
        && facts.share(null, value).orElse(1) * facts.share(value, null).orElse(1) == 0
        && !Objects.equals(value, facts.lower())
        && !Objects.equals(value, facts.upper());
  }

  private static double point(Facts facts) {
    double share = (1 - facts.nullFraction()) / facts.distinct();
    return facts.known() ? share : Math.max(share, EQUALITY);
  }

  private static double comparison(IntFunction<Facts> facts, RexCall call) {
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
    Object bound = Literals.literal(literal).value();
    SqlKind kind = flipped ? call.getKind().reverse() : call.getKind();
    boolean less = kind == SqlKind.LESS_THAN || kind == SqlKind.LESS_THAN_OR_EQUAL;
    Facts known = facts.apply(column.getIndex());
    return less ? range(known, null, bound) : range(known, bound, null);
  }

  private static double range(Facts facts, @Nullable Object from, @Nullable Object to) {
    double share = facts.share(from, to).orElse(RANGE);
    return Math.max(share, FLOOR) * (1 - facts.nullFraction());
  }

  private static double search(IntFunction<Facts> facts, RexCall call) {
    RexNode operand = bare(call.operands.get(0));
    RexLiteral constant = (RexLiteral) call.operands.get(1);
    Sarg<?> sarg = Objects.requireNonNull(constant.getValueAs(Sarg.class));
    Facts known =
        operand instanceof RexInputRef ref
            ? facts.apply(ref.getIndex())
            : Facts.of(1 / EQUALITY, 1 / EQUALITY, Facts.Source.GUESS);
    if (sarg.isComplementedPoints()) {
      return 1 - Math.min(0.9, sarg.rangeSet.complement().asRanges().size() * point(known));
    }
    double sum = 0;
    for (Range<?> range : sarg.rangeSet.asRanges()) {
      sum += range(known, range, constant.getType());
    }
    return sum;
  }

  private static double range(Facts facts, Range<?> range, RelDataType type) {
    if (range.hasLowerBound()
        && range.hasUpperBound()
        && range.lowerEndpoint().equals(range.upperEndpoint())) {
      return point(facts);
    }
    Object from = range.hasLowerBound() ? Literals.value(range.lowerEndpoint(), type) : null;
    Object to = range.hasUpperBound() ? Literals.value(range.upperEndpoint(), type) : null;
    return range(facts, from, to);
  }

  private static double like(IntFunction<Facts> facts, RexCall call) {
    double share = likeShare(facts, call);
    return call.getOperator().getName().startsWith("NOT") ? 1 - share : share;
  }

  private static double likeShare(IntFunction<Facts> facts, RexCall call) {
    if (!(call.operands.get(1) instanceof RexLiteral literal) || literal.isNull()) {
      return CONTAINS;
    }
    String pattern = Objects.requireNonNull(literal.getValueAs(String.class));
    int wildcard = 0;
    while (wildcard < pattern.length() && "%_\\".indexOf(pattern.charAt(wildcard)) < 0) {
      wildcard++;
    }
    if (wildcard == 0) {
      return CONTAINS;
    }
    String prefix = pattern.substring(0, wildcard);
    if (!(bare(call.operands.get(0)) instanceof RexInputRef column)) {
      return PREFIX;
    }
    Facts known = facts.apply(column.getIndex());
    if (wildcard == pattern.length()) {
      return point(known);
    }
    double share = known.share(prefix, prefix + Character.MAX_VALUE).orElse(PREFIX);
    // At least one of the distinct values was in mind.
    return Math.max(share, Math.min(PREFIX, 1 / known.distinct()));
  }

  private static double nulls(IntFunction<Facts> facts, RexCall call) {
    return bare(call.operands.getFirst()) instanceof RexInputRef ref
        ? facts.apply(ref.getIndex()).nullFraction()
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
