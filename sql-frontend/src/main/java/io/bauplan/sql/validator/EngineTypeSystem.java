package io.bauplan.sql.validator;

import java.math.RoundingMode;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rel.type.RelDataTypeSystemImpl;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.jspecify.annotations.Nullable;

/// The limits of the engine's types and the result types of arithmetic and aggregates.
///
/// Decimals of p1,s1 and p2,s2, all capped at 38 digits:
///
/// | operation | precision | scale |
/// |---|---|---|
/// | `+ -` | max(p1-s1, p2-s2) + s + 1 | s = max(s1, s2) |
/// | `*` | p1 + p2 | s1 + s2 |
/// | `/` | p1 - s1 + s2 + s | s = max(6, s1 + p2 + 1) |
/// | `%` | min(p1-s1, p2-s2) + s | s = max(s1, s2) |
///
/// Past 38 digits the whole part is kept and the scale gives way, but never below 6 (or the scale
/// itself where that is smaller); the quotient is rounded half up. An integer counts as a decimal
/// of scale 0.
public final class EngineTypeSystem extends RelDataTypeSystemImpl {
  public static final EngineTypeSystem INSTANCE = new EngineTypeSystem();

  /// Digits of the widest decimal.
  public static final int MAX_DECIMAL_PRECISION = 38;

  /// Fraction digits of times and timestamps: microseconds.
  public static final int TIME_PRECISION = 6;

  private static final int MIN_KEPT_SCALE = 6;

  private EngineTypeSystem() {}

  @Override
  public int getMaxPrecision(SqlTypeName typeName) {
    return switch (typeName) {
      case DECIMAL -> MAX_DECIMAL_PRECISION;
      case TIME,
          TIME_WITH_LOCAL_TIME_ZONE,
          TIME_TZ,
          TIMESTAMP,
          TIMESTAMP_WITH_LOCAL_TIME_ZONE,
          TIMESTAMP_TZ ->
          TIME_PRECISION;
      case VARCHAR, CHAR, VARBINARY, BINARY -> Integer.MAX_VALUE;
      default -> super.getMaxPrecision(typeName);
    };
  }

  @Override
  public int getMaxScale(SqlTypeName typeName) {
    return typeName == SqlTypeName.DECIMAL ? MAX_DECIMAL_PRECISION : super.getMaxScale(typeName);
  }

  @Override
  public int getDefaultPrecision(SqlTypeName typeName) {
    return switch (typeName) {
      // As in DuckDB and Snowflake, a bare DECIMAL has room for a fraction only where it says so.
      case DECIMAL -> MAX_DECIMAL_PRECISION;
      case TIME,
          TIME_WITH_LOCAL_TIME_ZONE,
          TIME_TZ,
          TIMESTAMP,
          TIMESTAMP_WITH_LOCAL_TIME_ZONE,
          TIMESTAMP_TZ ->
          TIME_PRECISION;
      case CHAR, BINARY -> RelDataType.PRECISION_NOT_SPECIFIED;
      case INTERVAL_DAY,
          INTERVAL_DAY_HOUR,
          INTERVAL_DAY_MINUTE,
          INTERVAL_DAY_SECOND,
          INTERVAL_HOUR,
          INTERVAL_HOUR_MINUTE,
          INTERVAL_HOUR_SECOND,
          INTERVAL_MINUTE,
          INTERVAL_MINUTE_SECOND,
          INTERVAL_SECOND,
          INTERVAL_YEAR,
          INTERVAL_YEAR_MONTH,
          INTERVAL_MONTH ->
          // `INTERVAL '120' DAY` is ordinary; two digits are for the standard's own examples.
          SqlTypeName.MAX_INTERVAL_START_PRECISION;
      default -> super.getDefaultPrecision(typeName);
    };
  }

  @Override
  public RoundingMode roundingMode() {
    return RoundingMode.HALF_UP;
  }

  @Override
  public boolean shouldConvertRaggedUnionTypesToVarying() {
    return true;
  }

