package io.bauplan.sql.catalog.iceberg;

import io.bauplan.sql.catalog.TableDefinition;
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
import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.plan.FieldIds;
import io.bauplan.sql.plan.ScanColumn;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/// The mapping between the engine's types and Iceberg's, both ways; `docs/types.md` is its table.
///
/// Iceberg has no 8- and 16-bit integers: they widen to `int` and come back as INTEGER.
public final class IcebergTypes {
  private IcebergTypes() {}

  /// A schema with fresh field ids from 1.
  public static Schema schema(List<Column> columns) {
    AtomicInteger lastId = new AtomicInteger();
    Set<String> names = new HashSet<>();
    for (Column column : columns) {
      if (!names.add(column.name().toLowerCase(Locale.ROOT))) {
        throw new EngineException(
            ErrorCode.DUPLICATE_NAME,
            "column \"" + column.name() + "\" occurs twice; a table's columns need distinct names");
      }
    }
    return new Schema(fields(columns, lastId));
  }

  /// The schema of a new table, with its columns' defaults and comments.
  static Schema schema(TableDefinition definition) {
    List<NestedField> fields = new ArrayList<>();
    for (NestedField field : schema(definition.columns()).columns()) {
      NestedField.Builder builder = NestedField.from(field);
      Literal value = definition.defaults().get(field.name());
      if (value != null) {
        var literal = defaultValue(field.type(), value);
        builder.withInitialDefault(literal).withWriteDefault(literal);
      }
      String comment = definition.comments().get(field.name());
      fields.add(comment == null ? builder.build() : builder.withDoc(comment).build());
    }
    return new Schema(fields);
  }

  /// A default as Iceberg has it.
  static org.apache.iceberg.expressions.@Nullable Literal<?> defaultValue(
      Type type, Literal value) {
    Object converted = IcebergValues.toIceberg(type, value.value());
    return switch (converted) {
      case null -> null;
      case Integer number when type.typeId() == Type.TypeID.DATE ->
          Expressions.lit(number).to(type);
      case Long number when type.typeId() == Type.TypeID.TIME -> Expressions.lit(number).to(type);
      case Long number when type.typeId() == Type.TypeID.TIMESTAMP ->
          Expressions.micros(number).to(type);
      default -> Expressions.lit(converted).to(type);
    };
  }

  private static List<NestedField> fields(List<Column> columns, AtomicInteger lastId) {
    List<NestedField> fields = new ArrayList<>(columns.size());
    for (Column column : columns) {
      int id = lastId.incrementAndGet();
      fields.add(
          NestedField.of(
              id, column.nullable(), column.name(), type(column.name(), column.type(), lastId)));
    }
    return fields;
  }

  /// The Iceberg type of an engine type; ids inside it count from 1.
  public static Type type(String columnName, DataType type) {
    return type(columnName, type, new AtomicInteger());
  }

