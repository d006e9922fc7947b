package io.bauplan.jdbc;

import io.bauplan.jdbc.arrow.ArrowField;
import io.bauplan.jdbc.arrow.Column;
import io.bauplan.jdbc.arrow.ColumnText;
import io.bauplan.jdbc.arrow.ColumnValues;
import io.bauplan.jdbc.arrow.Kind;
import io.bauplan.jdbc.wire.SqlErrors;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Array;
import java.sql.Date;
import java.sql.SQLException;
import java.sql.Struct;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Calendar;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Turns column values into the Java classes that a caller asks for.
///
/// A timestamp without zone is a wall-clock value: it becomes the same wall clock in the JVM's
/// zone, or in the calendar's when one is given. A timestamp with zone is an instant and stays it.
final class Conversions {
  private static final LocalDate EPOCH = LocalDate.ofEpochDay(0);

  private Conversions() {}

  static Date date(Column column, int row, @Nullable Calendar calendar) throws SQLException {
    LocalDate date = ColumnValues.date(column, row);
    return calendar == null
        ? Date.valueOf(date)
        : new Date(date.atStartOfDay(zone(calendar)).toInstant().toEpochMilli());
  }

  static Time time(Column column, int row, @Nullable Calendar calendar) throws SQLException {
    LocalTime time = ColumnValues.time(column, row);
    ZoneId zone = calendar == null ? TimeZone.getDefault().toZoneId() : zone(calendar);
    return new Time(time.atDate(EPOCH).atZone(zone).toInstant().toEpochMilli());
  }

  static Timestamp timestamp(Column column, int row, @Nullable Calendar calendar)
      throws SQLException {
    if (column.field().kind() == Kind.TIMESTAMP_TZ) {
      return Timestamp.from(ColumnValues.instant(column, row));
    }
    LocalDateTime wallClock = ColumnValues.timestamp(column, row);
    return calendar == null
        ? Timestamp.valueOf(wallClock)
        : Timestamp.from(wallClock.atZone(zone(calendar)).toInstant());
  }

  private static ZoneId zone(Calendar calendar) {
    return calendar.getTimeZone().toZoneId();
  }

  /// The value in the class that [JdbcType#objectClass] names.
  static Object object(Column column, int row) throws SQLException {
    ArrowField field = column.field();
    return switch (field.kind()) {
      case DATE_DAY, DATE_MILLI -> date(column, row, null);
      case TIME32, TIME64 -> time(column, row, null);
      case TIMESTAMP -> timestamp(column, row, null);
      case LIST, LARGE_LIST, FIXED_LIST -> array(column, row);
      case STRUCT -> struct(column, row);
      default -> ColumnValues.natural(column, row);
    };
  }

  private static BauplanArray array(Column column, int row) throws SQLException {
    ArrowField element = column.field().children().get(0);
    @SuppressWarnings("unchecked")
    List<@Nullable Object> elements = (List<@Nullable Object>) ColumnValues.natural(column, row);
    return new BauplanArray(JdbcType.name(element), JdbcType.of(element), elements);
  }

  private static BauplanStruct struct(Column column, int row) throws SQLException {
    @SuppressWarnings("unchecked")
    Map<String, @Nullable Object> members =
        (Map<String, @Nullable Object>) ColumnValues.natural(column, row);
    return new BauplanStruct(JdbcType.name(column.field()), members);
  }

  /// The value in the class that the caller names; the value is not null.
  static Object to(Class<?> type, Column column, int row) throws SQLException {
    if (type == Object.class) {
      return object(column, row);
    }
    if (type == String.class) {
      return ColumnText.string(column, row);
    }
    if (type == byte[].class) {
      return ColumnText.bytes(column, row);
    }
    if (type == Boolean.class) {
      return column.getBoolean(row);
    }
    if (Number.class.isAssignableFrom(type)) {
      return number(type, column, row);
    }
    Object temporal = temporal(type, column, row);
    if (temporal != null) {
      return temporal;
    }
    Object value = nested(type, column, row);
    if (type.isInstance(value)) {
      return value;
    }
    if (type == UUID.class && value instanceof String text) {
      try {
        return UUID.fromString(text);
      } catch (IllegalArgumentException e) {
        throw SqlErrors.of(SqlErrors.INVALID_CAST, "not a UUID: '" + text + "'", e);
      }
    }
    throw cannot(type, column);
  }

  private static Object nested(Class<?> type, Column column, int row) throws SQLException {
    if (type == Array.class && column.field().kind().isList()) {
      return array(column, row);
    }
    if (type == Struct.class && column.field().kind() == Kind.STRUCT) {
      return struct(column, row);
    }
    return ColumnValues.natural(column, row);
  }

  private static Object number(Class<?> type, Column column, int row) throws SQLException {
    if (type == Long.class) {
      return column.getLong(row);
    }
    if (type == Double.class) {
      return column.getDouble(row);
    }
    if (type == Float.class) {
      return (float) column.getDouble(row);
    }
    if (type == BigDecimal.class) {
      return column.getDecimal(row);
    }
    if (type == BigInteger.class) {
      return column.getDecimal(row).toBigInteger();
    }
    long value = column.getLong(row);
    if (type == Integer.class && value == (int) value) {
      return (int) value;
    }
    if (type == Short.class && value == (short) value) {
      return (short) value;
    }
    if (type == Byte.class && value == (byte) value) {
      return (byte) value;
    }
    if (type == Integer.class || type == Short.class || type == Byte.class) {
      throw SqlErrors.of(
          SqlErrors.OUT_OF_RANGE, value + " does not fit into a " + type.getSimpleName());
    }
    throw cannot(type, column);
  }

  private static @Nullable Object temporal(Class<?> type, Column column, int row)
      throws SQLException {
    if (type == LocalDate.class) {
      return ColumnValues.date(column, row);
    }
    if (type == LocalTime.class) {
      return ColumnValues.time(column, row);
    }
    if (type == LocalDateTime.class) {
      return ColumnValues.timestamp(column, row);
    }
    if (type == OffsetDateTime.class) {
      return ColumnValues.offsetTimestamp(column, row);
    }
    if (type == ZonedDateTime.class) {
      return ColumnValues.offsetTimestamp(column, row).toZonedDateTime();
    }
    if (type == Instant.class) {
      return ColumnValues.instant(column, row);
    }
    if (type == Date.class) {
      return date(column, row, null);
    }
    if (type == Time.class) {
      return time(column, row, null);
    }
    if (type == Timestamp.class || type == java.util.Date.class) {
      return timestamp(column, row, null);
    }
    if (type == Calendar.class) {
      Calendar calendar = Calendar.getInstance();
      calendar.setTime(timestamp(column, row, null));
      return calendar;
    }
    return null;
  }

  private static SQLException cannot(Class<?> type, Column column) {
    return SqlErrors.of(
        SqlErrors.INVALID_CAST,
        "column '"
            + column.field().name()
            + "' of type "
            + JdbcType.name(column.field())
            + " cannot be read as "
            + type.getName());
  }
}