  @Override
  public RelDataType deriveSumType(RelDataTypeFactory factory, RelDataType argument) {
    RelDataType sum =
        switch (argument.getSqlTypeName()) {
          case TINYINT, SMALLINT, INTEGER -> factory.createSqlType(SqlTypeName.BIGINT);
          case BIGINT -> factory.createSqlType(SqlTypeName.DECIMAL, MAX_DECIMAL_PRECISION, 0);
          case DECIMAL ->
              factory.createSqlType(
                  SqlTypeName.DECIMAL, MAX_DECIMAL_PRECISION, argument.getScale());
          case REAL, FLOAT, DOUBLE -> factory.createSqlType(SqlTypeName.DOUBLE);
          default -> argument;
        };
    return factory.createTypeWithNullability(sum, argument.isNullable());
  }

  @Override
  public RelDataType deriveAvgAggType(RelDataTypeFactory factory, RelDataType argument) {
    RelDataType average =
        switch (argument.getSqlTypeName()) {
          case DECIMAL ->
              factory.createSqlType(
                  SqlTypeName.DECIMAL,
                  MAX_DECIMAL_PRECISION,
                  Math.max(argument.getScale(), MIN_KEPT_SCALE));
          case TINYINT, SMALLINT, INTEGER, BIGINT, REAL, FLOAT, DOUBLE ->
              factory.createSqlType(SqlTypeName.DOUBLE);
          default -> argument;
        };
    return factory.createTypeWithNullability(average, argument.isNullable());
  }

  @Override
  public RelDataType deriveCovarType(
      RelDataTypeFactory factory, RelDataType first, RelDataType second) {
    return factory.createTypeWithNullability(
        factory.createSqlType(SqlTypeName.DOUBLE), first.isNullable() || second.isNullable());
  }

  @Override
  public @Nullable RelDataType deriveDecimalPlusType(
      RelDataTypeFactory factory, RelDataType left, RelDataType right) {
    if (!decimals(left, right)) {
      return null;
    }
    int scale = Math.max(left.getScale(), right.getScale());
    return decimal(factory, wholeDigits(left, right) + scale + 1, scale);
  }

  @Override
  public @Nullable RelDataType deriveDecimalMultiplyType(
      RelDataTypeFactory factory, RelDataType left, RelDataType right) {
    return decimals(left, right)
        ? decimal(
            factory, left.getPrecision() + right.getPrecision(), left.getScale() + right.getScale())
        : null;
  }

  @Override
  public @Nullable RelDataType deriveDecimalDivideType(
      RelDataTypeFactory factory, RelDataType left, RelDataType right) {
    if (!decimals(left, right)) {
      return null;
    }
    int scale = Math.max(MIN_KEPT_SCALE, left.getScale() + right.getPrecision() + 1);
    return decimal(
        factory, left.getPrecision() - left.getScale() + right.getScale() + scale, scale);
  }

  @Override
  public @Nullable RelDataType deriveDecimalModType(
      RelDataTypeFactory factory, RelDataType left, RelDataType right) {
    if (!decimals(left, right)) {
      return null;
    }
    int scale = Math.max(left.getScale(), right.getScale());
    int whole =
        Math.min(left.getPrecision() - left.getScale(), right.getPrecision() - right.getScale());
    return decimal(factory, Math.max(1, whole + scale), scale);
  }

  private static boolean decimals(RelDataType left, RelDataType right) {
    return SqlTypeUtil.isExactNumeric(left)
        && SqlTypeUtil.isExactNumeric(right)
        && (SqlTypeUtil.isDecimal(left) || SqlTypeUtil.isDecimal(right));
  }

  private static int wholeDigits(RelDataType left, RelDataType right) {
    return Math.max(left.getPrecision() - left.getScale(), right.getPrecision() - right.getScale());
  }

  private static RelDataType decimal(RelDataTypeFactory factory, int precision, int scale) {
    if (precision > MAX_DECIMAL_PRECISION) {
      int whole = precision - scale;
      scale =
          Math.min(scale, Math.max(MAX_DECIMAL_PRECISION - whole, Math.min(scale, MIN_KEPT_SCALE)));
      precision = MAX_DECIMAL_PRECISION;
    }
    return factory.createSqlType(SqlTypeName.DECIMAL, precision, scale);
  }
}
