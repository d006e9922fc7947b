package io.bauplan.jdbc;

import io.bauplan.jdbc.arrow.ArrowField;
import io.bauplan.jdbc.arrow.ColumnMetadataKeys;
import io.bauplan.jdbc.arrow.Kind;
import java.math.BigDecimal;
import java.sql.Types;
import java.util.Locale;
import java.util.regex.Pattern;

/// What JDBC says about the columns of each Arrow kind.
final class JdbcType {
  private static final int MAX_LENGTH = Integer.MAX_VALUE;
  private static final Pattern PARAMETERS = Pattern.compile("\\s*\\([^)]*\\)");

  private JdbcType() {}

  /// The constant of [Types].
  static int of(ArrowField field) {
    return switch (field.kind()) {
      case NULL -> Types.NULL;
      case BOOL -> Types.BOOLEAN;
      case INT8 -> Types.TINYINT;
      case INT16, UINT8 -> Types.SMALLINT;
      case INT32, UINT16 -> Types.INTEGER;
      case INT64, UINT32 -> Types.BIGINT;
      case UINT64 -> Types.NUMERIC;
      case FLOAT16, FLOAT32 -> Types.REAL;
      case FLOAT64 -> Types.DOUBLE;
      case DECIMAL -> Types.DECIMAL;
      case UTF8, LARGE_UTF8, UTF8_VIEW -> Types.VARCHAR;
      case BINARY, LARGE_BINARY, BINARY_VIEW -> Types.VARBINARY;
      case FIXED_BINARY -> Types.BINARY;
      case DATE_DAY, DATE_MILLI -> Types.DATE;
      case TIME32, TIME64 -> Types.TIME;
      case TIMESTAMP -> Types.TIMESTAMP;
      case TIMESTAMP_TZ -> Types.TIMESTAMP_WITH_TIMEZONE;
      case LIST, LARGE_LIST, FIXED_LIST -> Types.ARRAY;
      case STRUCT -> Types.STRUCT;
      case UUID,
          DURATION,
          INTERVAL_MONTH,
          INTERVAL_DAY,
          INTERVAL_MONTH_DAY_NANO,
          MAP,
          SPARSE_UNION,
          DENSE_UNION ->
          Types.OTHER;
    };
  }

  /// The SQL name of the type: the server's, where it gives one. Length, precision and scale have
  /// columns of their own in JDBC and are left out of the name of a plain type.
  static String name(ArrowField field) {
    String given = field.metadata().get(ColumnMetadataKeys.TYPE_NAME);
    if (given != null && !given.isEmpty()) {
      return field.children().isEmpty() ? PARAMETERS.matcher(given).replaceAll("") : given;
    }
    return switch (field.kind()) {
      case NULL -> "NULL";
      case BOOL -> "BOOLEAN";
      case INT8 -> "TINYINT";
      case INT16, UINT8 -> "SMALLINT";
      case INT32, UINT16 -> "INTEGER";
      case INT64, UINT32 -> "BIGINT";
      case UINT64, DECIMAL -> "DECIMAL";
      case FLOAT16, FLOAT32 -> "REAL";
      case FLOAT64 -> "DOUBLE";
      case UTF8, LARGE_UTF8, UTF8_VIEW -> "VARCHAR";
      case BINARY, LARGE_BINARY, BINARY_VIEW -> "VARBINARY";
      case FIXED_BINARY -> "BINARY";
      case UUID -> "UUID";
      case DATE_DAY, DATE_MILLI -> "DATE";
      case TIME32, TIME64 -> "TIME";
      case TIMESTAMP -> "TIMESTAMP";
      case TIMESTAMP_TZ -> "TIMESTAMP WITH TIME ZONE";
      case DURATION, INTERVAL_DAY -> "INTERVAL DAY TO SECOND";
      case INTERVAL_MONTH -> "INTERVAL YEAR TO MONTH";
      case INTERVAL_MONTH_DAY_NANO -> "INTERVAL";
      case LIST, LARGE_LIST, FIXED_LIST -> name(field.children().get(0)) + " ARRAY";
      case MAP -> "MAP";
      case STRUCT -> "ROW";
      case SPARSE_UNION, DENSE_UNION -> "UNION";
    };
  }

  /// Digits, characters or bytes; 0 where the word makes no sense.
  static int precision(ArrowField field) {
    int given = number(field, ColumnMetadataKeys.PRECISION);
    if (given >= 0) {
      return given;
    }
    return switch (field.kind()) {
      case BOOL -> 1;
      case INT8, UINT8 -> 3;
      case INT16, UINT16 -> 5;
      case INT32, UINT32 -> 10;
      case INT64 -> 19;
      case UINT64 -> 20;
      case FLOAT16, FLOAT32 -> 7;
      case FLOAT64 -> 15;
      case DECIMAL -> field.precision();
      case UTF8, LARGE_UTF8, UTF8_VIEW, BINARY, LARGE_BINARY, BINARY_VIEW -> MAX_LENGTH;
      case FIXED_BINARY, UUID -> field.width();
      case DATE_DAY, DATE_MILLI -> 10;
      case TIME32, TIME64 -> 8 + fraction(field);
      case TIMESTAMP -> 19 + fraction(field);
      case TIMESTAMP_TZ -> 25 + fraction(field);
      default -> 0;
    };
  }

  static int scale(ArrowField field) {
    int given = number(field, ColumnMetadataKeys.SCALE);
    if (given >= 0) {
      return given;
    }
    return switch (field.kind()) {
      case DECIMAL -> field.scale();
      case TIME32, TIME64, TIMESTAMP, TIMESTAMP_TZ -> Math.max(0, fraction(field) - 1);
      default -> 0;
    };
  }

