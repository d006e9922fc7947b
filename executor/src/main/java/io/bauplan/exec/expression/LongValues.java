package io.bauplan.exec.expression;

import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression.Literal;
import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/// Constants as the 64 bits that a column has.
final class LongValues {
  /// Digits of a decimal that 64 bits hold.
  static final int MAX_DIGITS = 18;

  private LongValues() {}

  /// The constant as a value of the type; null where it has none that is exactly equal, or is NULL.
  static @Nullable Long of(Literal literal, DataType type) {
    Object value = literal.value();
    if (type instanceof DataType.DecimalType(int ignored, int scale)) {
      BigDecimal decimal =
          switch (value) {
            case BigDecimal d -> d;
            case Long l when literal.type() instanceof DataType.IntegerType ->
                BigDecimal.valueOf(l);
            case null, default -> null;
          };
      return decimal == null ? null : unscaled(decimal, scale);
    }
    boolean alike =
        literal.type().equals(type)
            || type instanceof DataType.IntegerType
                && literal.type() instanceof DataType.IntegerType;
    return alike && value instanceof Long number ? number : null;
  }

  private static @Nullable Long unscaled(BigDecimal value, int scale) {
    if (value.stripTrailingZeros().scale() > scale) {
      return null;
    }
    BigInteger unscaled = value.setScale(scale).unscaledValue();
    return unscaled.bitLength() < Long.SIZE ? unscaled.longValueExact() : null;
  }
}
