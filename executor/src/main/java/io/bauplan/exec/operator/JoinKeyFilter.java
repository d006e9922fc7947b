package io.bauplan.exec.operator;

import io.bauplan.exec.expression.Register;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.Comparison;
import io.bauplan.sql.plan.Expression.InputRef;
import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.plan.PhysicalPlan;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What a join's build side tells a scan on its probe side, once it is there: the values that a key
/// can have. Rows with other values would match nothing, so that the scan may leave them out,
/// whole row groups at a time.
///
/// Written by the pipeline that builds, read by later ones: a scan that starts before gets nothing.
public final class JoinKeyFilter {
  /// Up to so many different values are listed for pruning, beyond that the least and greatest are.
  private static final int MAX_LISTED = 16;

  /// @param values all that occur; null = too many
  /// @param keys null where there are none
  private record Known(
      long least, long greatest, @Nullable List<Long> values, @Nullable KeySet keys) {}

  private volatile @Nullable Known known;

  static boolean supports(DataType type) {
    return switch (type) {
      case DataType.IntegerType ignored -> true;
      case DataType.DateType() -> true;
      case DataType.TimestampType ignored -> true;
      default -> false;
    };
  }

  /// Takes the build side's keys; NULLs match nothing.
  public void publish(Register keys, int count) {
    long least = Long.MAX_VALUE;
    long greatest = Long.MIN_VALUE;
    boolean none = true;
    TreeSet<Long> values = new TreeSet<>();
    long last = 0;
    for (int i = 0; i < count; i++) {
      if (keys.hasNulls && keys.nulls[i]) {
        continue;
      }
      long value = keys.longs[i];
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
      if (values.size() <= MAX_LISTED && (none || value != last)) {
        values.add(value);
      }
      last = value;
      none = false;
    }
    known =
        new Known(
            least,
            greatest,
            values.size() <= MAX_LISTED ? List.copyOf(values) : null,
            none ? null : KeySet.of(keys, count, least, greatest));
  }

  /// Whether no row of the probe side can match.
  boolean rejectsAll() {
    Known what = known;
    return what != null && what.keys == null;
  }

  /// The condition on the scan's column; empty = nothing is known (yet).
  Optional<Expression> condition(int index, Column column) {
    Known what = known;
    if (what == null || what.keys == null) {
      return Optional.empty();
    }
    Expression key = new InputRef(index, column.type(), column.nullable());
    if (what.values != null) {
      return Optional.of(
          new Expression.InList(
              key, what.values.stream().map(v -> new Literal(v, column.type())).toList(), false));
    }
    return Optional.of(
        new Expression.And(
            List.of(
                new Comparison(
                    Comparison.Operator.GREATER_OR_EQUAL,
                    key,
                    new Literal(what.least, column.type())),
                new Comparison(
                    Comparison.Operator.LESS_OR_EQUAL,
                    key,
                    new Literal(what.greatest, column.type())))));
  }

  /// The keys, for single rows; null where nothing is known (yet).
  @Nullable KeySet keys() {
    Known what = known;
    return what == null ? null : what.keys;
  }

  /// A filter on its way down to the scan of its column.
  record Target(int column, JoinKeyFilter filter) {
    /// Where the filters go below an aggregate: groups whose key matches nothing need not be made.
    static List<Target> below(List<Target> targets, PhysicalPlan.Aggregate aggregate) {
      return targets.stream()
          .filter(target -> target.column < aggregate.groupKeys().size())
          .filter(
              target ->
                  aggregate.groupingSets().stream().allMatch(set -> set.contains(target.column)))
          .map(t -> new Target(aggregate.groupKeys().get(t.column), t.filter))
          .toList();
    }

    /// Where the filters go below a projection.
    static List<Target> below(List<Target> targets, List<Expression> expressions) {
      return targets.stream()
          .filter(target -> expressions.get(target.column) instanceof InputRef)
          .map(t -> new Target(((InputRef) expressions.get(t.column)).index(), t.filter))
          .toList();
    }
  }
}