  /// Characters that the value's text takes at most.
  static int displaySize(ArrowField field) {
    return switch (field.kind()) {
      case BOOL -> 5;
      case INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64 -> precision(field) + 1;
      case FLOAT16, FLOAT32 -> 14;
      case FLOAT64 -> 24;
      case DECIMAL -> field.precision() + 2;
      case FIXED_BINARY -> field.width() * 2;
      case UUID -> 36;
      case NULL -> 4;
      case DATE_DAY, DATE_MILLI, TIME32, TIME64, TIMESTAMP, TIMESTAMP_TZ -> precision(field);
      default -> MAX_LENGTH;
    };
  }

  /// The class that `getObject` returns.
  static Class<?> objectClass(ArrowField field) {
    return switch (field.kind()) {
      case BOOL -> Boolean.class;
      case INT8, INT16, INT32, UINT8, UINT16 -> Integer.class;
      case INT64, UINT32 -> Long.class;
      case UINT64, DECIMAL -> BigDecimal.class;
      case FLOAT16, FLOAT32 -> Float.class;
      case FLOAT64 -> Double.class;
      case UTF8, LARGE_UTF8, UTF8_VIEW, INTERVAL_MONTH_DAY_NANO -> String.class;
      case BINARY, LARGE_BINARY, BINARY_VIEW, FIXED_BINARY -> byte[].class;
      case UUID -> java.util.UUID.class;
      case DATE_DAY, DATE_MILLI -> java.sql.Date.class;
      case TIME32, TIME64 -> java.sql.Time.class;
      case TIMESTAMP -> java.sql.Timestamp.class;
      case TIMESTAMP_TZ -> java.time.OffsetDateTime.class;
      case DURATION, INTERVAL_DAY -> java.time.Duration.class;
      case INTERVAL_MONTH -> java.time.Period.class;
      case LIST, LARGE_LIST, FIXED_LIST -> java.sql.Array.class;
      case STRUCT -> java.sql.Struct.class;
      case MAP -> java.util.Map.class;
      case NULL, SPARSE_UNION, DENSE_UNION -> Object.class;
    };
  }

  static boolean signed(ArrowField field) {
    return switch (field.kind()) {
      case INT8, INT16, INT32, INT64, FLOAT16, FLOAT32, FLOAT64, DECIMAL -> true;
      default -> false;
    };
  }

  static boolean caseSensitive(ArrowField field) {
    String given = field.metadata().get(ColumnMetadataKeys.IS_CASE_SENSITIVE);
    return given == null ? field.kind().isText() : flag(given);
  }

  static boolean flag(String value) {
    return value.equals("1") || value.equalsIgnoreCase("true");
  }

  /// The constant of [Types] of an SQL type name; OTHER for a name that is not known.
  static int ofName(String name) {
    String head = name.toUpperCase(Locale.ROOT).replaceAll("\\(.*", "").trim();
    return switch (head) {
      case "BOOLEAN" -> Types.BOOLEAN;
      case "TINYINT" -> Types.TINYINT;
      case "SMALLINT" -> Types.SMALLINT;
      case "INTEGER", "INT" -> Types.INTEGER;
      case "BIGINT" -> Types.BIGINT;
      case "REAL", "FLOAT" -> Types.REAL;
      case "DOUBLE", "DOUBLE PRECISION" -> Types.DOUBLE;
      case "DECIMAL", "NUMERIC" -> Types.DECIMAL;
      case "VARCHAR", "CHAR", "STRING" -> Types.VARCHAR;
      case "BINARY", "VARBINARY" -> Types.VARBINARY;
      case "DATE" -> Types.DATE;
      case "TIME" -> Types.TIME;
      case "TIMESTAMP" -> Types.TIMESTAMP;
      case "TIMESTAMP WITH TIME ZONE" -> Types.TIMESTAMP_WITH_TIMEZONE;
      default -> Types.OTHER;
    };
  }

  /// The field of a value that the program hands in, when the server does not say what it wants.
  static Kind kindOf(int jdbcType) {
    return switch (jdbcType) {
      case Types.BOOLEAN, Types.BIT -> Kind.BOOL;
      case Types.TINYINT -> Kind.INT8;
      case Types.SMALLINT -> Kind.INT16;
      case Types.INTEGER -> Kind.INT32;
      case Types.BIGINT -> Kind.INT64;
      case Types.REAL -> Kind.FLOAT32;
      case Types.FLOAT, Types.DOUBLE -> Kind.FLOAT64;
      case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB -> Kind.BINARY;
      case Types.DATE -> Kind.DATE_DAY;
      case Types.TIME -> Kind.TIME64;
      case Types.TIMESTAMP -> Kind.TIMESTAMP;
      case Types.TIMESTAMP_WITH_TIMEZONE -> Kind.TIMESTAMP_TZ;
      case Types.NULL -> Kind.NULL;
      default -> Kind.UTF8;
    };
  }

  private static int fraction(ArrowField field) {
    return switch ((int) field.unitsPerSecond()) {
      case 1 -> 0;
      case 1_000 -> 4;
      case 1_000_000 -> 7;
      default -> 10;
    };
  }

  private static int number(ArrowField field, String key) {
    String value = field.metadata().get(key);
    return value != null && value.matches("\\d{1,9}") ? Integer.parseInt(value) : -1;
  }
}
