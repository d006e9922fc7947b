package io.bauplan.exec.batch;

import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataType;
import java.math.BigDecimal;
import java.math.BigInteger;

/// Decimals in flat vectors: those of up to 18 digits are 64 bits wide, the others 128, both
/// little-endian two's complement of the unscaled value. Arrow's vectors, which the world outside
/// sees, have 128 bits for all of them.
public final class Decimals {
  private static final int MAX_SHORT_DIGITS = 18;

  private Decimals() {}

  /// Whether values of the type have 64 bits.
  public static boolean isShort(DataType type) {
    return type instanceof DataType.DecimalType(int precision, int ignored)
        && precision <= MAX_SHORT_DIGITS;
  }

  static int bits(int precision) {
    return precision <= MAX_SHORT_DIGITS ? 64 : 128;
  }

  /// The low half of a row's unscaled value.
  public static long low(FlatVector vector, int row) {
    return Memory.getLong(vector.dataAddress() + (isShort(vector.type()) ? 8L : 16L) * row);
  }

  /// The high half of a row's unscaled value.
  public static long high(FlatVector vector, int row) {
    return isShort(vector.type())
        ? Memory.getLong(vector.dataAddress() + 8L * row) >> 63
        : Memory.getLong(vector.dataAddress() + 16L * row + 8);
  }

  /// A row's value. Slow: not for loops over all rows.
  public static BigDecimal value(FlatVector vector, int row) {
    int scale = ((DataType.DecimalType) vector.type()).scale();
    long low = low(vector, row);
    if (isShort(vector.type())) {
      return BigDecimal.valueOf(low, scale);
    }
    BigInteger unscaled =
        BigInteger.valueOf(high(vector, row))
            .shiftLeft(64)
            .or(new BigInteger(Long.toUnsignedString(low)));
    return new BigDecimal(unscaled, scale);
  }

  /// Writes `count` values of 64 bits as Arrow has them.
  public static void widen(long from, long to, int count) {
    for (int i = 0; i < count; i++) {
      long value = Memory.getLong(from + 8L * i);
      Memory.putLong(to + 16L * i, value);
      Memory.putLong(to + 16L * i + 8, value >> 63);
    }
  }

  /// Writes `count` values of 128 bits in 64; NULL ones, whose bit in `validity` (0 = none) is
  /// clear, may hold anything.
  ///
  /// @throws EngineException `NUMERIC_OVERFLOW` where one has more digits than `type`
  static void narrow(long from, long to, int count, long validity, DataType type) {
    for (int i = 0; i < count; i++) {
      long value = Memory.getLong(from + 16L * i);
      if (value >> 63 != Memory.getLong(from + 16L * i + 8)) {
        if (validity == 0 || Memory.bit(validity, i)) {
          throw overflow(type);
        }
        value = 0;
      }
      Memory.putLong(to + 8L * i, value);
    }
  }

  static EngineException overflow(DataType type) {
    return new EngineException(
        ErrorCode.NUMERIC_OVERFLOW, "a value has more digits than its type " + type.sql());
  }
}
