package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.sql.plan.DataType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/// Conversions among integers, floats and decimals. A fraction is rounded half away from zero; what
/// does not fit is an error, or NULL where `safe`.
final class NumericCastNode extends Node {
  private static final double TWO_TO_63 = 0x1p63;
  private static final double MAX_EXACT_POWER = 22;

  private final Node operand;
  private final boolean safe;
  private final int spareBits;

  NumericCastNode(Node operand, DataType type, boolean safe) {
    super(type);
    this.operand = operand;
    this.safe = safe;
    this.spareBits = 64 - (int) FlatVector.bitsPerValue(type);
  }

  @Override
  Register compute(Batch batch, int @Nullable [] rows, int count) {
    Register in = operand.evaluate(batch, rows, count);
    int length = batch.vectorLength();
    out.reset(length);
    out.copyNulls(in, rows, count, length);
    switch (type()) {
      case DataType.IntegerType ignored -> toInteger(in, rows, count, length);
      case DataType.FloatType(int bits) -> toFloat(in, rows, count, bits == 32);
      case DataType.DecimalType(int precision, int scale) ->
          toDecimal(in, rows, count, length, precision, scale);
      default -> throw new IllegalStateException(type().sql());
    }
    return out;
  }

  private void toInteger(Register in, int @Nullable [] rows, int count, int length) {
    if (in.kind == Register.Kind.LONG) {
      int inputBits = (int) FlatVector.bitsPerValue(in.type);
      boolean widening = 64 - inputBits >= spareBits;
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        long value = in.longs[row];
        out.longs[row] = value;
        if (!widening && value << spareBits >> spareBits != value) {
          fail(in, row, length);
        }
      }
      return;
    }
    int scale = in.type instanceof DataType.DecimalType(int ignored, int s) ? s : 0;
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      if (in.isNull(row)) {
        continue;
      }
      long value;
      if (in.kind == Register.Kind.DOUBLE) {
        double rounded = roundHalfUp(in.doubles[row]);
        if (!(rounded >= -TWO_TO_63 && rounded < TWO_TO_63)) {
          fail(in, row, length);
          continue;
        }
        value = (long) rounded;
      } else if (!in.wide && scale <= 18) {
        value = divideHalfUp(in.longs[row], Int128.longPowerOfTen(scale));
      } else {
        BigInteger big =
            DecimalArithmeticNode.divideHalfUp(in.unscaled(row), Int128.powerOfTen(scale));
        if (big.bitLength() > 63) {
          fail(in, row, length);
          continue;
        }
        value = big.longValue();
      }
      out.longs[row] = value;
      if (value << spareBits >> spareBits != value) {
        fail(in, row, length);
      }
    }
  }

  static double roundHalfUp(double value) {
    double floor = Math.floor(Math.abs(value));
    double rounded = Math.abs(value) - floor >= 0.5 ? floor + 1 : floor;
    return value < 0 ? -rounded : rounded;
  }

  static long divideHalfUp(long value, long divisor) {
    long quotient = value / divisor;
    long rest = Math.abs(value % divisor);
    if (divisor > 1 && rest >= divisor - rest) {
      quotient += value < 0 ? -1 : 1;
    }
    return quotient;
  }

  private void toFloat(Register in, int @Nullable [] rows, int count, boolean single) {
    int scale = in.type instanceof DataType.DecimalType(int ignored, int s) ? s : 0;
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      double value =
          switch (in.kind) {
            case LONG -> in.longs[row];
            case DOUBLE -> in.doubles[row];
            default -> {
              if (in.isNull(row)) {
                yield 0;
              }
              long low = in.longs[row];
              boolean exact = !in.wide && scale <= MAX_EXACT_POWER && Math.abs(low) < 1L << 53;
              yield exact ? low / Math.pow(10, scale) : in.decimal(row).doubleValue();
            }
          };
      out.doubles[row] = single ? (float) value : value;
    }
  }

  private void toDecimal(
      Register in, int @Nullable [] rows, int count, int length, int precision, int scale) {
    int fromScale = in.type instanceof DataType.DecimalType(int ignored, int s) ? s : 0;
    if (in.kind != Register.Kind.DOUBLE
        && !in.wide
        && rescaleNarrow(in, rows, count, precision, scale - fromScale)) {
      return;
    }
    out.makeWide(length);
    BigInteger limit = Int128.powerOfTen(precision);
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      if (in.isNull(row)) {
        continue;
      }
      BigInteger value;
      if (in.kind == Register.Kind.DOUBLE) {
        double number = in.doubles[row];
        if (Double.isNaN(number) || Double.isInfinite(number)) {
          fail(in, row, length);
          continue;
        }
        BigDecimal exact =
            in.type.equals(DataType.FLOAT32)
                ? new BigDecimal(Float.toString((float) number))
                : new BigDecimal(Double.toString(number));
        value = exact.setScale(scale, RoundingMode.HALF_UP).unscaledValue();
      } else {
        BigInteger unscaled = in.unscaled(row);
        value =
            scale >= fromScale
                ? unscaled.multiply(Int128.powerOfTen(scale - fromScale))
                : DecimalArithmeticNode.divideHalfUp(
                    unscaled, Int128.powerOfTen(fromScale - scale));
      }
      if (value.abs().compareTo(limit) >= 0) {
        fail(in, row, length);
        continue;
      }
      out.longs[row] = value.longValue();
      out.highs[row] = Int128.high(value);
    }
  }

  /// Whether 64 bits were enough and nothing went wrong.
  private boolean rescaleNarrow(
      Register in, int @Nullable [] rows, int count, int precision, int up) {
    if (Math.abs(up) > 18) {
      return false;
    }
    long limit = precision <= 18 ? Int128.longPowerOfTen(precision) : Long.MAX_VALUE;
    long factor = Int128.longPowerOfTen(Math.abs(up));
    long trouble = 0;
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      long value = in.longs[row];
      long result;
      if (up >= 0) {
        result = value * factor;
        trouble |= Math.multiplyHigh(value, factor) ^ result >> 63;
      } else {
        result = divideHalfUp(value, factor);
      }
      out.longs[row] = result;
      trouble |= result >= limit || result <= -limit ? 1 : 0;
    }
    return trouble == 0;
  }

  private void fail(Register in, int row, int length) {
    if (in.isNull(row)) {
      return;
    }
    if (safe) {
      out.setNull(row, length);
      return;
    }
    throw Errors.castOverflow(
        switch (in.kind) {
          case LONG -> Long.toString(in.longs[row]);
          case DOUBLE -> Double.toString(in.doubles[row]);
          default -> in.decimal(row).toPlainString();
        },
        type());
  }

  @Override
  void release() {
    operand.close();
  }
}
