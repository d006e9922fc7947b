package io.bauplan.exec.expression;

import java.math.BigInteger;

/// Arithmetic on 128-bit integers held as two longs. Exact; who may overflow asks first.
public final class Int128 {
  private static final BigInteger[] POWERS = new BigInteger[77];
  private static final long[] LONG_POWERS = new long[19];

  /// Of the powers that 128 bits hold.
  private static final long[] POWER_HIGHS = new long[39];

  private static final long[] POWER_LOWS = new long[39];

  static {
    POWERS[0] = BigInteger.ONE;
    for (int i = 1; i < POWERS.length; i++) {
      POWERS[i] = POWERS[i - 1].multiply(BigInteger.TEN);
    }
    for (int i = 0; i < LONG_POWERS.length; i++) {
      LONG_POWERS[i] = POWERS[i].longValueExact();
    }
    for (int i = 0; i < POWER_LOWS.length; i++) {
      POWER_HIGHS[i] = high(POWERS[i]);
      POWER_LOWS[i] = POWERS[i].longValue();
    }
  }

  private Int128() {}

  /// 10 to the power of `exponent`, 0 to 76.
  public static BigInteger powerOfTen(int exponent) {
    return POWERS[exponent];
  }

  /// 10 to the power of `exponent`, 0 to 18.
  public static long longPowerOfTen(int exponent) {
    return LONG_POWERS[exponent];
  }

  public static BigInteger toBigInteger(long high, long low) {
    return BigInteger.valueOf(high).shiftLeft(64).add(unsigned(low));
  }

  private static BigInteger unsigned(long value) {
    BigInteger big = BigInteger.valueOf(value);
    return value >= 0 ? big : big.add(BigInteger.ONE.shiftLeft(64));
  }

  public static long high(BigInteger value) {
    return value.shiftRight(64).longValue();
  }

  public static int compare(long leftHigh, long leftLow, long rightHigh, long rightLow) {
    int high = Long.compare(leftHigh, rightHigh);
    return high != 0 ? high : Long.compareUnsigned(leftLow, rightLow);
  }

  /// Whether |value| < 10^precision.
  public static boolean fits(long high, long low, int precision) {
    if (precision <= 18) {
      return high == low >> 63 && low < LONG_POWERS[precision] && low > -LONG_POWERS[precision];
    }
    if (high == low >> 63) {
      // Below 2^63, and so below 10^19.
      return true;
    }
    long magnitudeHigh = high;
    long magnitudeLow = low;
    if (high < 0) {
      magnitudeLow = -low;
      magnitudeHigh = ~high + (low == 0 ? 1 : 0);
      if (magnitudeHigh < 0) {
        return false;
      }
    }
    return compare(magnitudeHigh, magnitudeLow, POWER_HIGHS[precision], POWER_LOWS[precision]) < 0;
  }

  /// The nearest double of the integer.
  public static double toDouble(long high, long low) {
    if (high == low >> 63) {
      return low;
    }
    return toBigInteger(high, low).doubleValue();
  }
}
