package io.bauplan.jdbc;

import io.bauplan.jdbc.arrow.ArrowField;
import io.bauplan.jdbc.arrow.Kind;
import io.bauplan.jdbc.wire.SqlErrors;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.sql.Date;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Calendar;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Brings parameter values into the form that an Arrow column takes.
final class ParameterValues {
  private static final int DEFAULT_DECIMAL_DIGITS = 38;

  private ParameterValues() {}

  static LocalDateTime wallClock(java.util.Date value, Calendar calendar) {
    Instant instant =
        value instanceof Timestamp timestamp
            ? timestamp.toInstant()
            : Instant.ofEpochMilli(value.getTime());
    return LocalDateTime.ofInstant(instant, calendar.getTimeZone().toZoneId());
  }

  /// The field to send a value in when the server does not say what it wants.
  static ArrowField fieldFor(String name, @Nullable Object value) {
    if (value == null) {
      return ArrowField.of(name, Kind.NULL);
    }
    if (value instanceof BigDecimal || value instanceof BigInteger) {
      BigDecimal decimal = value instanceof BigDecimal d ? d : new BigDecimal((BigInteger) value);
      return ArrowField.decimal(name, DEFAULT_DECIMAL_DIGITS, Math.max(0, decimal.scale()));
    }
    if (value instanceof Instant
        || value instanceof OffsetDateTime
        || value instanceof ZonedDateTime) {
      return ArrowField.timestampUtc(name);
    }
    return ArrowField.of(name, kindFor(value));
  }

  private static Kind kindFor(Object value) {
    if (value instanceof Boolean) {
      return Kind.BOOL;
    }
    if (value instanceof Byte) {
      return Kind.INT8;
    }
    if (value instanceof Short) {
      return Kind.INT16;
    }
    if (value instanceof Integer) {
      return Kind.INT32;
    }
    if (value instanceof Long) {
      return Kind.INT64;
    }
    if (value instanceof Float) {
      return Kind.FLOAT32;
    }
    if (value instanceof Number) {
      return Kind.FLOAT64;
    }
    if (value instanceof byte[]) {
      return Kind.BINARY;
    }
    if (value instanceof Date || value instanceof LocalDate) {
      return Kind.DATE_DAY;
    }
    if (value instanceof Time || value instanceof LocalTime) {
      return Kind.TIME64;
    }
    if (value instanceof java.util.Date
        || value instanceof Calendar
        || value instanceof LocalDateTime) {
      return Kind.TIMESTAMP;
    }
    return Kind.UTF8;
  }

  /// Whether the driver can fill a column of this kind.
  static boolean writable(ArrowField field) {
    return field.dictionary() == null
        && switch (field.kind()) {
          case BOOL,
              INT8,
              INT16,
              INT32,
              INT64,
              UINT8,
              UINT16,
              UINT32,
              UINT64,
              FLOAT32,
              FLOAT64,
              DECIMAL,
              UTF8,
              BINARY,
              FIXED_BINARY,
              UUID,
              DATE_DAY,
              DATE_MILLI,
              TIME32,
              TIME64,
              TIMESTAMP,
              TIMESTAMP_TZ ->
              true;
          default -> false;
        };
  }

  /// The value as the class that a column of this kind is written from.
  static Object coerce(ArrowField field, Object value) throws SQLException {
    try {
      return switch (field.kind()) {
        case NULL -> value;
        case BOOL -> bool(value);
        case INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64 -> integer(field, value);
        case FLOAT32, FLOAT64 -> value instanceof Number n ? n : decimal(value).doubleValue();
        case DECIMAL -> fitting(field, decimal(value));
        case UTF8 -> text(value);
        case BINARY, FIXED_BINARY -> bytes(field, value);
        case UUID -> value instanceof UUID u ? u : UUID.fromString(text(value));
        case DATE_DAY, DATE_MILLI -> timestamp(value).toLocalDate();
        case TIME32, TIME64 -> time(value);
        case TIMESTAMP -> timestamp(value);
        case TIMESTAMP_TZ -> instant(value);
        default -> throw SqlErrors.unsupported("a parameter of type " + JdbcType.name(field));
      };
    } catch (DateTimeException | IllegalArgumentException | ArithmeticException e) {
      throw SqlErrors.of(
          SqlErrors.INVALID_CAST,
          "parameter "
              + field.name()
              + " of type "
              + JdbcType.name(field)
              + " cannot be made from a "
              + value.getClass().getSimpleName()
              + ": "
              + e.getMessage(),
          e);
    }
  }

  /// The value as `setObject(index, value, sqlType)` asks for it.
  static Object asType(Object value, int sqlType) throws SQLException {
    if (sqlType == Types.DECIMAL || sqlType == Types.NUMERIC) {
      return decimal(value);
    }
    Kind kind = JdbcType.kindOf(sqlType);
    boolean keeps =
        kind == Kind.NULL
            || sqlType == Types.OTHER
            || sqlType == Types.JAVA_OBJECT
            || sqlType == Types.ARRAY;
    return keeps ? value : coerce(ArrowField.of("?", kind), value);
  }

