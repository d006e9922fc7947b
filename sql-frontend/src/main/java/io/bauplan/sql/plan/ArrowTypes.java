package io.bauplan.sql.plan;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
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
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.IntervalUnit;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/// The engine's types as Arrow sees them. `toArrow` is exact and one to one; `fromArrow` also
/// accepts what other producers write (unsigned integers, other units, large and view strings,
/// dictionaries) and names the type that the engine will hold it in.
public final class ArrowTypes {
  private ArrowTypes() {}

  public static Schema schema(RowType row) {
    return new Schema(row.columns().stream().map(ArrowTypes::field).toList());
  }

  public static Field field(Column column) {
    return field(column.name(), column.type(), column.nullable());
  }

  public static Field field(String name, DataType type, boolean nullable) {
    return new Field(name, new FieldType(nullable, arrowType(type), null), children(type));
  }

  public static ArrowType arrowType(DataType type) {
    return switch (type) {
      case NullType() -> ArrowType.Null.INSTANCE;
      case BooleanType() -> ArrowType.Bool.INSTANCE;
      case IntegerType(int bits) -> new ArrowType.Int(bits, true);
      case FloatType(int bits) ->
          new ArrowType.FloatingPoint(
              bits == 32 ? FloatingPointPrecision.SINGLE : FloatingPointPrecision.DOUBLE);
      case DecimalType(int precision, int scale) -> new ArrowType.Decimal(precision, scale, 128);
      case VarcharType() -> ArrowType.Utf8.INSTANCE;
      case BinaryType() -> ArrowType.Binary.INSTANCE;
      case UuidType() -> new ArrowType.FixedSizeBinary(16);
      case DateType() -> new ArrowType.Date(DateUnit.DAY);
      case TimeType() -> new ArrowType.Time(TimeUnit.MICROSECOND, 64);
      case TimestampType(boolean withZone) ->
          new ArrowType.Timestamp(TimeUnit.MICROSECOND, withZone ? "UTC" : null);
      case IntervalYearMonthType() -> new ArrowType.Interval(IntervalUnit.YEAR_MONTH);
      case IntervalDayTimeType() -> new ArrowType.Duration(TimeUnit.MICROSECOND);
      case ListType ignored -> ArrowType.List.INSTANCE;
      case MapType ignored -> new ArrowType.Map(false);
      case StructType ignored -> ArrowType.Struct.INSTANCE;
    };
  }

  private static List<Field> children(DataType type) {
    return switch (type) {
      case ListType(DataType element, boolean nullable) ->
          List.of(field("element", element, nullable));
      case MapType(DataType key, DataType value, boolean nullable) ->
          List.of(
              new Field(
                  "entries",
                  new FieldType(false, ArrowType.Struct.INSTANCE, null),
                  List.of(field("key", key, false), field("value", value, nullable))));
      case StructType(List<Column> fields) -> fields.stream().map(ArrowTypes::field).toList();
      default -> List.of();
    };
  }

  public static RowType rowType(Schema schema) {
    return new RowType(schema.getFields().stream().map(ArrowTypes::column).toList());
  }

  public static Column column(Field field) {
    return new Column(field.getName(), dataType(field), field.isNullable());
  }

  /// The engine type that holds every value of an Arrow field.
  public static DataType dataType(Field field) {
    ArrowType type = field.getType();
    return switch (type.getTypeID()) {
      case Null -> DataType.NULL;
      case Bool -> DataType.BOOLEAN;
      case Int -> integer((ArrowType.Int) type);
      case FloatingPoint ->
          ((ArrowType.FloatingPoint) type).getPrecision() == FloatingPointPrecision.DOUBLE
              ? DataType.FLOAT64
              : DataType.FLOAT32;
      case Decimal -> {
        ArrowType.Decimal decimal = (ArrowType.Decimal) type;
        if (decimal.getPrecision() > 38 || decimal.getScale() < 0) {
          throw unsupported(field);
        }
        yield new DecimalType(decimal.getPrecision(), decimal.getScale());
      }
      case Utf8, LargeUtf8, Utf8View -> DataType.VARCHAR;
      case Binary, LargeBinary, BinaryView -> DataType.BINARY;
      case FixedSizeBinary ->
          ((ArrowType.FixedSizeBinary) type).getByteWidth() == 16 ? DataType.UUID : DataType.BINARY;
      case Date -> DataType.DATE;
      case Time -> DataType.TIME;
      case Timestamp ->
          ((ArrowType.Timestamp) type).getTimezone() == null
              ? DataType.TIMESTAMP
              : DataType.TIMESTAMP_TZ;
      case Interval ->
          ((ArrowType.Interval) type).getUnit() == IntervalUnit.YEAR_MONTH
              ? DataType.INTERVAL_YEAR_MONTH
              : DataType.INTERVAL_DAY_TIME;
      case Duration -> DataType.INTERVAL_DAY_TIME;
      case List, LargeList, FixedSizeList, ListView, LargeListView -> {
        Field element = field.getChildren().get(0);
        yield new ListType(dataType(element), element.isNullable());
      }
      case Map -> {
        List<Field> entry = field.getChildren().get(0).getChildren();
        yield new MapType(
            dataType(entry.get(0)), dataType(entry.get(1)), entry.get(1).isNullable());
      }
      case Struct -> {
        List<Column> columns = new ArrayList<>();
        for (Field child : field.getChildren()) {
          columns.add(column(child));
        }
        yield new StructType(columns);
      }
      case Union, RunEndEncoded, NONE -> throw unsupported(field);
    };
  }

  private static DataType integer(ArrowType.Int type) {
    if (type.getIsSigned()) {
      return new IntegerType(type.getBitWidth());
    }
    // An unsigned value needs the next wider signed type.
    return switch (type.getBitWidth()) {
      case 8 -> DataType.INT16;
      case 16 -> DataType.INT32;
      case 32 -> DataType.INT64;
      default -> new DecimalType(20, 0);
    };
  }

  private static EngineException unsupported(Field field) {
    return new EngineException(
        ErrorCode.NOT_SUPPORTED,
        "column \""
            + field.getName()
            + "\" has the Arrow type "
            + field.getType()
            + ", which the engine has no type for");
  }
}
