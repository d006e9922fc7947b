package io.bauplan.server.wire;

import io.bauplan.sql.plan.ArrowTypes;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.RowType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.flight.sql.FlightSqlColumnMetadata;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/// Arrow schemas as Flight SQL clients want them: each field says its SQL type, precision and
/// scale.
public final class ResultSchema {
  /// The name of the only column of an update that was asked for as a query.
  public static final String AFFECTED_ROWS = "affected_rows";

  public static final RowType AFFECTED_ROWS_TYPE =
      new RowType(List.of(new Column(AFFECTED_ROWS, DataType.INT64, false)));

  private ResultSchema() {}

  public static Schema of(RowType row) {
    return new Schema(
        row.columns().stream().map(column -> field(column, Optional.empty())).toList());
  }

  /// Columns of a table, for GetTables.
  public static Schema ofTable(RowType row, TableName table) {
    return new Schema(
        row.columns().stream().map(column -> field(column, Optional.of(table))).toList());
  }

  /// Types of a prepared statement's parameters, named `p1`, `p2`, ...
  public static Schema ofParameters(List<DataType> types) {
    Field[] fields = new Field[types.size()];
    for (int i = 0; i < fields.length; i++) {
      fields[i] = field(new Column("p" + (i + 1), types.get(i), true), Optional.empty());
    }
    return new Schema(List.of(fields));
  }

  /// The names under which a table is found.
  public record TableName(String catalog, String schema, String table) {}

  private static Field field(Column column, Optional<TableName> table) {
    Field plain = ArrowTypes.field(column);
    FlightSqlColumnMetadata.Builder builder =
        new FlightSqlColumnMetadata.Builder()
            .typeName(column.type().sql())
            .isAutoIncrement(false)
            .isCaseSensitive(column.type() instanceof DataType.VarcharType)
            .isReadOnly(table.isEmpty())
            .isSearchable(true);
    precision(column.type()).ifPresent(builder::precision);
    scale(column.type()).ifPresent(builder::scale);
    table.ifPresent(
        name ->
            builder
                .catalogName(name.catalog())
                .schemaName(name.schema())
                .tableName(name.table())
                .remarks(""));
    Map<String, String> metadata = builder.build().getMetadataMap();
    return new Field(
        plain.getName(),
        new FieldType(plain.isNullable(), plain.getType(), plain.getDictionary(), metadata),
        plain.getChildren());
  }

  /// Decimal digits, or characters of the longest text, as JDBC's COLUMN_SIZE wants it.
  static Optional<Integer> precision(DataType type) {
    return switch (type) {
      case DataType.BooleanType() -> Optional.of(1);
      case DataType.IntegerType(int bits) ->
          Optional.of(bits == 8 ? 3 : bits == 16 ? 5 : bits == 32 ? 10 : 19);
      case DataType.FloatType(int bits) -> Optional.of(bits == 32 ? 7 : 15);
      case DataType.DecimalType(int precision, int ignored) -> Optional.of(precision);
      case DataType.DateType() -> Optional.of(10);
      case DataType.TimeType() -> Optional.of(15);
      case DataType.TimestampType(boolean withZone) -> Optional.of(withZone ? 32 : 26);
      case DataType.UuidType() -> Optional.of(36);
      case DataType.VarcharType(), DataType.BinaryType() -> Optional.of(Integer.MAX_VALUE);
      case DataType.NullType(), DataType.IntervalYearMonthType(), DataType.IntervalDayTimeType() ->
          Optional.empty();
      case DataType.ListType ignored -> Optional.empty();
      case DataType.MapType ignored -> Optional.empty();
      case DataType.StructType ignored -> Optional.empty();
    };
  }

  /// Digits after the point, of numbers or of seconds.
  static Optional<Integer> scale(DataType type) {
    if (type instanceof DataType.DecimalType decimal) {
      return Optional.of(decimal.scale());
    }
    if (type instanceof DataType.IntegerType) {
      return Optional.of(0);
    }
    boolean hasSeconds =
        type instanceof DataType.TimeType || type instanceof DataType.TimestampType;
    return hasSeconds ? Optional.of(6) : Optional.empty();
  }
}