  private static Type type(String name, DataType type, AtomicInteger lastId) {
    return switch (type) {
      case BooleanType() -> Types.BooleanType.get();
      case IntegerType(int bits) -> bits == 64 ? Types.LongType.get() : Types.IntegerType.get();
      case FloatType(int bits) -> bits == 64 ? Types.DoubleType.get() : Types.FloatType.get();
      case DecimalType(int precision, int scale) -> Types.DecimalType.of(precision, scale);
      case VarcharType() -> Types.StringType.get();
      case BinaryType() -> Types.BinaryType.get();
      case UuidType() -> Types.UUIDType.get();
      case DateType() -> Types.DateType.get();
      case TimeType() -> Types.TimeType.get();
      case TimestampType(boolean withZone) ->
          withZone ? Types.TimestampType.withZone() : Types.TimestampType.withoutZone();
      case ListType(DataType element, boolean nullable) -> {
        int id = lastId.incrementAndGet();
        Type elementType = type(name, element, lastId);
        yield nullable
            ? Types.ListType.ofOptional(id, elementType)
            : Types.ListType.ofRequired(id, elementType);
      }
      case MapType(DataType key, DataType value, boolean nullable) -> {
        int keyId = lastId.incrementAndGet();
        int valueId = lastId.incrementAndGet();
        Type keyType = type(name, key, lastId);
        Type valueType = type(name, value, lastId);
        yield nullable
            ? Types.MapType.ofOptional(keyId, valueId, keyType, valueType)
            : Types.MapType.ofRequired(keyId, valueId, keyType, valueType);
      }
      case StructType(List<Column> columns) -> Types.StructType.of(fields(columns, lastId));
      case NullType() ->
          throw new EngineException(
              ErrorCode.NOT_SUPPORTED,
              "column \"" + name + "\" holds nothing but NULL and has no type",
              null,
              "give it one: CAST(NULL AS VARCHAR)",
              null);
      case IntervalYearMonthType(), IntervalDayTimeType() ->
          throw new EngineException(
              ErrorCode.NOT_SUPPORTED,
              "column \"" + name + "\" is an " + type.sql() + ", which a table cannot store",
              null,
              "store a number of days, months or seconds",
              null);
    };
  }

  /// The columns of an Iceberg schema with their field ids.
  public static List<ScanColumn> columns(Schema schema) {
    List<ScanColumn> columns = new ArrayList<>(schema.columns().size());
    for (NestedField field : schema.columns()) {
      columns.add(
          new ScanColumn(
              field.fieldId(),
              column(field),
              IcebergValues.toLiteral(field.type(), field.initialDefault()),
              nested(field.type())));
    }
    return List.copyOf(columns);
  }

  /// In Iceberg's order: a struct's fields, a list's element, a map's key and value.
  private static List<FieldIds> nested(Type type) {
    return type.isNestedType()
        ? type.asNestedType().fields().stream()
            .map(field -> new FieldIds(field.fieldId(), nested(field.type())))
            .toList()
        : List.of();
  }

  private static Column column(NestedField field) {
    return new Column(field.name(), dataType(field.name(), field.type()), field.isOptional());
  }

  /// The engine's type for an Iceberg type.
  public static DataType dataType(String columnName, Type type) {
    return switch (type.typeId()) {
      case BOOLEAN -> DataType.BOOLEAN;
      case INTEGER -> DataType.INT32;
      case LONG -> DataType.INT64;
      case FLOAT -> DataType.FLOAT32;
      case DOUBLE -> DataType.FLOAT64;
      case DATE -> DataType.DATE;
      case TIME -> DataType.TIME;
      case TIMESTAMP ->
          ((Types.TimestampType) type).shouldAdjustToUTC()
              ? DataType.TIMESTAMP_TZ
              : DataType.TIMESTAMP;
      case STRING -> DataType.VARCHAR;
      case UUID -> DataType.UUID;
      case FIXED, BINARY -> DataType.BINARY;
      case DECIMAL -> {
        Types.DecimalType decimal = (Types.DecimalType) type;
        yield new DecimalType(decimal.precision(), decimal.scale());
      }
      case STRUCT ->
          new StructType(type.asStructType().fields().stream().map(IcebergTypes::column).toList());
      case LIST -> {
        Types.ListType list = type.asListType();
        yield new ListType(dataType(columnName, list.elementType()), list.isElementOptional());
      }
      case MAP -> {
        Types.MapType map = type.asMapType();
        yield new MapType(
            dataType(columnName, map.keyType()),
            dataType(columnName, map.valueType()),
            map.isValueOptional());
      }
      case TIMESTAMP_NANO, VARIANT, UNKNOWN, GEOMETRY, GEOGRAPHY ->
          throw new EngineException(
              ErrorCode.NOT_SUPPORTED,
              "column \""
                  + columnName
                  + "\" has the Iceberg type "
                  + type
                  + ", which this engine cannot read");
    };
  }
}
