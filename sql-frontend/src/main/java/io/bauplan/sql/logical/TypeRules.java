package io.bauplan.sql.logical;

import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.DataType.DecimalType;
import io.bauplan.sql.plan.DataType.FloatType;
import io.bauplan.sql.plan.DataType.IntegerType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.Cast;
import io.bauplan.sql.plan.Expression.Literal;
import java.math.BigDecimal;
import java.math.RoundingMode;

/// Brings operands to one type: workers compute and compare equal types only.
final class TypeRules {
  private TypeRules() {}

  /// The type in which values of both types compare without loss (floats win over decimals).
  static DataType common(DataType left, DataType right) {
    if (left.equals(right)) {
      return left;
    }
    if (left instanceof DataType.NullType) {
      return right;
    }
    if (right instanceof DataType.NullType) {
      return left;
    }
    if (left instanceof FloatType || right instanceof FloatType) {
      return isNumeric(left) && isNumeric(right) ? DataType.FLOAT64 : left;
    }
    if (left instanceof IntegerType l && right instanceof IntegerType r) {
      return l.bits() >= r.bits() ? l : r;
    }
    if (isNumeric(left) && isNumeric(right)) {
      DecimalType l = decimal(left);
      DecimalType r = decimal(right);
      int whole = Math.max(l.precision() - l.scale(), r.precision() - r.scale());
      int scale = Math.max(l.scale(), r.scale());
      // Past 38 digits the fraction is kept: it decides comparisons, while so large values are
      // rare and an overflow is an error, but to equality (WideDecimals).
      return new DecimalType(Math.min(38, whole + scale), scale);
    }
    if (left.equals(DataType.DATE) && right instanceof DataType.TimestampType) {
      return right;
    }
    if (left instanceof DataType.TimestampType && right.equals(DataType.DATE)) {
      return left;
    }
    if (left instanceof DataType.TimestampType && right instanceof DataType.TimestampType) {
      return DataType.TIMESTAMP_TZ;
    }
    return left;
  }

  static boolean isNumeric(DataType type) {
    return type instanceof IntegerType || type instanceof DecimalType || type instanceof FloatType;
  }

  /// The decimal that holds every value of an exact type.
  static DecimalType decimal(DataType type) {
    return switch (type) {
      case DecimalType d -> d;
      case IntegerType(int bits) ->
          new DecimalType(bits == 8 ? 3 : bits == 16 ? 5 : bits == 32 ? 10 : 19, 0);
      case DataType.NullType() -> new DecimalType(1, 0);
      default -> throw new IllegalArgumentException(type.sql() + " is not exact");
    };
  }

  /// The expression as `type`; constants change at once where that is exact.
  static Expression cast(Expression operand, DataType type) {
    if (operand.type().equals(type)) {
      return operand;
    }
    if (operand instanceof Literal literal) {
      if (literal.value() == null) {
        return new Literal(null, type);
      }
      Literal exact = convert(literal, type);
      if (exact != null) {
        return exact;
      }
    }
    return new Cast(operand, type, false);
  }

  private static @org.jspecify.annotations.Nullable Literal convert(
      Literal literal, DataType type) {
    if (!(literal.value() instanceof Number number) || !isNumeric(literal.type())) {
      return null;
    }
    return switch (type) {
      case FloatType(int bits) -> {
        double value = number.doubleValue();
        yield new Literal(bits == 32 ? (double) (float) value : value, type);
      }
      case DecimalType(int precision, int scale) -> {
        if (number instanceof Double) {
          yield null;
        }
        BigDecimal value =
            number instanceof BigDecimal big ? big : BigDecimal.valueOf(number.longValue());
        if (value.stripTrailingZeros().scale() > scale) {
          yield null;
        }
        BigDecimal scaled = value.setScale(scale, RoundingMode.UNNECESSARY);
        yield scaled.precision() > precision ? null : new Literal(scaled, type);
      }
      case IntegerType(int bits) -> {
        if (!(number instanceof Long value)) {
          yield null;
        }
        long limit = bits == 64 ? Long.MAX_VALUE : (1L << (bits - 1)) - 1;
        yield value > limit || value < -limit - 1 ? null : new Literal(value, type);
      }
      default -> null;
    };
  }
}