  private static Object bool(Object value) {
    if (value instanceof Boolean) {
      return value;
    }
    if (value instanceof Number n) {
      return n.doubleValue() != 0;
    }
    return switch (text(value).trim().toLowerCase(Locale.ROOT)) {
      case "true", "t", "1", "yes" -> true;
      case "false", "f", "0", "no" -> false;
      default -> throw new IllegalArgumentException("it is neither true nor false");
    };
  }

  private static Number integer(ArrowField field, Object value) {
    int bits =
        switch (field.kind()) {
          case INT8, UINT8 -> 8;
          case INT16, UINT16 -> 16;
          case INT32, UINT32 -> 32;
          default -> 64;
        };
    boolean signed = JdbcType.signed(field);
    BigInteger whole =
        value instanceof Boolean b
            ? BigInteger.valueOf(b ? 1 : 0)
            : decimal(value).setScale(0, RoundingMode.UNNECESSARY).unscaledValue();
    boolean fits =
        signed ? whole.bitLength() < bits : whole.signum() >= 0 && whole.bitLength() <= bits;
    if (!fits) {
      throw new ArithmeticException(whole + " is out of range");
    }
    return whole.longValue();
  }

  private static BigDecimal decimal(Object value) {
    if (value instanceof BigDecimal d) {
      return d;
    }
    if (value instanceof BigInteger i) {
      return new BigDecimal(i);
    }
    if (value instanceof Double || value instanceof Float) {
      return new BigDecimal(value.toString());
    }
    if (value instanceof Number n) {
      return BigDecimal.valueOf(n.longValue());
    }
    return new BigDecimal(text(value).trim());
  }

  private static BigDecimal fitting(ArrowField field, BigDecimal value) {
    BigDecimal scaled = value.setScale(field.scale(), RoundingMode.HALF_UP);
    if (scaled.precision() > field.precision()) {
      throw new ArithmeticException(
          value.toPlainString() + " has more than " + field.precision() + " digits");
    }
    return scaled;
  }

  private static byte[] bytes(ArrowField field, Object value) {
    byte[] bytes;
    if (value instanceof byte[] array) {
      bytes = array;
    } else if (value instanceof UUID uuid) {
      bytes =
          ByteBuffer.allocate(16)
              .putLong(uuid.getMostSignificantBits())
              .putLong(uuid.getLeastSignificantBits())
              .array();
    } else {
      throw new IllegalArgumentException("it is not a byte array");
    }
    if (field.kind() == Kind.FIXED_BINARY && bytes.length != field.width()) {
      throw new IllegalArgumentException("it must have " + field.width() + " bytes");
    }
    return bytes;
  }

  private static LocalTime time(Object value) {
    if (value instanceof LocalTime time) {
      return time;
    }
    if (value instanceof Time time) {
      return LocalTime.ofInstant(Instant.ofEpochMilli(time.getTime()), ZoneId.systemDefault());
    }
    return value instanceof String text
        ? LocalTime.parse(text.trim())
        : timestamp(value).toLocalTime();
  }

  private static LocalDateTime timestamp(Object value) {
    if (value instanceof LocalDateTime timestamp) {
      return timestamp;
    }
    if (value instanceof LocalDate date) {
      return date.atStartOfDay();
    }
    if (value instanceof Timestamp timestamp) {
      return timestamp.toLocalDateTime();
    }
    if (value instanceof Date date) {
      return date.toLocalDate().atStartOfDay();
    }
    if (value instanceof OffsetDateTime timestamp) {
      return timestamp.toLocalDateTime();
    }
    if (value instanceof ZonedDateTime timestamp) {
      return timestamp.toLocalDateTime();
    }
    if (value instanceof String text) {
      String iso = text.trim().replace(' ', 'T');
      return iso.length() == 10 ? LocalDate.parse(iso).atStartOfDay() : LocalDateTime.parse(iso);
    }
    return LocalDateTime.ofInstant(instant(value), ZoneId.systemDefault());
  }

  private static Instant instant(Object value) {
    if (value instanceof Instant instant) {
      return instant;
    }
    if (value instanceof OffsetDateTime timestamp) {
      return timestamp.toInstant();
    }
    if (value instanceof ZonedDateTime timestamp) {
      return timestamp.toInstant();
    }
    if (value instanceof Timestamp timestamp) {
      return timestamp.toInstant();
    }
    if (value instanceof Calendar calendar) {
      return calendar.toInstant();
    }
    if (value instanceof java.util.Date date) {
      return Instant.ofEpochMilli(date.getTime());
    }
    if (value instanceof LocalDateTime timestamp) {
      return timestamp.toInstant(ZoneOffset.UTC);
    }
    if (value instanceof LocalDate date) {
      return date.atStartOfDay().toInstant(ZoneOffset.UTC);
    }
    return OffsetDateTime.parse(text(value).trim().replace(' ', 'T')).toInstant();
  }

  private static String text(Object value) {
    if (value instanceof byte[]) {
      throw new IllegalArgumentException("it is a byte array");
    }
    return value instanceof BigDecimal decimal ? decimal.toPlainString() : value.toString();
  }
}
