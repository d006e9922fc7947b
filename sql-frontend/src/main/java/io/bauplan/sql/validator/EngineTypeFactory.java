package io.bauplan.sql.validator;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.calcite.jdbc.JavaTypeFactoryImpl;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.type.SqlTypeMappingRule;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.jspecify.annotations.Nullable;

/// Makes Calcite's types so that each stands for exactly one of the engine's: strings are VARCHAR
/// without length (never padded), times have microseconds, FLOAT is 32 bits. One per statement.
public final class EngineTypeFactory extends JavaTypeFactoryImpl {
  public EngineTypeFactory() {
    super(EngineTypeSystem.INSTANCE);
  }

  @Override
  public Charset getDefaultCharset() {
    return StandardCharsets.UTF_8;
  }

  @Override
  public RelDataType createSqlType(SqlTypeName name) {
    SqlTypeName held = held(name);
    return isString(held)
        ? super.createSqlType(held, RelDataType.PRECISION_NOT_SPECIFIED)
        : super.createSqlType(held);
  }

  @Override
  public RelDataType createSqlType(SqlTypeName name, int precision) {
    SqlTypeName held = held(name);
    if (isString(held)) {
      return super.createSqlType(held, RelDataType.PRECISION_NOT_SPECIFIED);
    }
    return switch (held) {
      case TIME, TIMESTAMP, TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
          super.createSqlType(held, EngineTypeSystem.TIME_PRECISION);
      case REAL, DOUBLE -> super.createSqlType(held);
      default -> super.createSqlType(held, precision);
    };
  }

  /// As Calcite's, but where decimals need more than 38 digits together the fraction is kept and
  /// the whole part gives way: an overflow is an error, a lost fraction would be silent.
  @Override
  public @Nullable RelDataType leastRestrictive(List<RelDataType> types, SqlTypeMappingRule rule) {
    if (types.isEmpty()) {
      throw new EngineException(
          ErrorCode.TYPE_MISMATCH, "a function here needs at least one argument to have a type");
    }
    RelDataType common = common(types, rule);
    if (common == null || common.getSqlTypeName() != SqlTypeName.DECIMAL) {
      return common;
    }
    int scale = common.getScale();
    for (RelDataType type : types) {
      if (type.getSqlTypeName() == SqlTypeName.DECIMAL) {
        scale = Math.max(scale, type.getScale());
      }
    }
    return scale == common.getScale()
        ? common
        : createTypeWithNullability(
            createSqlType(SqlTypeName.DECIMAL, common.getPrecision(), scale), common.isNullable());
  }

  /// Calcite compares NULL with intervals as if it were one, and forgets that a collection can be
  /// NULL.
  private @Nullable RelDataType common(List<RelDataType> types, SqlTypeMappingRule rule) {
    List<RelDataType> known =
        types.stream().filter(type -> type.getSqlTypeName() != SqlTypeName.NULL).toList();
    if (known.stream().anyMatch(SqlTypeUtil::isNumeric)
        && known.stream().anyMatch(SqlTypeUtil::isDatetime)) {
      // Calcite would make the number a date.
      return null;
    }
    if (known.stream().anyMatch(EngineTypeFactory::isNested)
        && known.stream().anyMatch(type -> !isNested(type))) {
      // Calcite would make a text a list.
      return null;
    }
    RelDataType common = super.leastRestrictive(known.isEmpty() ? types : known, rule);
    boolean nullable =
        known.size() < types.size() || types.stream().anyMatch(RelDataType::isNullable);
    return common != null && nullable && !common.isNullable()
        ? createTypeWithNullability(common, true)
        : common;
  }

  private static boolean isNested(RelDataType type) {
    return switch (type.getSqlTypeName()) {
      case ARRAY, MULTISET, MAP, ROW, STRUCTURED, ANY -> true;
      default -> false;
    };
  }

  private static boolean isString(SqlTypeName name) {
    return name == SqlTypeName.VARCHAR || name == SqlTypeName.VARBINARY;
  }

  private static SqlTypeName held(SqlTypeName name) {
    return switch (name) {
      case CHAR -> SqlTypeName.VARCHAR;
      case BINARY -> SqlTypeName.VARBINARY;
      case FLOAT -> SqlTypeName.REAL;
      case TIMESTAMP_TZ -> SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE;
      case TIME_TZ, TIME_WITH_LOCAL_TIME_ZONE -> SqlTypeName.TIME;
      default -> name;
    };
  }
}
