package io.bauplan.sql.plan;

import java.util.List;
import java.util.function.UnaryOperator;

/// The engine's types. The mapping to SQL, Arrow, Iceberg and Parquet is one table:
/// `docs/types.md`.
///
/// In batches each type has one Arrow layout (see [ArrowTypes]): `TIMESTAMP` and `TIME` are int64
/// microseconds, `DATE` is int32 days, `DECIMAL` is 128-bit, `UUID` is 16 bytes, strings are UTF-8
/// with 32-bit offsets.
public sealed interface DataType {
  /// The type of a bare `NULL`.
  record NullType() implements DataType {}

  record BooleanType() implements DataType {}

  /// Signed integers of 8, 16, 32 or 64 bits.
  record IntegerType(int bits) implements DataType {
    public IntegerType {
      if (bits != 8 && bits != 16 && bits != 32 && bits != 64) {
        throw new IllegalArgumentException("integer of " + bits + " bits");
      }
    }
  }

  /// IEEE floats of 32 or 64 bits.
  record FloatType(int bits) implements DataType {
    public FloatType {
      if (bits != 32 && bits != 64) {
        throw new IllegalArgumentException("float of " + bits + " bits");
      }
    }
  }

  /// Exact numbers, precision 1 to 38, scale 0 to precision.
  record DecimalType(int precision, int scale) implements DataType {
    public DecimalType {
      if (precision < 1 || precision > 38 || scale < 0 || scale > precision) {
        throw new IllegalArgumentException("DECIMAL(" + precision + ", " + scale + ")");
      }
    }
  }

  record VarcharType() implements DataType {}

  record BinaryType() implements DataType {}

  record UuidType() implements DataType {}

  record DateType() implements DataType {}

  /// Microseconds of the day.
  record TimeType() implements DataType {}

  /// Microseconds since 1970-01-01T00:00:00; `withZone`: an instant (SQL `TIMESTAMP WITH LOCAL TIME
  /// ZONE`, Iceberg `timestamptz`), otherwise wall clock without zone.
  record TimestampType(boolean withZone) implements DataType {}

  /// Months (int32).
  record IntervalYearMonthType() implements DataType {}

  /// Microseconds (int64).
  record IntervalDayTimeType() implements DataType {}

  record ListType(DataType element, boolean elementNullable) implements DataType {}

  /// Keys are never null.
  record MapType(DataType key, DataType value, boolean valueNullable) implements DataType {}

  record StructType(List<Column> fields) implements DataType {
    public StructType {
      fields = List.copyOf(fields);
    }
  }

  DataType NULL = new NullType();
  DataType BOOLEAN = new BooleanType();
  DataType INT8 = new IntegerType(8);
  DataType INT16 = new IntegerType(16);
  DataType INT32 = new IntegerType(32);
  DataType INT64 = new IntegerType(64);
  DataType FLOAT32 = new FloatType(32);
  DataType FLOAT64 = new FloatType(64);
  DataType VARCHAR = new VarcharType();
  DataType BINARY = new BinaryType();
  DataType UUID = new UuidType();
  DataType DATE = new DateType();
  DataType TIME = new TimeType();
  DataType TIMESTAMP = new TimestampType(false);
  DataType TIMESTAMP_TZ = new TimestampType(true);
  DataType INTERVAL_YEAR_MONTH = new IntervalYearMonthType();
  DataType INTERVAL_DAY_TIME = new IntervalDayTimeType();

  /// The SQL spelling: `DECIMAL(12, 2)`, `TIMESTAMP WITH LOCAL TIME ZONE`, `ARRAY<VARCHAR>`.
  default String sql() {
    return sql(UnaryOperator.identity());
  }

  /// @param fieldName what becomes of a field's name: where the text is to be parsed again, quotes
  default String sql(UnaryOperator<String> fieldName) {
    return switch (this) {
      case NullType() -> "NULL";
      case BooleanType() -> "BOOLEAN";
      case IntegerType(int bits) ->
          bits == 8 ? "TINYINT" : bits == 16 ? "SMALLINT" : bits == 32 ? "INTEGER" : "BIGINT";
      case FloatType(int bits) -> bits == 32 ? "FLOAT" : "DOUBLE";
      case DecimalType(int p, int s) -> "DECIMAL(" + p + ", " + s + ")";
      case VarcharType() -> "VARCHAR";
      case BinaryType() -> "BINARY";
      case UuidType() -> "UUID";
      case DateType() -> "DATE";
      case TimeType() -> "TIME";
      case TimestampType(boolean withZone) ->
          withZone ? "TIMESTAMP WITH LOCAL TIME ZONE" : "TIMESTAMP";
      case IntervalYearMonthType() -> "INTERVAL YEAR TO MONTH";
      case IntervalDayTimeType() -> "INTERVAL DAY TO SECOND";
      case ListType(DataType element, boolean ignored) -> "ARRAY<" + element.sql(fieldName) + ">";
      case MapType(DataType key, DataType value, boolean ignored) ->
          "MAP<" + key.sql(fieldName) + ", " + value.sql(fieldName) + ">";
      case StructType(List<Column> fields) -> {
        StringBuilder text = new StringBuilder("ROW(");
        for (Column field : fields) {
          text.append(text.length() == 4 ? "" : ", ");
          text.append(fieldName.apply(field.name()))
              .append(' ')
              .append(field.type().sql(fieldName));
        }
        yield text.append(')').toString();
      }
    };
  }
}
