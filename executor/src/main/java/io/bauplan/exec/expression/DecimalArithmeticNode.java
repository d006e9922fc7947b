package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression.Arithmetic.Operator;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/// Decimal arithmetic: 64-bit loops while all operands and results of a batch fit, 128 bits where
/// they do not. Exact; a result of more digits than the type has is an error, a result of more
/// scale is rounded half away from zero.
final class DecimalArithmeticNode extends Node {
  private static final int MAX_LONG_DIGITS = 18;

  /// Above this share of rows all of a batch are computed, where operands are there.
  private static final double DENSE_SHARE = 0.75;

  private final Operator operator;
  private final Node left;
  private final Node right;
  private final int leftScale;
  private final int rightScale;
  private final int precision;
  private final int scale;

  DecimalArithmeticNode(Operator operator, Node left, Node right, DataType.DecimalType type) {
    super(type);
    this.operator = operator;
    this.left = left;
    this.right = right;
    this.leftScale = ((DataType.DecimalType) left.type()).scale();
    this.rightScale = ((DataType.DecimalType) right.type()).scale();
    this.precision = type.precision();
    this.scale = type.scale();
  }

  @Override
  Register compute(Batch batch, int @Nullable [] rows, int count) {
    Register l = left.evaluate(batch, rows, count);
    Register r = right.evaluate(batch, rows, count);
    int length = batch.vectorLength();
    out.reset(length);
    out.unionNulls(l, r, rows, count, length);
    if (!l.wide && !r.wide) {
      boolean dense = rows == null ? count == length : count > length * DENSE_SHARE;
      // Rows that nobody asked for may be more than 64 bits can do: that decides nothing. A divisor
      // of theirs may be zero.
      if (dense
          && operator != Operator.DIVIDE
          && l.dense
          && r.dense
          && narrow(l.longs, r.longs, null, length)) {
        out.dense = true;
        return out;
      }
      if (narrow(l.longs, r.longs, rows, count)) {
        return out;
      }
    }
    out.makeWide(length);
    if (operator == Operator.MULTIPLY && !l.wide && !r.wide && leftScale + rightScale == scale) {
      multiplyWide(l.longs, r.longs, rows, count);
      return out;
    }
    slow(l, r, rows, count);
    return out;
  }

  /// Whether 64 bits were enough for every row.
  private boolean narrow(long[] l, long[] r, int @Nullable [] rows, int count) {
    long limit = precision <= MAX_LONG_DIGITS ? Int128.longPowerOfTen(precision) : Long.MAX_VALUE;
    return switch (operator) {
      case ADD, SUBTRACT -> {
        int leftUp = scale - leftScale;
        int rightUp = scale - rightScale;
        if (leftUp < 0 || rightUp < 0 || leftUp > MAX_LONG_DIGITS || rightUp > MAX_LONG_DIGITS) {
          yield false;
        }
        long leftFactor = Int128.longPowerOfTen(leftUp);
        long rightFactor = Int128.longPowerOfTen(rightUp);
        boolean subtract = operator == Operator.SUBTRACT;
        if (leftFactor == 1 && rightFactor == 1) {
          yield plainAdd(l, r, subtract, rows, count);
        }
        if (left instanceof LiteralNode literal && rightFactor == 1) {
          long constant = literal.one.longs[0];
          yield Math.multiplyHigh(constant, leftFactor) == constant * leftFactor >> 63
              && constantAdd(constant * leftFactor, r, subtract, rows, count);
        }
        yield narrowAdd(
            l, r, leftFactor, subtract ? -rightFactor : rightFactor, limit, rows, count);
      }
      case MULTIPLY -> leftScale + rightScale == scale && narrowMultiply(l, r, limit, rows, count);
      case DIVIDE -> {
        int up = scale - leftScale + rightScale;
        yield up >= 0
            && up <= MAX_LONG_DIGITS
            && narrowDivide(l, r, Int128.longPowerOfTen(up), limit, rows, count);
      }
      case MODULO -> false;
    };
  }

  /// The greatest number of as many digits as the result has; of results that 64 bits cannot fill,
  /// 0.
  private long greatest() {
    return precision <= MAX_LONG_DIGITS ? Int128.longPowerOfTen(precision) - 1 : 0;
  }

