package io.bauplan.exec.operator.window;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan.Window.Bound;
import io.bauplan.sql.plan.PhysicalPlan.Window.Frame;
import io.bauplan.sql.plan.SortKey;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where the frame of a row begins and ends within its partition.
final class Frames {
  private final Frame frame;
  private final WindowInput input;
  private final RowOrder order;
  private final int firstOrderKey;
  private final List<SortKey> orderBy;

  /// @param firstOrderKey index of the first ORDER BY key among the keys of `order`
  Frames(Frame frame, WindowInput input, RowOrder order, int firstOrderKey, List<SortKey> orderBy) {
    this.frame = frame;
    this.input = input;
    this.order = order;
    this.firstOrderKey = firstOrderKey;
    this.orderBy = orderBy;
  }

  /// First position of the frame; positions count from the partition's first row.
  int begin(Partition partition, int position) {
    Bound bound = frame.lower();
    return switch (bound.kind()) {
      case UNBOUNDED_PRECEDING -> 0;
      case CURRENT_ROW -> frame.rows() ? position : partition.peerBegin(position);
      case UNBOUNDED_FOLLOWING -> partition.size();
      case PRECEDING ->
          frame.rows()
              ? clamp(position - offset(bound, partition.row(position)), partition)
              : rangeBegin(partition, position, value(bound, partition.row(position)).negate());
      case FOLLOWING ->
          frame.rows()
              ? clamp(position + offset(bound, partition.row(position)), partition)
              : rangeBegin(partition, position, value(bound, partition.row(position)));
    };
  }

  /// Position after the last of the frame.
  int end(Partition partition, int position) {
    Bound bound = frame.upper();
    return switch (bound.kind()) {
      case UNBOUNDED_PRECEDING -> 0;
      case CURRENT_ROW -> frame.rows() ? position + 1 : partition.peerEnd(position);
      case UNBOUNDED_FOLLOWING -> partition.size();
      case PRECEDING ->
          frame.rows()
              ? clamp(position - offset(bound, partition.row(position)) + 1, partition)
              : rangeEnd(partition, position, value(bound, partition.row(position)).negate());
      case FOLLOWING ->
          frame.rows()
              ? clamp(position + offset(bound, partition.row(position)) + 1, partition)
              : rangeEnd(partition, position, value(bound, partition.row(position)));
    };
  }

  private static int clamp(long position, Partition partition) {
    return (int) Math.max(0, Math.min(partition.size(), position));
  }

  private long offset(Bound bound, int row) {
    BigDecimal offset = value(bound, row);
    return offset.min(BigDecimal.valueOf(Integer.MAX_VALUE)).longValue();
  }

  private BigDecimal value(Bound bound, int row) {
    Expression expression = bound.offset().orElseThrow();
    Object value =
        switch (expression) {
          case Expression.Literal literal -> literal.value();
          case Expression.InputRef(int index, var ignored, boolean nullable) ->
              input.value(index, row);
          default ->
              throw new EngineException(
                  ErrorCode.NOT_SUPPORTED,
                  "a window frame's offset must be a constant or a column");
        };
    if (value == null || number(value).signum() < 0) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT, "a window frame's offset must not be NULL or negative");
    }
    return number(value);
  }

  /// First position whose key is not before the current key moved by `delta` along the order. Rows
  /// whose key is NULL are their own frame.
  private int rangeBegin(Partition partition, int position, BigDecimal delta) {
    if (orderBy.isEmpty()) {
      // The planner left a constant key out: every row has the current row's.
      return delta.signum() > 0 ? partition.size() : 0;
    }
    Object current = key(partition, position);
    if (current == null || isEndless(current)) {
      return partition.peerBegin(position);
    }
    BigDecimal bound = moved(current, delta);
    int low = 0;
    int high = partition.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (isBefore(key(partition, middle), bound)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private int rangeEnd(Partition partition, int position, BigDecimal delta) {
    if (orderBy.isEmpty()) {
      return delta.signum() < 0 ? 0 : partition.size();
    }
    Object current = key(partition, position);
    if (current == null || isEndless(current)) {
      return partition.peerEnd(position);
    }
    BigDecimal bound = moved(current, delta);
    int low = 0;
    int high = partition.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (isAfter(key(partition, middle), bound)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  private @Nullable Object key(Partition partition, int position) {
    return order.key(firstOrderKey, partition.row(position));
  }

  private SortKey sortKey() {
    if (orderBy.size() != 1) {
      throw new EngineException(
          ErrorCode.INVALID_STATEMENT, "RANGE with an offset needs exactly one ORDER BY key");
    }
    return orderBy.get(0);
  }

  private BigDecimal moved(Object current, BigDecimal delta) {
    return sortKey().ascending() ? number(current).add(delta) : number(current).subtract(delta);
  }

  private boolean isBefore(@Nullable Object key, BigDecimal bound) {
    if (key == null) {
      return sortKey().nullsFirst();
    }
    int order = compare(key, bound);
    return sortKey().ascending() ? order < 0 : order > 0;
  }

  private boolean isAfter(@Nullable Object key, BigDecimal bound) {
    if (key == null) {
      return !sortKey().nullsFirst();
    }
    int order = compare(key, bound);
    return sortKey().ascending() ? order > 0 : order < 0;
  }

  /// Infinity and NaN, which nothing can be added to.
  private static boolean isEndless(Object key) {
    return key instanceof Double real && !Double.isFinite(real);
  }

  /// NaN comes after all numbers.
  private static int compare(Object key, BigDecimal bound) {
    return key instanceof Double real && !Double.isFinite(real)
        ? real == Double.NEGATIVE_INFINITY ? -1 : 1
        : number(key).compareTo(bound);
  }

  private static BigDecimal number(Object value) {
    return switch (value) {
      case BigDecimal decimal -> decimal;
      case Long whole -> BigDecimal.valueOf(whole);
      case Double real -> BigDecimal.valueOf(real);
      default ->
          throw new EngineException(
              ErrorCode.TYPE_MISMATCH,
              "RANGE with an offset needs a number, date or time to order by");
    };
  }
}
