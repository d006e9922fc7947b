package io.bauplan.exec.expression;

import io.bauplan.sql.plan.DataType;

/// Types to which two operands are brought where a plan left them apart.
final class Types {
  private static final int MAX_PRECISION = 38;

  private Types() {}

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
    if (left instanceof DataType.FloatType || right instanceof DataType.FloatType) {
      return left instanceof DataType.VarcharType
              || right instanceof DataType.VarcharType
              || isNumeric(left) && isNumeric(right)
          ? DataType.FLOAT64
          : left;
    }
    if (isNumeric(left) && isNumeric(right)) {
      if (left instanceof DataType.IntegerType(int l)
          && right instanceof DataType.IntegerType(int r)) {
        return new DataType.IntegerType(Math.max(l, r));
      }
      DataType.DecimalType l = decimal(left);
      DataType.DecimalType r = decimal(right);
      int scale = Math.max(l.scale(), r.scale());
      int digits = Math.max(l.precision() - l.scale(), r.precision() - r.scale());
      return new DataType.DecimalType(Math.min(MAX_PRECISION, digits + scale), scale);
    }
    if (left instanceof DataType.VarcharType) {
      return right;
    }
    if (right instanceof DataType.VarcharType) {
      return left;
    }
    if (left instanceof DataType.DateType && right instanceof DataType.TimestampType) {
      return right;
    }
    if (left instanceof DataType.TimestampType && right instanceof DataType.TimestampType) {
      return DataType.TIMESTAMP_TZ;
    }
    return left;
  }

  static boolean isNumeric(DataType type) {
    return type instanceof DataType.IntegerType
        || type instanceof DataType.FloatType
        || type instanceof DataType.DecimalType;
  }

  static DataType.DecimalType decimal(DataType type) {
    return switch (type) {
      case DataType.DecimalType decimal -> decimal;
      case DataType.IntegerType(int bits) ->
          new DataType.DecimalType(bits == 8 ? 3 : bits == 16 ? 5 : bits == 32 ? 10 : 19, 0);
      default -> throw new IllegalArgumentException("no decimal: " + type.sql());
    };
  }
}