  /// Operands of the result's scale. Loops without a branch, which the compiler makes vectors of:
  /// the sign of `trouble` says whether some sum has too many digits or bits.
  private boolean plainAdd(long[] l, long[] r, boolean subtract, int @Nullable [] rows, int count) {
    long[] to = out.longs;
    long greatest = greatest();
    long counts = greatest == 0 ? 0 : -1;
    long trouble = 0;
    if (subtract) {
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        long a = l[row];
        long b = r[row];
        long sum = a - b;
        to[row] = sum;
        trouble |= (a ^ b) & (a ^ sum) | counts & (greatest - sum | greatest + sum);
      }
    } else {
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        long a = l[row];
        long b = r[row];
        long sum = a + b;
        to[row] = sum;
        trouble |= (a ^ sum) & (b ^ sum) | counts & (greatest - sum | greatest + sum);
      }
    }
    return trouble >= 0;
  }

  /// As `plainAdd`, the left operand the same in every row.
  private boolean constantAdd(
      long a, long[] r, boolean subtract, int @Nullable [] rows, int count) {
    long[] to = out.longs;
    long greatest = greatest();
    long counts = greatest == 0 ? 0 : -1;
    long trouble = 0;
    if (subtract) {
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        long b = r[row];
        long sum = a - b;
        to[row] = sum;
        trouble |= (a ^ b) & (a ^ sum) | counts & (greatest - sum | greatest + sum);
      }
    } else {
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        long b = r[row];
        long sum = a + b;
        to[row] = sum;
        trouble |= (a ^ sum) & (b ^ sum) | counts & (greatest - sum | greatest + sum);
      }
    }
    return trouble >= 0;
  }

  private boolean narrowAdd(
      long[] l,
      long[] r,
      long leftFactor,
      long rightFactor,
      long limit,
      int @Nullable [] rows,
      int count) {
    long[] to = out.longs;
    long trouble = 0;
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      long a = l[row] * leftFactor;
      long b = r[row] * rightFactor;
      long sum = a + b;
      to[row] = sum;
      trouble |= Math.multiplyHigh(l[row], leftFactor) ^ a >> 63;
      trouble |= Math.multiplyHigh(r[row], rightFactor) ^ b >> 63;
      trouble |= ((a ^ sum) & (b ^ sum)) >>> 63;
      trouble |= sum >= limit || sum <= -limit ? 1 : 0;
    }
    return trouble == 0;
  }

  private boolean narrowMultiply(long[] l, long[] r, long limit, int @Nullable [] rows, int count) {
    long[] to = out.longs;
    if (rows == null && fewDigits(l, r, limit, count)) {
      for (int i = 0; i < count; i++) {
        to[i] = l[i] * r[i];
      }
      return true;
    }
    long trouble = 0;
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      long a = l[row];
      long b = r[row];
      long product = a * b;
      to[row] = product;
      trouble |= Math.multiplyHigh(a, b) ^ product >> 63;
      trouble |= product >= limit || product <= -limit ? 1 : 0;
    }
    return trouble == 0;
  }

  /// Whether the sizes of the factors rule out that any product reaches the limit.
  private static boolean fewDigits(long[] l, long[] r, long limit, int count) {
    long left = 0;
    long right = 0;
    for (int i = 0; i < count; i++) {
      left |= l[i] ^ l[i] >> 63;
      right |= r[i] ^ r[i] >> 63;
    }
    int bits = 2 * Long.SIZE - Long.numberOfLeadingZeros(left) - Long.numberOfLeadingZeros(right);
    return bits < Long.SIZE - Long.numberOfLeadingZeros(limit);
  }

  private boolean narrowDivide(
      long[] l, long[] r, long factor, long limit, int @Nullable [] rows, int count) {
    long[] to = out.longs;
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      if (out.isNull(row)) {
        continue;
      }
      long divisor = r[row];
      if (divisor == 0) {
        throw Errors.divisionByZero();
      }
      long dividend = l[row] * factor;
      if ((Math.multiplyHigh(l[row], factor) ^ dividend >> 63) != 0
          || dividend == Long.MIN_VALUE
          || divisor == Long.MIN_VALUE) {
        return false;
      }
      long quotient = dividend / divisor;
      long rest = Math.abs(dividend % divisor);
      if (rest >= Math.abs(divisor) - rest) {
        quotient += (dividend ^ divisor) < 0 ? -1 : 1;
      }
      if (quotient >= limit || quotient <= -limit) {
        return false;
      }
      to[row] = quotient;
    }
    return true;
  }

  private void multiplyWide(long[] l, long[] r, int @Nullable [] rows, int count) {
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      long low = l[row] * r[row];
      long high = Math.multiplyHigh(l[row], r[row]);
      out.longs[row] = low;
      out.highs[row] = high;
      if (!Int128.fits(high, low, precision) && !out.isNull(row)) {
        throw Errors.overflow(ArithmeticNodes.name(operator), type());
      }
    }
  }

  private void slow(Register l, Register r, int @Nullable [] rows, int count) {
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      if (out.isNull(row)) {
        continue;
      }
      BigInteger result = exact(l.unscaled(row), r.unscaled(row));
      if (result.abs().compareTo(Int128.powerOfTen(precision)) >= 0) {
        throw Errors.overflow(ArithmeticNodes.name(operator), type());
      }
      out.longs[row] = result.longValue();
      out.highs[row] = Int128.high(result);
    }
  }

  private BigInteger exact(BigInteger l, BigInteger r) {
    int common = Math.max(leftScale, rightScale);
    return switch (operator) {
      case ADD -> rescale(up(l, common - leftScale).add(up(r, common - rightScale)), common);
      case SUBTRACT ->
          rescale(up(l, common - leftScale).subtract(up(r, common - rightScale)), common);
      case MULTIPLY -> rescale(l.multiply(r), leftScale + rightScale);
      case DIVIDE -> {
        if (r.signum() == 0) {
          throw Errors.divisionByZero();
        }
        int up = scale - leftScale + rightScale;
        yield up >= 0 ? divideHalfUp(up(l, up), r) : divideHalfUp(l, up(r, -up));
      }
      case MODULO -> {
        if (r.signum() == 0) {
          throw Errors.divisionByZero();
        }
        yield rescale(up(l, common - leftScale).remainder(up(r, common - rightScale)), common);
      }
    };
  }

  private static BigInteger up(BigInteger value, int digits) {
    return digits == 0 ? value : value.multiply(Int128.powerOfTen(digits));
  }

  private BigInteger rescale(BigInteger value, int from) {
    return scale >= from
        ? up(value, scale - from)
        : divideHalfUp(value, Int128.powerOfTen(from - scale));
  }

  /// The quotient, ties away from zero.
  static BigInteger divideHalfUp(BigInteger dividend, BigInteger divisor) {
    BigInteger[] parts = dividend.divideAndRemainder(divisor);
    if (parts[1].abs().shiftLeft(1).compareTo(divisor.abs()) >= 0) {
      boolean negative = dividend.signum() * divisor.signum() < 0;
      return parts[0].add(negative ? BigInteger.ONE.negate() : BigInteger.ONE);
    }
    return parts[0];
  }

  @Override
  void release() {
    left.close();
    right.close();
  }
}
