package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.expression.Errors;
import io.bauplan.exec.expression.Int128;
import io.bauplan.exec.expression.Register;
import io.bauplan.sql.plan.DataType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/// SUM, SUM0 (0 for no rows) and AVG. Integers and decimals are summed in 128 bits, so that only
/// the result can be out of range; floats in double.
final class SumAccumulator extends Accumulator {
  enum Result {
    SUM,
    SUM0,
    AVERAGE
  }

  private final Result result;
  private final boolean floating;
  private final int inputScale;
  private final DataType output;
  private long[] lows = {};
  private long[] highs = {};
  private double[] doubles = {};
  private long[] counts = {};

  SumAccumulator(Result result, DataType input, DataType output) {
    this.result = result;
    this.floating = input instanceof DataType.FloatType;
    this.inputScale = input instanceof DataType.DecimalType(int ignored, int s) ? s : 0;
    this.output = output;
  }

  @Override
  void grow(int capacity) {
    counts = grown(counts, capacity);
    if (floating) {
      doubles = grown(doubles, capacity);
    } else {
      lows = grown(lows, capacity);
      highs = grown(highs, capacity);
    }
  }

  @Override
  void add(int[] groups, Register[] arguments, int @Nullable [] rows, int count) {
    Register in = arguments[0];
    if (floating) {
      addDoubles(groups, in, rows, count);
    } else if (in.wide) {
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        if (!in.isNull(row)) {
          add(groups[i], in.high(row), in.longs[row], 1);
        }
      }
    } else if (in.hasNulls) {
      addLongs(groups, in.longs, in.nulls, rows, count);
    } else {
      addLongs(groups, in.longs, rows, count);
    }
  }

  /// Without a branch: of `SUM(CASE WHEN x THEN n END)` any row may be NULL.
  private void addLongs(
      int[] groups, long[] values, boolean[] nulls, int @Nullable [] rows, int count) {
    long[] low = lows;
    long[] high = highs;
    long[] number = counts;
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      int group = groups[i];
      long value = nulls[row] ? 0 : values[row];
      long before = low[group];
      long sum = before + value;
      low[group] = sum;
      high[group] += (value >> 63) + (((before & value) | ((before | value) & ~sum)) >>> 63);
      number[group] += nulls[row] ? 0 : 1;
    }
  }

  private void addLongs(int[] groups, long[] values, int @Nullable [] rows, int count) {
    long[] low = lows;
    long[] high = highs;
    long[] number = counts;
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      int group = groups[i];
      long value = values[row];
      long before = low[group];
      long sum = before + value;
      low[group] = sum;
      high[group] += (value >> 63) + (((before & value) | ((before | value) & ~sum)) >>> 63);
      number[group]++;
    }
  }

  @Override
  void addToOne(int[] groups, Register[] arguments, int @Nullable [] rows, int count) {
    Register in = arguments[0];
    if (rows != null || in.wide) {
      add(groups, arguments, rows, count);
    } else if (floating) {
      addDoublesToOne(in, count);
    } else {
      addLongsToOne(in, count);
    }
  }

  /// Halves of 32 bits are summed apart: neither sum can overflow within a batch.
  private void addLongsToOne(Register in, int count) {
    long[] values = in.longs;
    long lower = 0;
    long upper = 0;
    int number = count;
    if (in.hasNulls) {
      boolean[] nulls = in.nulls;
      number = 0;
      for (int i = 0; i < count; i++) {
        long value = nulls[i] ? 0 : values[i];
        lower += value & 0xffffffffL;
        upper += value >> 32;
        number += nulls[i] ? 0 : 1;
      }
    } else {
      for (int i = 0; i < count; i++) {
        lower += values[i] & 0xffffffffL;
        upper += values[i] >> 32;
      }
    }
    upper += lower >> 32;
    add(0, upper >> 32, upper << 32 | lower & 0xffffffffL, number);
  }

  @Override
  boolean takesRuns() {
    return true;
  }

  @Override
  void addRun(int group, Register[] arguments, int[] rows, int start, int end) {
    Register in = arguments[0];
    if (floating) {
      addDoubleRun(group, in, rows, start, end);
    } else if (in.wide) {
      for (int i = start; i < end; i++) {
        int row = rows[i];
        if (!in.isNull(row)) {
          add(group, in.high(row), in.longs[row], 1);
        }
      }
    } else if (in.hasNulls) {
      long lower = 0;
      long upper = 0;
      int number = 0;
      for (int i = start; i < end; i++) {
        int row = rows[i];
        long value = in.nulls[row] ? 0 : in.longs[row];
        lower += value & 0xffffffffL;
        upper += value >> 32;
        number += in.nulls[row] ? 0 : 1;
      }
      upper += lower >> 32;
      add(group, upper >> 32, upper << 32 | lower & 0xffffffffL, number);
    } else {
      // In halves, as for one group.
      long[] values = in.longs;
      long lower = 0;
      long upper = 0;
      for (int i = start; i < end; i++) {
        long value = values[rows[i]];
        lower += value & 0xffffffffL;
        upper += value >> 32;
      }
      upper += lower >> 32;
      add(group, upper >> 32, upper << 32 | lower & 0xffffffffL, end - start);
    }
  }

  private void addDoubleRun(int group, Register in, int[] rows, int start, int end) {
    double sum = doubles[group];
    int number = 0;
    for (int i = start; i < end; i++) {
      if (!in.isNull(rows[i])) {
        sum += in.doubles[rows[i]];
        number++;
      }
    }
    doubles[group] = sum;
    counts[group] += number;
  }

  /// Whether the sums of the two are the same for any input: only what is made of them differs.
  boolean sumsAs(SumAccumulator other) {
    return floating == other.floating && inputScale == other.inputScale;
  }

  /// Gives results from the sums of another, and keeps none of its own: whoever does this adds to
  /// the other alone.
  void readFrom(SumAccumulator other) {
    lows = other.lows;
    highs = other.highs;
    doubles = other.doubles;
    counts = other.counts;
  }

  private void addDoublesToOne(Register in, int count) {
    double[] values = in.doubles;
    double sum = doubles[0];
    int number = count;
    if (in.hasNulls) {
      boolean[] nulls = in.nulls;
      number = 0;
      for (int i = 0; i < count; i++) {
        if (!nulls[i]) {
          sum += values[i];
          number++;
        }
      }
    } else {
      for (int i = 0; i < count; i++) {
        sum += values[i];
      }
    }
    doubles[0] = sum;
    counts[0] += number;
  }

  private void add(int group, long high, long low, long number) {
    long before = lows[group];
    long sum = before + low;
    lows[group] = sum;
    long carry = ((before & low) | ((before | low) & ~sum)) >>> 63;
    long highSum = highs[group] + high + carry;
    if (((highs[group] ^ highSum) & (high ^ highSum)) < 0) {
      throw Errors.overflow("the sum", output);
    }
    highs[group] = highSum;
    counts[group] += number;
  }

  private void addDoubles(int[] groups, Register in, int @Nullable [] rows, int count) {
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      if (!in.isNull(row)) {
        doubles[groups[i]] += in.doubles[row];
        counts[groups[i]]++;
      }
    }
  }

  @Override
  void merge(Accumulator other, int[] from, int[] to, int count) {
    SumAccumulator sums = (SumAccumulator) other;
    for (int i = 0; i < count; i++) {
      if (floating) {
        doubles[to[i]] += sums.doubles[from[i]];
        counts[to[i]] += sums.counts[from[i]];
      } else {
        add(to[i], sums.highs[from[i]], sums.lows[from[i]], sums.counts[from[i]]);
      }
    }
  }

  @Override
  void output(int start, int count, Register to) {
    if (to.kind == Register.Kind.DECIMAL) {
      to.makeWide(count);
    }
    for (int i = 0; i < count; i++) {
      int group = start + i;
      if (counts[group] == 0 && result != Result.SUM0) {
        to.setNull(i, count);
        continue;
      }
      switch (to.kind) {
        case DOUBLE -> to.doubles[i] = asDouble(group);
        case LONG -> to.longs[i] = asLong(group);
        case DECIMAL -> asDecimal(group, i, to);
        default -> throw new IllegalStateException("sum as " + output.sql());
      }
    }
  }

  private double asDouble(int group) {
    double sum =
        floating
            ? doubles[group]
            : Int128.toDouble(highs[group], lows[group]) / Math.pow(10, inputScale);
    return result == Result.AVERAGE ? sum / counts[group] : sum;
  }

  private long asLong(int group) {
    if (floating) {
      return (long) asDouble(group);
    }
    if (result == Result.AVERAGE) {
      return exact(group, 0).longValue();
    }
    boolean fits = highs[group] == lows[group] >> 63;
    if (!fits) {
      throw Errors.overflow("the sum", output);
    }
    return lows[group];
  }

  private void asDecimal(int group, int row, Register to) {
    DataType.DecimalType type = (DataType.DecimalType) output;
    long low;
    long high;
    if (floating || result == Result.AVERAGE || inputScale != type.scale()) {
      BigInteger value = exact(group, type.scale());
      if (value.bitLength() > 127) {
        throw Errors.overflow("the sum", output);
      }
      low = value.longValue();
      high = Int128.high(value);
    } else {
      low = lows[group];
      high = highs[group];
    }
    if (!Int128.fits(high, low, type.precision())) {
      throw Errors.overflow("the sum", output);
    }
    to.longs[row] = low;
    to.highs[row] = high;
  }

  /// The result as an unscaled decimal.
  private BigInteger exact(int group, int scale) {
    BigDecimal sum =
        floating
            ? new BigDecimal(doubles[group])
            : new BigDecimal(Int128.toBigInteger(highs[group], lows[group]), inputScale);
    BigDecimal value =
        result == Result.AVERAGE
            ? sum.divide(BigDecimal.valueOf(counts[group]), scale, RoundingMode.HALF_UP)
            : sum.setScale(scale, RoundingMode.HALF_UP);
    return value.unscaledValue();
  }

  @Override
  int bytesPerGroup() {
    return floating ? 16 : 24;
  }

  @Override
  boolean isCompact() {
    return true;
  }
}
