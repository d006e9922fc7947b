package io.bauplan.exec.operator.window;

import io.bauplan.exec.expression.Register;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.SortKey;
import java.math.BigDecimal;

/// Finds where the frame of RANGE with an offset begins or ends: the first position whose key is
/// not before the current key moved by the offset, or the first that is after it.
abstract sealed class RangeSearch {
  final Register keys;
  final boolean ascending;
  final Frames.Offset offset;

  /// Whether keys are moved along the order.
  final boolean forward;

  final boolean lower;

  private RangeSearch(
      Register keys, SortKey key, Frames.Offset offset, boolean forward, boolean lower) {
    this.keys = keys;
    this.ascending = key.ascending();
    this.offset = offset;
    this.forward = forward;
    this.lower = lower;
  }

  static RangeSearch of(
      Register keys, SortKey key, Frames.Offset offset, boolean forward, boolean lower) {
    if (keys.kind == Register.Kind.BYTES || keys.kind == Register.Kind.NESTED) {
      throw Frames.notANumber();
    }
    boolean whole = keys.kind != Register.Kind.DOUBLE && !keys.wide && offset.isConstant();
    if (whole) {
      int scale = keys.type instanceof DataType.DecimalType(int any, int digits) ? digits : 0;
      BigDecimal units = offset.value(0).movePointRight(scale).stripTrailingZeros();
      if (units.scale() <= 0 && units.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0) {
        return new Whole(keys, key, offset, forward, lower, units.longValueExact());
      }
    }
    return new Exact(keys, key, offset, forward, lower);
  }

  boolean isNull(int row) {
    return keys.isNull(row);
  }

  /// NULL, infinity and NaN, which nothing can be added to.
  boolean hasNoNeighbours(int row) {
    return keys.isNull(row)
        || keys.kind == Register.Kind.DOUBLE && !Double.isFinite(keys.doubles[row]);
  }

  /// @param rows by position, in order of their keys from `first` to `last`, none of them NULL
  /// @param hint the position found for the row before, if there is one in the same partition
  abstract int find(int[] rows, int first, int last, int hint, int row);

  /// A constant offset of keys that are whole numbers of units. The bound moves with the key.
  private static final class Whole extends RangeSearch {
    private final long units;

    Whole(
        Register keys,
        SortKey key,
        Frames.Offset offset,
        boolean forward,
        boolean lower,
        long units) {
      super(keys, key, offset, forward, lower);
      this.units = units;
    }

    @Override
    int find(int[] rows, int first, int last, int hint, int row) {
      long key = keys.longs[row];
      boolean up = forward == ascending;
      long moved = up ? key + units : key - units;
      if (up ? moved < key : moved > key) {
        // Beyond all numbers.
        return forward ? last : first;
      }
      long bound = ascending ? moved : ~moved;
      int position = hint;
      while (position < last) {
        long other = keys.longs[rows[position]];
        other = ascending ? other : ~other;
        if (lower ? other >= bound : other > bound) {
          break;
        }
        position++;
      }
      return position;
    }
  }

  /// Any number, as a decimal.
  private static final class Exact extends RangeSearch {
    Exact(Register keys, SortKey key, Frames.Offset offset, boolean forward, boolean lower) {
      super(keys, key, offset, forward, lower);
    }

    @Override
    int find(int[] rows, int first, int last, int hint, int row) {
      BigDecimal by = offset.value(row);
      BigDecimal current = number(row);
      BigDecimal bound = forward == ascending ? current.add(by) : current.subtract(by);
      int low = first;
      int high = last;
      while (low < high) {
        int middle = (low + high) >>> 1;
        int comparison = compare(rows[middle], bound);
        int order = ascending ? comparison : -comparison;
        if (lower ? order < 0 : order <= 0) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }

    /// NaN comes after all numbers.
    private int compare(int row, BigDecimal bound) {
      if (keys.kind == Register.Kind.DOUBLE && !Double.isFinite(keys.doubles[row])) {
        return keys.doubles[row] == Double.NEGATIVE_INFINITY ? -1 : 1;
      }
      return number(row).compareTo(bound);
    }

    private BigDecimal number(int row) {
      return switch (keys.kind) {
        case LONG -> BigDecimal.valueOf(keys.longs[row]);
        case DOUBLE -> BigDecimal.valueOf(keys.doubles[row]);
        case DECIMAL -> keys.decimal(row);
        case BYTES, NESTED -> throw Frames.notANumber();
      };
    }
  }
}
