package io.bauplan.exec.operator.sort;

import io.bauplan.exec.expression.Register;
import io.bauplan.sql.plan.SortKey;
import org.jspecify.annotations.Nullable;

/// The first key of the last row that a top-N wants, as far as its drivers know: operators below
/// need not make rows that come after it. Of numbers and times only.
public final class TopBound {
  /// A value as 128 bits, of which those in front are signed.
  private record Value(long high, long low) {}

  private final SortKey key;
  private volatile @Nullable Value last;

  TopBound(SortKey key) {
    this.key = key;
  }

  /// Whether values of this kind have an order that is known here.
  static boolean supports(Register.Kind kind) {
    return switch (kind) {
      case LONG, DOUBLE, DECIMAL -> true;
      case BYTES, NESTED -> false;
    };
  }

  /// Tells that a driver has as many rows as are wanted, none of them behind the given one.
  void offer(Register values, int row) {
    if (values.isNull(row)) {
      return;
    }
    Value value = new Value(high(values, row), low(values, row));
    synchronized (this) {
      Value known = last;
      if (known == null || isBehind(known.high, known.low, value)) {
        last = value;
      }
    }
  }

  /// Writes which of the rows below `count` may be wanted to `to`, and returns how many they are.
  public int select(Register values, int count, int[] to) {
    Value known = last;
    int found = 0;
    for (int row = 0; row < count; row++) {
      boolean behind;
      if (known == null) {
        behind = false;
      } else if (values.isNull(row)) {
        behind = !key.nullsFirst();
      } else {
        behind = isBehind(high(values, row), low(values, row), known);
      }
      to[found] = row;
      found += behind ? 0 : 1;
    }
    return found;
  }

  private boolean isBehind(long high, long low, Value value) {
    int comparison =
        high != value.high ? Long.compare(high, value.high) : Long.compareUnsigned(low, value.low);
    return key.ascending() ? comparison > 0 : comparison < 0;
  }

  private static long high(Register values, int row) {
    return switch (values.kind) {
      case LONG -> values.longs[row] >> 63;
      case DECIMAL -> values.high(row);
      default -> 0;
    };
  }

  private static long low(Register values, int row) {
    return values.kind == Register.Kind.DOUBLE
        ? RowOrder.sortable(values.doubles[row])
        : values.longs[row];
  }
}
