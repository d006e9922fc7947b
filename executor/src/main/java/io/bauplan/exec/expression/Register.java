package io.bauplan.exec.expression;

import io.bauplan.exec.batch.FlatVector;
import io.bauplan.sql.plan.DataType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One column of values between kernels. Few kinds stand for many types, so that there are few
/// kernels:
///
/// | kind | types | where |
/// |---|---|---|
/// | LONG | BOOLEAN (0, 1), integers, DATE, TIME, TIMESTAMP, intervals, NULL | `longs` |
/// | DOUBLE | FLOAT, DOUBLE | `doubles` |
/// | DECIMAL | DECIMAL | unscaled in `longs`; if `wide`, 128 bits with `highs` |
/// | BYTES | VARCHAR, BINARY, UUID | addresses in `longs`, `lengths` |
/// | NESTED | lists, maps, structs | the row of the same number in `vector` |
///
/// Owned by the kernel that fills it; valid until that kernel runs again.
public final class Register {
  public enum Kind {
    LONG,
    DOUBLE,
    DECIMAL,
    BYTES,
    NESTED
  }

  private static final long[] NO_LONGS = {};
  private static final double[] NO_DOUBLES = {};
  private static final int[] NO_INTS = {};
  private static final boolean[] NO_BOOLEANS = {};

  public final DataType type;
  public final Kind kind;
  /// Whether `nulls` counts; where false no row is NULL and `nulls` holds rubbish.
  public boolean hasNulls;
  public boolean[] nulls = NO_BOOLEANS;
  public long[] longs = NO_LONGS;
  public long[] highs = NO_LONGS;
  public double[] doubles = NO_DOUBLES;
  public int[] lengths = NO_INTS;
  /// For DECIMAL: whether values need `highs`.
  public boolean wide;
  /// Whether rows that were not asked for have some value of this batch, too: `longs` may then be
  /// computed with throughout, in loops without a list of rows.
  boolean dense;
  /// For NESTED: borrowed from the batch.
  public @Nullable FlatVector vector;

  public Register(DataType type) {
    this.type = type;
    this.kind = kind(type);
  }

  public static Kind kind(DataType type) {
    return switch (type) {
      case DataType.NullType() -> Kind.LONG;
      case DataType.BooleanType() -> Kind.LONG;
      case DataType.IntegerType ignored -> Kind.LONG;
      case DataType.DateType() -> Kind.LONG;
      case DataType.TimeType() -> Kind.LONG;
      case DataType.TimestampType ignored -> Kind.LONG;
      case DataType.IntervalYearMonthType() -> Kind.LONG;
      case DataType.IntervalDayTimeType() -> Kind.LONG;
      case DataType.FloatType ignored -> Kind.DOUBLE;
      case DataType.DecimalType ignored -> Kind.DECIMAL;
      case DataType.VarcharType() -> Kind.BYTES;
      case DataType.BinaryType() -> Kind.BYTES;
      case DataType.UuidType() -> Kind.BYTES;
      case DataType.ListType ignored -> Kind.NESTED;
      case DataType.MapType ignored -> Kind.NESTED;
      case DataType.StructType ignored -> Kind.NESTED;
    };
  }

  /// Makes room for `length` rows and forgets the last batch's NULLs and width.
  public void reset(int length) {
    hasNulls = false;
    wide = false;
    dense = false;
    switch (kind) {
      case LONG, DECIMAL -> {
        if (longs.length < length) {
          longs = new long[capacity(length)];
        }
      }
      case DOUBLE -> {
        if (doubles.length < length) {
          doubles = new double[capacity(length)];
        }
      }
      case BYTES -> {
        if (longs.length < length) {
          longs = new long[capacity(length)];
          lengths = new int[capacity(length)];
        }
      }
      case NESTED -> {}
    }
  }

  /// Lets rows be NULL: from here on `nulls` counts and is false everywhere.
  public void clearNulls(int length) {
    if (nulls.length < length) {
      nulls = new boolean[capacity(length)];
    } else {
      Arrays.fill(nulls, 0, length, false);
    }
    hasNulls = true;
  }

  /// Marks one row NULL.
  public void setNull(int row, int length) {
    if (!hasNulls) {
      clearNulls(length);
    }
    nulls[row] = true;
  }

