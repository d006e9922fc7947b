package io.bauplan.sql.validator;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.DataType.BinaryType;
import io.bauplan.sql.plan.DataType.BooleanType;
import io.bauplan.sql.plan.DataType.DateType;
import io.bauplan.sql.plan.DataType.DecimalType;
import io.bauplan.sql.plan.DataType.FloatType;
import io.bauplan.sql.plan.DataType.IntegerType;
import io.bauplan.sql.plan.DataType.IntervalDayTimeType;
import io.bauplan.sql.plan.DataType.IntervalYearMonthType;
import io.bauplan.sql.plan.DataType.ListType;
import io.bauplan.sql.plan.DataType.MapType;
import io.bauplan.sql.plan.DataType.NullType;
import io.bauplan.sql.plan.DataType.StructType;
import io.bauplan.sql.plan.DataType.TimeType;
import io.bauplan.sql.plan.DataType.TimestampType;
import io.bauplan.sql.plan.DataType.UuidType;
import io.bauplan.sql.plan.DataType.VarcharType;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.calcite.avatica.util.TimeUnit;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;

/// Calcite's types and the engine's, both ways. The one table of this mapping.
public final class TypeMapping {
  private TypeMapping() {}

  public static DataType dataType(RelDataType type) {
    return switch (type.getSqlTypeName()) {
      case NULL, UNKNOWN -> DataType.NULL;
      case BOOLEAN -> DataType.BOOLEAN;
      case TINYINT -> DataType.INT8;
      case SMALLINT, UTINYINT -> DataType.INT16;
      case INTEGER, USMALLINT -> DataType.INT32;
      case BIGINT, UINTEGER -> DataType.INT64;
      case UBIGINT -> new DecimalType(20, 0);
      case DECIMAL -> new DecimalType(type.getPrecision(), type.getScale());
      case REAL, FLOAT -> DataType.FLOAT32;
      case DOUBLE -> DataType.FLOAT64;
      case CHAR, VARCHAR, SYMBOL -> DataType.VARCHAR;
      case BINARY, VARBINARY -> DataType.BINARY;
      case UUID -> DataType.UUID;
      case DATE -> DataType.DATE;
      case TIME, TIME_TZ, TIME_WITH_LOCAL_TIME_ZONE -> DataType.TIME;
      case TIMESTAMP -> DataType.TIMESTAMP;
      case TIMESTAMP_WITH_LOCAL_TIME_ZONE, TIMESTAMP_TZ -> DataType.TIMESTAMP_TZ;
      case INTERVAL_YEAR, INTERVAL_YEAR_MONTH, INTERVAL_MONTH -> DataType.INTERVAL_YEAR_MONTH;
      case INTERVAL_DAY,
          INTERVAL_DAY_HOUR,
          INTERVAL_DAY_MINUTE,
          INTERVAL_DAY_SECOND,
          INTERVAL_HOUR,
          INTERVAL_HOUR_MINUTE,
          INTERVAL_HOUR_SECOND,
          INTERVAL_MINUTE,
          INTERVAL_MINUTE_SECOND,
          INTERVAL_SECOND ->
          DataType.INTERVAL_DAY_TIME;
      case ARRAY, MULTISET -> {
        RelDataType element = Objects.requireNonNull(type.getComponentType());
        yield new ListType(dataType(element), element.isNullable());
      }
      case MAP -> {
        RelDataType value = Objects.requireNonNull(type.getValueType());
        yield new MapType(
            dataType(Objects.requireNonNull(type.getKeyType())),
            dataType(value),
            value.isNullable());
      }
      case ROW, STRUCTURED -> new StructType(rowType(type).columns());
      default ->
          throw new EngineException(
              ErrorCode.NOT_SUPPORTED, "the type " + type.getSqlTypeName() + " is not supported");
    };
  }

  public static RowType rowType(RelDataType struct) {
    List<Column> columns = new ArrayList<>();
    for (RelDataTypeField field : struct.getFieldList()) {
      columns.add(
          new Column(field.getName(), dataType(field.getType()), field.getType().isNullable()));
    }
    return new RowType(columns);
  }

  public static RelDataType relType(RelDataTypeFactory factory, RowType row) {
    RelDataTypeFactory.Builder builder = factory.builder();
    for (Column column : row.columns()) {
      builder.add(column.name(), relType(factory, column.type(), column.nullable()));
    }
    return builder.build();
  }

  public static RelDataType relType(RelDataTypeFactory factory, DataType type, boolean nullable) {
    RelDataType relType =
        switch (type) {
          case NullType() -> factory.createSqlType(SqlTypeName.NULL);
          case BooleanType() -> factory.createSqlType(SqlTypeName.BOOLEAN);
          case IntegerType(int bits) ->
              factory.createSqlType(
                  bits == 8
                      ? SqlTypeName.TINYINT
                      : bits == 16
                          ? SqlTypeName.SMALLINT
                          : bits == 32 ? SqlTypeName.INTEGER : SqlTypeName.BIGINT);
          case FloatType(int bits) ->
              factory.createSqlType(bits == 32 ? SqlTypeName.REAL : SqlTypeName.DOUBLE);
          case DecimalType(int precision, int scale) ->
              factory.createSqlType(SqlTypeName.DECIMAL, precision, scale);
          case VarcharType() -> factory.createSqlType(SqlTypeName.VARCHAR);
          case BinaryType() -> factory.createSqlType(SqlTypeName.VARBINARY);
          case UuidType() -> factory.createSqlType(SqlTypeName.UUID);
          case DateType() -> factory.createSqlType(SqlTypeName.DATE);
          case TimeType() -> factory.createSqlType(SqlTypeName.TIME);
          case TimestampType(boolean withZone) ->
              factory.createSqlType(
                  withZone ? SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE : SqlTypeName.TIMESTAMP);
          case IntervalYearMonthType() ->
              factory.createSqlIntervalType(
                  new SqlIntervalQualifier(TimeUnit.YEAR, TimeUnit.MONTH, SqlParserPos.ZERO));
          case IntervalDayTimeType() ->
              factory.createSqlIntervalType(
                  new SqlIntervalQualifier(TimeUnit.DAY, TimeUnit.SECOND, SqlParserPos.ZERO));
          case ListType(DataType element, boolean elementNullable) ->
              factory.createArrayType(relType(factory, element, elementNullable), -1);
          case MapType(DataType key, DataType value, boolean valueNullable) ->
              factory.createMapType(
                  relType(factory, key, false), relType(factory, value, valueNullable));
          case StructType(List<Column> fields) -> relType(factory, new RowType(fields));
        };
    return factory.createTypeWithNullability(relType, nullable);
  }
}
