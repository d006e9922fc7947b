package io.bauplan.jdbc.arrow;

import io.bauplan.jdbc.wire.SqlErrors;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The values of a column as Java objects, java.time first.
public final class ColumnValues {
  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final long NANOS_PER_DAY = 86_400 * NANOS_PER_SECOND;
  private static final long MILLIS_PER_DAY = 86_400_000;

  private ColumnValues() {}

  /// The value of a row that is not null: Boolean, Integer (8 to 16 bits and INT32), Long,
  /// BigDecimal, Float, Double, String, byte[], UUID, LocalDate, LocalTime, LocalDateTime,
  /// OffsetDateTime, Duration, Period, and for nested kinds List and Map with null entries where
  /// the data has them.
  public static Object natural(Column column, int row) throws SQLException {
    int at = column.position(row);
    return switch (column.kind) {
      case NULL -> throw column.cannotRead("a value");
      case BOOL -> column.rawInteger(at) != 0;
      case INT8, INT16, INT32, UINT8, UINT16 -> (int) column.rawInteger(at);
      case INT64, UINT32 -> column.rawInteger(at);
      case UINT64, DECIMAL -> column.getDecimal(row);
      case FLOAT16, FLOAT32 -> (float) column.getDouble(row);
      case FLOAT64 -> column.getDouble(row);
      case UTF8, LARGE_UTF8, UTF8_VIEW -> ColumnText.text(column, at);
      case BINARY, LARGE_BINARY, BINARY_VIEW, FIXED_BINARY -> ColumnText.bytes(column, row);
      case UUID -> uuid(column, at);
      case DATE_DAY, DATE_MILLI -> date(column, row);
      case TIME32, TIME64 -> time(column, row);
      case TIMESTAMP -> timestamp(column, row);
      case TIMESTAMP_TZ -> offsetTimestamp(column, row);
      case DURATION -> duration(column, at);
      case INTERVAL_MONTH -> Period.ofMonths((int) column.rawInteger(at)).normalized();
      case INTERVAL_DAY ->
          Duration.ofDays((int) Column.INT.get(column.body, column.data + (at << 3)))
              .plusMillis((int) Column.INT.get(column.body, column.data + (at << 3) + 4));
      case INTERVAL_MONTH_DAY_NANO -> interval(column, at);
      case LIST, LARGE_LIST, FIXED_LIST -> list(column, at);
      case MAP -> map(column, at);
      case STRUCT -> struct(column, at);
      case SPARSE_UNION, DENSE_UNION ->
          natural(UnionValues.member(column, at), UnionValues.row(column, at));
    };
  }

  public static @Nullable Object naturalOrNull(Column column, int row) throws SQLException {
    return column.isNull(row) ? null : natural(column, row);
  }

  public static LocalDate date(Column column, int row) throws SQLException {
    int at = column.position(row);
    return switch (column.kind) {
      case DATE_DAY -> LocalDate.ofEpochDay(column.rawInteger(at));
      case DATE_MILLI -> LocalDate.ofEpochDay(Math.floorDiv(column.rawInteger(at), MILLIS_PER_DAY));
      case TIMESTAMP -> timestamp(column, row).toLocalDate();
      case TIMESTAMP_TZ -> offsetTimestamp(column, row).toLocalDate();
      case UTF8, LARGE_UTF8, UTF8_VIEW ->
          parse(ColumnText.text(column, at), "date", LocalDate::parse);
      default -> throw column.cannotRead("a date");
    };
  }

  public static LocalTime time(Column column, int row) throws SQLException {
    int at = column.position(row);
    return switch (column.kind) {
      case TIME32, TIME64 -> {
        long nanos = column.rawInteger(at) * (NANOS_PER_SECOND / column.field.unitsPerSecond());
        if (nanos < 0 || nanos >= NANOS_PER_DAY) {
          throw SqlErrors.of(SqlErrors.OUT_OF_RANGE, "a time lies outside the day");
        }
        yield LocalTime.ofNanoOfDay(nanos);
      }
      case TIMESTAMP -> timestamp(column, row).toLocalTime();
      case TIMESTAMP_TZ -> offsetTimestamp(column, row).toLocalTime();
      case UTF8, LARGE_UTF8, UTF8_VIEW ->
          parse(ColumnText.text(column, at), "time", LocalTime::parse);
      default -> throw column.cannotRead("a time");
    };
  }