  /// From here on values have 128 bits; those of the given rows are extended.
  public void widen(int @Nullable [] rows, int count, int length) {
    if (wide) {
      return;
    }
    makeWide(length);
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      highs[row] = longs[row] >> 63;
    }
  }

  /// From here on values have 128 bits, none of them set yet.
  public void makeWide(int length) {
    if (highs.length < length) {
      highs = new long[capacity(length)];
    }
    wide = true;
  }

  /// Keeps the rows that are not NULL here, in place, and returns their number.
  int withoutNulls(int[] rows, int count) {
    if (!hasNulls) {
      return count;
    }
    int kept = 0;
    for (int i = 0; i < count; i++) {
      int row = rows[i];
      rows[kept] = row;
      kept += nulls[row] ? 0 : 1;
    }
    return kept;
  }

  public boolean isNull(int row) {
    return hasNulls && nulls[row];
  }

  /// The high half of a decimal.
  public long high(int row) {
    return wide ? highs[row] : longs[row] >> 63;
  }

  /// NULL wherever one of the operands is.
  void unionNulls(Register left, Register right, int @Nullable [] rows, int count, int length) {
    if (!left.hasNulls && !right.hasNulls) {
      return;
    }
    clearNulls(length);
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      nulls[row] = left.isNull(row) || right.isNull(row);
    }
  }

  void copyNulls(Register from, int @Nullable [] rows, int count, int length) {
    if (!from.hasNulls) {
      return;
    }
    clearNulls(length);
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      nulls[row] = from.nulls[row];
    }
  }

  /// Copies the values (and NULLs) of the given rows; both are of one kind.
  void copyFrom(Register from, int @Nullable [] rows, int count, int length) {
    if (from.wide && !wide) {
      makeWide(length);
      // Rows copied before may have been narrow: extend them all.
      for (int row = 0; row < length; row++) {
        highs[row] = longs[row] >> 63;
      }
    }
    if (from.hasNulls && !hasNulls) {
      clearNulls(length);
    }
    if (hasNulls) {
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        nulls[row] = from.isNull(row);
      }
    }
    switch (kind) {
      case LONG, DECIMAL -> copy(from.longs, longs, rows, count);
      case DOUBLE -> {
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          doubles[row] = from.doubles[row];
        }
      }
      case BYTES -> {
        copy(from.longs, longs, rows, count);
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          lengths[row] = from.lengths[row];
        }
      }
      case NESTED -> throw new IllegalStateException("nested values are not copied by row");
    }
    if (wide && from.wide) {
      copy(from.highs, highs, rows, count);
    } else if (wide) {
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        highs[row] = from.longs[row] >> 63;
      }
    }
  }

  private static void copy(long[] from, long[] to, int @Nullable [] rows, int count) {
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      to[row] = from[row];
    }
  }

  /// The values of some rows, one after the other, in a register of its own.
  ///
  /// @param rows the `count` of them from `start` on
  public Register pick(int[] rows, int start, int count) {
    Register to = new Register(type);
    to.reset(count);
    if (wide) {
      to.makeWide(count);
    }
    for (int i = 0; i < count; i++) {
      int row = rows[start + i];
      if (isNull(row)) {
        to.setNull(i, count);
        continue;
      }
      switch (kind) {
        case LONG -> to.longs[i] = longs[row];
        case DOUBLE -> to.doubles[i] = doubles[row];
        case DECIMAL -> {
          to.longs[i] = longs[row];
          if (wide) {
            to.highs[i] = highs[row];
          }
        }
        case BYTES -> {
          to.longs[i] = longs[row];
          to.lengths[i] = lengths[row];
        }
        case NESTED -> throw new IllegalStateException("nested values are not copied by row");
      }
    }
    return to;
  }

  /// The unscaled value of a decimal. Slow: for errors and rare paths.
  public BigInteger unscaled(int row) {
    if (!wide) {
      return BigInteger.valueOf(longs[row]);
    }
    return Int128.toBigInteger(highs[row], longs[row]);
  }

  public BigDecimal decimal(int row) {
    return new BigDecimal(unscaled(row), ((DataType.DecimalType) type).scale());
  }

  private static int capacity(int length) {
    return Math.max(length, 64);
  }
}
