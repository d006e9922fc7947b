package io.bauplan.exec.operator.window;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan.Window.Bound;
import io.bauplan.sql.plan.PhysicalPlan.Window.Exclusion;
import io.bauplan.sql.plan.PhysicalPlan.Window.Group;
import io.bauplan.sql.plan.PhysicalPlan.Window.WindowCall;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Computes one call over one partition into `results`, indexed by row.
final class WindowCalls {
  private final WindowInput input;
  private final Group group;
  private final Frames frames;

  WindowCalls(WindowInput input, Group group, Frames frames) {
    this.input = input;
    this.group = group;
    this.frames = frames;
  }

  void compute(WindowCall call, Partition partition, @Nullable Object[] results) {
    switch (call.function()) {
      case "row_number" -> each(partition, results, i -> (long) i + 1);
      case "rank" -> each(partition, results, i -> (long) partition.peerBegin(i) + 1);
      case "dense_rank" -> each(partition, results, i -> (long) partition.peerGroup(i) + 1);
      case "percent_rank" ->
          each(
              partition,
              results,
              i ->
                  partition.size() == 1
                      ? 0.0
                      : (double) partition.peerBegin(i) / (partition.size() - 1));
      case "cume_dist" ->
          each(partition, results, i -> (double) partition.peerEnd(i) / partition.size());
      case "ntile" -> ntile(call, partition, results);
      case "lag" -> shifted(call, partition, results, -1);
      case "lead" -> shifted(call, partition, results, 1);
      case "first_value" -> each(partition, results, i -> nth(call, partition, i, 1, false));
      case "last_value" -> each(partition, results, i -> nth(call, partition, i, 1, true));
      case "nth_value" -> each(partition, results, i -> nthValue(call, partition, i));
      default -> aggregate(call, partition, results);
    }
  }

  private interface ByPosition {
    @Nullable Object at(int position);
  }

  private static void each(Partition partition, @Nullable Object[] results, ByPosition value) {
    for (int i = 0; i < partition.size(); i++) {
      results[partition.row(i)] = value.at(i);
    }
  }

  /// The first `size % n` buckets are one row longer.
  private void ntile(WindowCall call, Partition partition, @Nullable Object[] results) {
    for (int i = 0; i < partition.size(); i++) {
      long buckets = count(call, 0, partition.row(i), 1);
      if (buckets <= 0) {
        throw new EngineException(ErrorCode.INVALID_ARGUMENT, "NTILE needs a positive number");
      }
      long small = partition.size() / buckets;
      long longer = partition.size() % buckets;
      long inLonger = longer * (small + 1);
      results[partition.row(i)] =
          i < inLonger ? i / (small + 1) + 1 : longer + (i - inLonger) / small + 1;
    }
  }

  private void shifted(
      WindowCall call, Partition partition, @Nullable Object[] results, int direction) {
    for (int i = 0; i < partition.size(); i++) {
      int row = partition.row(i);
      long steps = count(call, 1, row, 1) * direction;
      Object value;
      long at = call.ignoreNulls() ? skipNulls(call, partition, i, steps) : i + steps;
      if (at < 0 || at >= partition.size()) {
        value = call.arguments().size() > 2 ? argument(call, 2, row) : null;
      } else {
        value = argument(call, 0, partition.row((int) at));
      }
      results[row] = value;
    }
  }

  private long skipNulls(WindowCall call, Partition partition, int from, long steps) {
    long left = Math.abs(steps);
    int step = Long.signum(steps);
    long at = from;
    while (left > 0) {
      at += step;
      if (at < 0 || at >= partition.size()) {
        return -1;
      }
      if (argument(call, 0, partition.row((int) at)) != null) {
        left--;
      }
    }
    return at;
  }

  private @Nullable Object nthValue(WindowCall call, Partition partition, int position) {
    long n = count(call, 1, partition.row(position), 1);
    if (n <= 0) {
      throw new EngineException(ErrorCode.INVALID_ARGUMENT, "NTH_VALUE needs a positive number");
    }
    return nth(call, partition, position, n, false);
  }

  private @Nullable Object nth(
      WindowCall call, Partition partition, int position, long n, boolean fromLast) {
    int begin = frames.begin(partition, position);
    int end = frames.end(partition, position);
    long left = n;
    for (int k = 0; k < end - begin; k++) {
      int at = fromLast ? end - 1 - k : begin + k;
      if (isExcluded(partition, position, at)) {
        continue;
      }
      Object value = argument(call, 0, partition.row(at));
      if (call.ignoreNulls() && value == null) {
        continue;
      }
      left--;
      if (left == 0) {
        return value;
      }
    }
    return null;
  }

  private void aggregate(WindowCall call, Partition partition, @Nullable Object[] results) {
    boolean growing =
        group.frame().lower().kind() == Bound.Kind.UNBOUNDED_PRECEDING
            && group.frame().exclusion() == Exclusion.NO_OTHERS;
    Accumulator running = accumulator(call);
    int added = 0;
    for (int i = 0; i < partition.size(); i++) {
      int end = frames.end(partition, i);
      if (growing) {
        // The frame only grows: each row is added once.
        for (; added < end; added++) {
          running.add(value(call, partition.row(added)));
        }
        results[partition.row(i)] = Accumulator.fitted(running.result(), call.output().type());
      } else {
        Accumulator fresh = accumulator(call);
        for (int at = frames.begin(partition, i); at < end; at++) {
          if (!isExcluded(partition, i, at)) {
            fresh.add(value(call, partition.row(at)));
          }
        }
        results[partition.row(i)] = Accumulator.fitted(fresh.result(), call.output().type());
      }
    }
  }

  private static Accumulator accumulator(WindowCall call) {
    return Accumulator.of(call.function(), call.distinct(), call.output().type());
  }

  /// COUNT(*) has no argument and counts every row.
  private @Nullable Object value(WindowCall call, int row) {
    if (call.arguments().isEmpty()) {
      return Boolean.TRUE;
    }
    if (call.arguments().size() == 1) {
      return argument(call, 0, row);
    }
    List<@Nullable Object> values = new ArrayList<>();
    for (int i = 0; i < call.arguments().size(); i++) {
      values.add(argument(call, i, row));
    }
    return call.function().equals("count") && values.contains(null) ? null : values;
  }

  private boolean isExcluded(Partition partition, int current, int at) {
    return switch (group.frame().exclusion()) {
      case NO_OTHERS -> false;
      case CURRENT_ROW -> at == current;
      case GROUP -> at >= partition.peerBegin(current) && at < partition.peerEnd(current);
      case TIES ->
          at != current && at >= partition.peerBegin(current) && at < partition.peerEnd(current);
    };
  }

  private long count(WindowCall call, int index, int row, long otherwise) {
    if (call.arguments().size() <= index) {
      return otherwise;
    }
    Object value = argument(call, index, row);
    if (value == null) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT,
          call.function().toUpperCase(java.util.Locale.ROOT) + " needs a number, not NULL");
    }
    return ((Number) value).longValue();
  }

  private @Nullable Object argument(WindowCall call, int index, int row) {
    return switch (call.arguments().get(index)) {
      case Expression.InputRef(int column, var ignored, boolean nullable) ->
          input.value(column, row);
      case Expression.Literal literal -> literal.value();
      default ->
          throw new EngineException(
              ErrorCode.INTERNAL_ERROR, "the planner projects window arguments to columns");
    };
  }
}