  /// The wall-clock value: for a zoned timestamp the wall clock in the column's zone.
  public static LocalDateTime timestamp(Column column, int row) throws SQLException {
    int at = column.position(row);
    return switch (column.kind) {
      case TIMESTAMP -> {
        long units = column.rawInteger(at);
        long perSecond = column.field.unitsPerSecond();
        long seconds = Math.floorDiv(units, perSecond);
        int nanos = (int) (Math.floorMod(units, perSecond) * (NANOS_PER_SECOND / perSecond));
        yield LocalDateTime.ofEpochSecond(seconds, nanos, ZoneOffset.UTC);
      }
      case TIMESTAMP_TZ -> offsetTimestamp(column, row).toLocalDateTime();
      case DATE_DAY, DATE_MILLI -> date(column, row).atStartOfDay();
      case UTF8, LARGE_UTF8, UTF8_VIEW ->
          parse(
              ColumnText.text(column, at), "timestamp", t -> LocalDateTime.parse(isoTimestamp(t)));
      default -> throw column.cannotRead("a timestamp");
    };
  }

  /// The instant of a zoned timestamp, at the offset its zone has then.
  public static OffsetDateTime offsetTimestamp(Column column, int row) throws SQLException {
    if (column.kind != Kind.TIMESTAMP_TZ) {
      if (column.kind.isText()) {
        return parse(
            ColumnText.text(column, column.position(row)),
            "timestamp with time zone",
            t -> OffsetDateTime.parse(isoTimestamp(t)));
      }
      throw column.cannotRead("a timestamp with time zone");
    }
    return instant(column, row).atZone(zone(column)).toOffsetDateTime();
  }

  public static Instant instant(Column column, int row) throws SQLException {
    if (column.kind != Kind.TIMESTAMP_TZ) {
      return offsetTimestamp(column, row).toInstant();
    }
    long units = column.rawInteger(column.position(row));
    long perSecond = column.field.unitsPerSecond();
    return Instant.ofEpochSecond(
        Math.floorDiv(units, perSecond),
        Math.floorMod(units, perSecond) * (NANOS_PER_SECOND / perSecond));
  }

  private static ZoneId zone(Column column) {
    String zone = column.field.zone();
    try {
      return zone == null ? ZoneOffset.UTC : ZoneId.of(zone);
    } catch (DateTimeException e) {
      return ZoneOffset.UTC;
    }
  }

  private interface TemporalParser<T> {
    T parse(String text);
  }

  private static <T> T parse(String text, String what, TemporalParser<T> parser)
      throws SQLException {
    try {
      return parser.parse(text.trim());
    } catch (DateTimeException e) {
      throw SqlErrors.of(SqlErrors.INVALID_CAST, "not a " + what + ": '" + text + "'", e);
    }
  }

  private static String isoTimestamp(String text) {
    String iso = text.replace(' ', 'T');
    return iso.length() == 10 ? iso + "T00:00" : iso;
  }

  private static Duration duration(Column column, int at) {
    long units = column.rawInteger(at);
    long perSecond = column.field.unitsPerSecond();
    return Duration.ofSeconds(
        Math.floorDiv(units, perSecond),
        Math.floorMod(units, perSecond) * (NANOS_PER_SECOND / perSecond));
  }

  /// ISO 8601: months, days and time of day do not convert into each other, so no java.time class
  /// holds all three.
  private static String interval(Column column, int at) {
    int start = column.data + (at << 4);
    int months = (int) Column.INT.get(column.body, start);
    int days = (int) Column.INT.get(column.body, start + 4);
    long nanos = (long) Column.LONG.get(column.body, start + 8);
    String period = Period.of(months / 12, months % 12, days).toString();
    if (nanos == 0) {
      return period;
    }
    String time = Duration.ofNanos(nanos).toString().substring(1);
    return "P0D".equals(period) ? "P" + time : period + time;
  }

  private static UUID uuid(Column column, int at) {
    int start = column.data + at * column.field.width();
    return new UUID(
        Long.reverseBytes((long) Column.LONG.get(column.body, start)),
        Long.reverseBytes((long) Column.LONG.get(column.body, start + 8)));
  }

  private static List<@Nullable Object> list(Column column, int at) throws SQLException {
    int start = ColumnText.listStart(column, at);
    int end = ColumnText.listEnd(column, at);
    ColumnText.check(column, start, end);
    List<@Nullable Object> values = new ArrayList<>(end - start);
    for (int i = start; i < end; i++) {
      values.add(naturalOrNull(column.children[0], i));
    }
    return values;
  }

  private static Map<@Nullable Object, @Nullable Object> map(Column column, int at)
      throws SQLException {
    int start = ColumnText.listStart(column, at);
    int end = ColumnText.listEnd(column, at);
    ColumnText.check(column, start, end);
    Column entries = column.children[0];
    Map<@Nullable Object, @Nullable Object> values = new LinkedHashMap<>();
    for (int i = start; i < end; i++) {
      values.put(naturalOrNull(entries.children[0], i), naturalOrNull(entries.children[1], i));
    }
    return values;
  }

  private static Map<String, @Nullable Object> struct(Column column, int at) throws SQLException {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    for (Column member : column.children) {
      values.put(member.field.name(), naturalOrNull(member, at));
    }
    return values;
  }
}
