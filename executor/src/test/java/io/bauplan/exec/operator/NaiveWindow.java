package io.bauplan.exec.operator;

import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.InputRef;
import io.bauplan.sql.plan.PhysicalPlan.Window.Bound;
import io.bauplan.sql.plan.PhysicalPlan.Window.Group;
import io.bauplan.sql.plan.PhysicalPlan.Window.WindowCall;
import io.bauplan.sql.plan.SortKey;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Window functions by their definition: for every row its partition is looked for, put in order,
/// and each of its rows asked whether it is in the frame.
final class NaiveWindow {
  private final List<List<Object>> table;
  private final Group group;

  NaiveWindow(List<List<Object>> table, Group group) {
    this.table = table;
    this.group = group;
  }

  Object value(WindowCall call, List<Object> row) {
    List<List<Object>> partition = new ArrayList<>();
    for (List<Object> other : table) {
      if (group.partitionBy().stream().allMatch(c -> Objects.equals(other.get(c), row.get(c)))) {
        partition.add(other);
      }
    }
    partition.sort(this::compare);
    int at = 0;
    while (partition.get(at) != row) {
      at++;
    }
    int size = partition.size();
    long before = partition.stream().filter(r -> compare(r, row) < 0).count();
    long upTo = partition.stream().filter(r -> compare(r, row) <= 0).count();
    return switch (call.function()) {
      case "row_number" -> at + 1L;
      case "rank" -> before + 1;
      case "dense_rank" -> {
        long rank = 1;
        for (int i = 1; i <= at; i++) {
          rank += compare(partition.get(i - 1), partition.get(i)) == 0 ? 0 : 1;
        }
        yield rank;
      }
      case "percent_rank" -> size == 1 ? 0.0 : (double) before / (size - 1);
      case "cume_dist" -> (double) upTo / size;
      case "ntile" -> {
        long buckets = (Long) argument(call, 0, row);
        long bucket = 0;
        for (long end = 0; end <= at; bucket++) {
          end += size / buckets + (bucket < size % buckets ? 1 : 0);
        }
        yield bucket;
      }
      case "lag" -> shifted(call, partition, at, -1);
      case "lead" -> shifted(call, partition, at, 1);
      default -> NaiveAggregates.of(call, frame(partition, at), row);
    };
  }

  static Object argument(WindowCall call, int index, List<Object> row) {
    return switch (call.arguments().get(index)) {
      case InputRef ref -> row.get(ref.index());
      case Expression.Literal literal -> literal.value();
      default -> throw new AssertionError();
    };
  }

  private static Object shifted(
      WindowCall call, List<List<Object>> partition, int at, int direction) {
    long left = call.arguments().size() > 1 ? (Long) argument(call, 1, partition.get(at)) : 1;
    int position = at;
    while (left > 0) {
      position += direction;
      if (position < 0 || position >= partition.size()) {
        return call.arguments().size() > 2 ? argument(call, 2, partition.get(at)) : null;
      }
      if (!call.ignoreNulls() || argument(call, 0, partition.get(position)) != null) {
        left--;
      }
    }
    return argument(call, 0, partition.get(position));
  }

  private List<List<Object>> frame(List<List<Object>> partition, int at) {
    List<List<Object>> frame = new ArrayList<>();
    List<Object> current = partition.get(at);
    for (int i = 0; i < partition.size(); i++) {
      List<Object> row = partition.get(i);
      boolean peer = compare(row, current) == 0;
      boolean excluded =
          switch (group.frame().exclusion()) {
            case NO_OTHERS -> false;
            case CURRENT_ROW -> i == at;
            case GROUP -> peer;
            case TIES -> peer && i != at;
          };
      if (!excluded
          && beyond(group.frame().lower(), i - at, row, current, true)
          && beyond(group.frame().upper(), i - at, row, current, false)) {
        frame.add(row);
      }
    }
    return frame;
  }

  /// Whether a row is on the inner side of a bound.
  private boolean beyond(
      Bound bound, int distance, List<Object> row, List<Object> current, boolean lower) {
    int side = lower ? 1 : -1;
    boolean following = bound.kind() == Bound.Kind.FOLLOWING;
    return switch (bound.kind()) {
      case UNBOUNDED_PRECEDING, UNBOUNDED_FOLLOWING -> true;
      case CURRENT_ROW -> side * (group.frame().rows() ? distance : compare(row, current)) >= 0;
      case PRECEDING, FOLLOWING -> {
        BigDecimal offset = offset(bound, current);
        BigDecimal moved = following ? offset : offset.negate();
        if (group.frame().rows()) {
          yield side * BigDecimal.valueOf(distance).compareTo(moved) >= 0;
        }
        SortKey key = group.orderBy().getFirst();
        Object mine = current.get(key.column());
        Object other = row.get(key.column());
        if (mine == null) {
          yield side * compare(row, current) >= 0;
        }
        if (other == null) {
          yield key.nullsFirst() != lower;
        }
        BigDecimal limit = number(mine).add(key.ascending() ? moved : moved.negate());
        int order = number(other).compareTo(limit);
        yield side * (key.ascending() ? order : -order) >= 0;
      }
    };
  }

  private static BigDecimal offset(Bound bound, List<Object> row) {
    return number(
        switch (bound.offset().orElseThrow()) {
          case InputRef ref -> row.get(ref.index());
          case Expression.Literal literal -> literal.value();
          default -> throw new AssertionError();
        });
  }

  static BigDecimal number(Object value) {
    return switch (value) {
      case BigDecimal decimal -> decimal;
      case Double real -> BigDecimal.valueOf(real);
      default -> BigDecimal.valueOf((Long) value);
    };
  }

  static BigDecimal rounded(BigDecimal sum, int count, int scale) {
    return sum.divide(BigDecimal.valueOf(count), scale, RoundingMode.HALF_UP);
  }

  private int compare(List<Object> left, List<Object> right) {
    for (SortKey key : group.orderBy()) {
      Object l = left.get(key.column());
      Object r = right.get(key.column());
      int order =
          l == null || r == null
              ? l == r ? 0 : (l == null) == key.nullsFirst() ? -1 : 1
              : (key.ascending() ? 1 : -1) * NaiveAggregates.compare(l, r);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }
}
