package io.bauplan.tests.fuzz;

import io.bauplan.sql.plan.DataType;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/// The types that random expressions have, each with columns of `everything` and literals at its
/// edges.
enum SqlType {
  TINYINT("ti", "CAST(0 AS TINYINT)", "CAST(127 AS TINYINT)", "CAST(-128 AS TINYINT)"),
  SMALLINT("si", "CAST(-1 AS SMALLINT)", "CAST(32767 AS SMALLINT)"),
  INTEGER("i", "0", "1", "-1", "7", "2147483647", "-2147483648"),
  BIGINT("l", "CAST(0 AS BIGINT)", "9223372036854775807", "CAST(-3 AS BIGINT)", "1000000000000"),
  DECIMAL_10_2("m", "0.00", "12.34", "-99999999.99", "CAST(1 AS DECIMAL(10, 2))"),
  DECIMAL_38_10(
      "m38",
      "CAST('9999999999999999999999999999.9999999999' AS DECIMAL(38, 10))",
      "CAST(-0.5 AS DECIMAL(38, 10))"),
  FLOAT("f", "CAST(1.5 AS FLOAT)", "CAST('NaN' AS FLOAT)", "CAST(-0.0 AS FLOAT)"),
  DOUBLE(
      "d", "1e0", "-0e0", "1e308", "CAST('NaN' AS DOUBLE)", "CAST('Infinity' AS DOUBLE)", "2.5e0"),
  BOOLEAN("b", "TRUE", "FALSE"),
  VARCHAR(
      "s",
      "''",
      "'a'",
      "'Hello World'",
      "'日本語😀'",
      "'%_\\'",
      "'12'",
      "'2024-02-29'",
      "'{\"a\": [1, null]}'",
      "'a,b,,c'",
      "'[a-z]+(b'",
      "'YYYY-MM-DD'",
      "'$.a[0]'",
      "'day'",
      "'Europe/Rome'"),
  BINARY("bin", "x''", "x'00ff'", "CAST('abc' AS VARBINARY)"),
  UUID("u", "CAST('00000000-0000-0000-0000-000000000001' AS UUID)"),
  DATE("dt", "DATE '2024-02-29'", "DATE '0001-01-01'", "DATE '9999-12-31'", "DATE '1969-12-31'"),
  TIME("tm", "TIME '00:00:00'", "TIME '23:59:59.999999'"),
  TIMESTAMP(
      "ts",
      "TIMESTAMP '2024-02-29 12:34:56.123456'",
      "TIMESTAMP '0001-01-01 00:00:00'",
      "TIMESTAMP '9999-12-31 23:59:59.999999'"),
  TIMESTAMP_TZ("tz", "CAST(TIMESTAMP '2024-03-31 02:30:00' AS TIMESTAMP WITH LOCAL TIME ZONE)"),
  INTERVAL_MONTHS("", "INTERVAL '1' MONTH", "INTERVAL '-13' YEAR", "INTERVAL '1-2' YEAR TO MONTH"),
  INTERVAL_TIME("", "INTERVAL '1' DAY", "INTERVAL '0.000001' SECOND", "INTERVAL '-99' HOUR"),
  INTEGERS("a", "ARRAY[1, NULL, 3]", "ARRAY[0]", "array_except(ARRAY[1], ARRAY[1])"),
  STRINGS("sa", "ARRAY['x', NULL, '']", "ARRAY['b', 'a']"),
  MAP("mp", "MAP['k', 1, 'l', NULL]", "MAP['', 0]"),
  ROW("r", "ROW(1, 'x')", "ROW(CAST(NULL AS INTEGER), '')");

  private static final List<SqlType> ALL = List.of(values());

  private final String column;
  private final List<String> literals;

  SqlType(String column, String... literals) {
    this.column = column;
    this.literals = List.of(literals);
  }

  static SqlType random(Random random) {
    return ALL.get(random.nextInt(ALL.size()));
  }

  /// Types that most functions are about.
  static SqlType usual(Random random) {
    return switch (random.nextInt(8)) {
      case 0, 1, 2 -> VARCHAR;
      case 3, 4 -> INTEGER;
      case 5 -> DOUBLE;
      case 6 -> TIMESTAMP;
      default -> INTEGERS;
    };
  }

  /// The type that stands for a column's.
  static Optional<SqlType> of(DataType type) {
    return Optional.ofNullable(
        switch (type) {
          case DataType.NullType() -> null;
          case DataType.BooleanType() -> BOOLEAN;
          case DataType.IntegerType(int bits) ->
              bits == 8 ? TINYINT : bits == 16 ? SMALLINT : bits == 32 ? INTEGER : BIGINT;
          case DataType.FloatType(int bits) -> bits == 32 ? FLOAT : DOUBLE;
          case DataType.DecimalType(int precision, int scale) ->
              precision <= 10 ? DECIMAL_10_2 : DECIMAL_38_10;
          case DataType.VarcharType() -> VARCHAR;
          case DataType.BinaryType() -> BINARY;
          case DataType.UuidType() -> UUID;
          case DataType.DateType() -> DATE;
          case DataType.TimeType() -> TIME;
          case DataType.TimestampType(boolean zone) -> zone ? TIMESTAMP_TZ : TIMESTAMP;
          case DataType.IntervalYearMonthType() -> INTERVAL_MONTHS;
          case DataType.IntervalDayTimeType() -> INTERVAL_TIME;
          case DataType.ListType(DataType element, boolean nullable) ->
              element.equals(DataType.VARCHAR)
                  ? STRINGS
                  : element.equals(DataType.INT32) ? INTEGERS : null;
          case DataType.MapType ignored -> MAP;
          case DataType.StructType ignored -> null;
        });
  }

  /// Empty for types that tables cannot have.
  String column() {
    return column;
  }

  /// A column of `e`, or a literal of a type that tables cannot have.
  String sample() {
    return column.isEmpty() ? literals.getFirst() : "e." + column;
  }

  String literal(Random random) {
    return literals.get(random.nextInt(literals.size()));
  }

  /// The spelling in CAST.
  String sql() {
    return switch (this) {
      case DECIMAL_10_2 -> "DECIMAL(10, 2)";
      case DECIMAL_38_10 -> "DECIMAL(38, 10)";
      case BINARY -> "VARBINARY";
      case TIMESTAMP_TZ -> "TIMESTAMP WITH LOCAL TIME ZONE";
      case INTERVAL_MONTHS -> "INTERVAL YEAR TO MONTH";
      case INTERVAL_TIME -> "INTERVAL DAY TO SECOND";
      case INTEGERS -> "INTEGER ARRAY";
      case STRINGS -> "VARCHAR ARRAY";
      case MAP -> "MAP<VARCHAR, INTEGER>";
      case ROW -> "ROW(x INTEGER, y VARCHAR)";
      default -> name();
    };
  }

  boolean isNumber() {
    return ordinal() <= DOUBLE.ordinal();
  }
}
