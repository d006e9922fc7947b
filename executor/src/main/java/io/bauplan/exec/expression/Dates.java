package io.bauplan.exec.expression;

import io.bauplan.sql.plan.DataType;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;

/// Calendar arithmetic on the engine's representations: days and microseconds.
public final class Dates {
  public static final long MICROS_PER_SECOND = 1_000_000L;
  public static final long MICROS_PER_DAY = 86_400_000_000L;

  private static final long FIRST_DAY = LocalDate.of(1, 1, 1).toEpochDay();
  private static final long LAST_DAY = LocalDate.of(9999, 12, 31).toEpochDay();

  private Dates() {}

  /// Whether a result is a value of its type: a date or timestamp of the years 1 to 9999, an
  /// interval of months that fits 32 bits.
  static boolean isWithin(DataType type, long value) {
    return switch (type) {
      case DataType.DateType() -> value >= FIRST_DAY && value <= LAST_DAY;
      case DataType.TimestampType ignored ->
          value >= FIRST_DAY * MICROS_PER_DAY && value < (LAST_DAY + 1) * MICROS_PER_DAY;
      case DataType.IntervalYearMonthType() -> value == (int) value;
      default -> true;
    };
  }

  /// Wall-clock microseconds, in the zone, of an instant in microseconds.
  static long toLocal(long instant, ZoneId zone) {
    if (zone.equals(ZoneOffset.UTC) || zone.getId().equals("UTC")) {
      return instant;
    }
    long second = Math.floorDiv(instant, MICROS_PER_SECOND);
    return instant
        + zone.getRules().getOffset(Instant.ofEpochSecond(second)).getTotalSeconds()
            * MICROS_PER_SECOND;
  }

  /// The instant of a wall-clock time in the zone; in a gap of summer time, the instant after it.
  static long toInstant(long local, ZoneId zone) {
    if (zone.equals(ZoneOffset.UTC) || zone.getId().equals("UTC")) {
      return local;
    }
    long second = Math.floorDiv(local, MICROS_PER_SECOND);
    LocalDateTime time = LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC);
    return time.atZone(zone).toEpochSecond() * MICROS_PER_SECOND
        + Math.floorMod(local, MICROS_PER_SECOND);
  }

  /// Adds months to a day; a day that the month does not have becomes its last.
  static long plusMonths(long day, long months) {
    return LocalDate.ofEpochDay(day).plusMonths(months).toEpochDay();
  }
}
