package io.bauplan.exec.operator.window;

import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.expression.Int128;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.expression.RegisterWriter;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan.Window.Exclusion;
import io.bauplan.sql.plan.PhysicalPlan.Window.WindowCall;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/// SUM and AVG of whole numbers and decimals: the difference of two running sums, of 128 bits each,
/// whatever the frame. They may wrap around; what lies between two of them does not.
final class ExactSumFunction extends ComputedFunction {
  private final boolean average;
  private final boolean zeroWhenEmpty;
  private final Register.Kind kind;

  /// By row number, what the sign of the low half does not say of the high one: mostly nothing.
  private final long[] beyond;

  private volatile boolean anyBeyond;

  ExactSumFunction(WindowCall call, WindowRows input) {
    super(call, input, true);
    this.average = call.function().equals("avg");
    this.zeroWhenEmpty = call.function().equals("sum0");
    this.kind = results.kind;
    this.beyond = kind == Register.Kind.DECIMAL ? new long[input.count()] : new long[0];
  }

  static boolean supports(WindowCall call) {
    return switch (call.function()) {
      case "sum", "sum0", "avg" ->
          switch (Register.kind(call.arguments().getFirst().type())) {
            case LONG, DECIMAL -> true;
            case DOUBLE, BYTES, NESTED -> false;
          };
      default -> false;
    };
  }

  @Override
  void compute(Span span) {
    Register values = input.register(argument(0));
    int inputScale = values.type instanceof DataType.DecimalType(int any, int scale) ? scale : 0;
    int[] rows = span.rows();
    long[] lows = new long[rows.length + 1];
    long[] highs = new long[rows.length + 1];
    int[] counts = new int[rows.length + 1];
    for (int i = 0; i < rows.length; i++) {
      int row = rows[i];
      boolean present = !values.isNull(row);
      long low = present ? values.longs[row] : 0;
      long high = present ? values.high(row) : 0;
      long sum = lows[i] + low;
      lows[i + 1] = sum;
      highs[i + 1] = highs[i] + high + (Long.compareUnsigned(sum, low) < 0 ? 1 : 0);
      counts[i + 1] = counts[i] + (present ? 1 : 0);
    }
    if (span.group().frame().exclusion() == Exclusion.NO_OTHERS) {
      int[] begins = span.frames().begins();
      int[] ends = span.frames().ends();
      for (int i = 0; i < rows.length; i++) {
        int begin = begins[i];
        int end = Math.max(begin, ends[i]);
        int count = counts[end] - counts[begin];
        if (count == 0 && !zeroWhenEmpty) {
          results.nulls[rows[i]] = true;
        } else {
          long low = lows[end] - lows[begin];
          long borrow = Long.compareUnsigned(lows[end], lows[begin]) < 0 ? 1 : 0;
          put(rows[i], highs[end] - highs[begin] - borrow, low, count, inputScale);
        }
      }
      return;
    }
    Span.Parts parts = new Span.Parts();
    for (int i = 0; i < rows.length; i++) {
      span.parts(i, parts);
      long low = 0;
      long high = 0;
      int count = 0;
      for (int p = 0; p < parts.count; p++) {
        int begin = parts.begin[p];
        int end = parts.end[p];
        long part = lows[end] - lows[begin];
        long borrow = Long.compareUnsigned(lows[end], lows[begin]) < 0 ? 1 : 0;
        low += part;
        high += highs[end] - highs[begin] - borrow + (Long.compareUnsigned(low, part) < 0 ? 1 : 0);
        count += counts[end] - counts[begin];
      }
      if (count == 0 && !zeroWhenEmpty) {
        results.nulls[rows[i]] = true;
      } else {
        put(rows[i], high, low, count, inputScale);
      }
    }
  }

  private void put(int row, long high, long low, int count, int inputScale) {
    switch (kind) {
      case DOUBLE -> {
        double sum = Int128.toDouble(high, low) / Math.pow(10, inputScale);
        results.doubles[row] = average ? sum / count : sum;
      }
      case LONG -> {
        boolean isLong = high == low >> 63;
        if (average && isLong && inputScale == 0) {
          results.longs[row] = low / count;
        } else if (average || inputScale != 0) {
          results.longs[row] = exact(high, low, count, inputScale, 0).longValueExact();
        } else if (isLong) {
          results.longs[row] = low;
        } else {
          throw overflow();
        }
      }
      case DECIMAL -> putDecimal(row, high, low, count, inputScale);
      case BYTES, NESTED -> throw new IllegalStateException("a sum as " + results.type.sql());
    }
  }

  private void putDecimal(int row, long high, long low, int count, int inputScale) {
    DataType.DecimalType type = (DataType.DecimalType) results.type;
    if (!average && inputScale == type.scale()) {
      store(row, high, low, type);
      return;
    }
    int more = type.scale() - inputScale;
    if (average && more >= 0 && more <= 6 && high == low >> 63) {
      long factor = Int128.longPowerOfTen(more);
      if (Math.multiplyHigh(low, factor) == low * factor >> 63) {
        store(row, low * factor, count, type);
        return;
      }
    }
    BigInteger value = exact(high, low, count, inputScale, type.scale());
    if (value.bitLength() > 127) {
      throw overflow();
    }
    store(row, Int128.high(value), value.longValue(), type);
  }

  /// A quotient, rounded half up.
  private void store(int row, long sum, int count, DataType.DecimalType type) {
    long quotient = sum / count;
    long rest = Math.abs(sum % count);
    if (rest >= count - rest) {
      quotient += sum < 0 ? -1 : 1;
    }
    store(row, quotient >> 63, quotient, type);
  }

  private void store(int row, long high, long low, DataType.DecimalType type) {
    if (!Int128.fits(high, low, type.precision())) {
      throw overflow();
    }
    results.longs[row] = low;
    long more = high - (low >> 63);
    if (more != 0) {
      beyond[row] = more;
      anyBeyond = true;
    }
  }

  @Override
  FlatVector result(int from, int count) {
    if (anyBeyond) {
      Register part = new Register(results.type);
      part.reset(count);
      part.makeWide(count);
      part.clearNulls(count);
      for (int i = 0; i < count; i++) {
        part.longs[i] = results.longs[from + i];
        part.highs[i] = (part.longs[i] >> 63) + beyond[from + i];
        part.nulls[i] = results.nulls[from + i];
      }
      return RegisterWriter.write(part, null, count, count, input.allocator());
    }
    return super.result(from, count);
  }

  /// The result, unscaled, with digits after the point as asked for.
  private BigInteger exact(long high, long low, int count, int inputScale, int scale) {
    BigDecimal sum = new BigDecimal(Int128.toBigInteger(high, low), inputScale);
    RoundingMode rounding = kind == Register.Kind.LONG ? RoundingMode.DOWN : RoundingMode.HALF_UP;
    return (average
            ? sum.divide(BigDecimal.valueOf(count), scale, rounding)
            : sum.setScale(scale, rounding))
        .unscaledValue();
  }

  private static EngineException overflow() {
    return new EngineException(
        ErrorCode.NUMERIC_OVERFLOW, "a sum over a window is out of its type's range");
  }
}
