package io.bauplan.exec.expression;

import io.bauplan.exec.expression.StrictNode.Kernel;
import io.bauplan.sql.plan.DataType;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.TextStyle;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Times as text and parts, differences in units, and time zones.
final class CalendarKernels {
  private CalendarKernels() {}

  static @Nullable Kernel find(String function, List<DataType> types, ZoneId zone) {
    return switch (function) {
      case "strftime" -> format(types, zone, TimeText::percent);
      case "to_char" -> format(types, zone, TimeText::words);
      case "date_format", "format_datetime" -> format(types, zone, TimeText::java);
      case "dayname" -> name(types, zone, time -> TimeText.dayName(time, TextStyle.FULL));
      case "monthname" -> name(types, zone, time -> TimeText.monthName(time, TextStyle.FULL));
      case "epoch_ms" ->
          isTime(types)
              ? (in, row, out) ->
                  out.set(row, Math.floorDiv(micros(in[0].longs[row], types.getFirst()), 1000L))
              : null;
      case "make_date" -> CalendarKernels::makeDate;
      case "at_time_zone" -> atTimeZone(types);
      case "timestamp_diff" -> types.size() == 3 ? difference(types, zone) : null;
      case "date_add_days" ->
          isTime(types) ? (in, row, out) -> out.set(row, addDays(in, row)) : null;
      case "datetime_difference" ->
          // Of two dates: days.
          types.stream().allMatch(DataType.DateType.class::isInstance)
              ? (in, row, out) -> out.set(row, in[0].longs[row] - in[1].longs[row])
              : null;
      case "gen_random_uuid" -> (in, row, out) -> out.set(row, UUID.randomUUID().toString());
      default -> null;
    };
  }

  private static long addDays(Register[] in, int row) {
    long day = in[0].longs[row] + in[1].longs[row];
    if (day != (int) day) {
      throw Errors.invalidArgument("a date is out of range");
    }
    return day;
  }

  private static boolean isTime(List<DataType> types) {
    return !types.isEmpty()
        && (types.getFirst() instanceof DataType.DateType
            || types.getFirst() instanceof DataType.TimestampType);
  }

  private static long micros(long value, DataType type) {
    return type instanceof DataType.DateType
        ? Math.multiplyExact(value, Dates.MICROS_PER_DAY)
        : value;
  }

  private static long local(long value, DataType type, ZoneId zone) {
    return type instanceof DataType.TimestampType(boolean withZone) && withZone
        ? Dates.toLocal(value, zone)
        : micros(value, type);
  }

  private static @Nullable Kernel format(
      List<DataType> types, ZoneId zone, BiFunction<LocalDateTime, String, String> format) {
    return isTime(types) && types.size() == 2 && types.get(1) instanceof DataType.VarcharType
        ? (in, row, out) ->
            out.set(
                row,
                format.apply(
                    TimeText.time(local(in[0].longs[row], types.getFirst(), zone)),
                    TextKernels.text(in[1], row)))
        : null;
  }

  private static @Nullable Kernel name(
      List<DataType> types, ZoneId zone, Function<LocalDateTime, String> name) {
    return isTime(types)
        ? (in, row, out) ->
            out.set(row, name.apply(TimeText.time(local(in[0].longs[row], types.getFirst(), zone))))
        : null;
  }

  private static void makeDate(Register[] in, int row, StrictNode.Output out) {
    try {
      out.set(
          row,
          LocalDate.of(
                  Math.toIntExact(in[0].longs[row]),
                  Math.toIntExact(in[1].longs[row]),
                  Math.toIntExact(in[2].longs[row]))
              .toEpochDay());
    } catch (DateTimeException | ArithmeticException e) {
      throw Errors.invalidArgument("MAKE_DATE: there is no such date");
    }
  }

  private static @Nullable Kernel atTimeZone(List<DataType> types) {
    if (!isTime(types)) {
      return null;
    }
    boolean instant =
        types.getFirst() instanceof DataType.TimestampType(boolean withZone) && withZone;
    return (in, row, out) -> {
      ZoneId other;
      try {
        other = ZoneId.of(TextKernels.text(in[1], row));
      } catch (DateTimeException e) {
        throw Errors.invalidArgument(
            "'" + Errors.shorten(TextKernels.text(in[1], row)) + "' is no time zone");
      }
      long micros = micros(in[0].longs[row], types.getFirst());
      out.set(row, instant ? Dates.toLocal(micros, other) : Dates.toInstant(micros, other));
    };
  }

  private static Kernel difference(List<DataType> types, ZoneId zone) {
    return (in, row, out) -> {
      long from = local(in[1].longs[row], types.get(1), zone);
      long to = local(in[2].longs[row], types.get(2), zone);
      String unit = TextKernels.text(in[0], row).toLowerCase(Locale.ROOT);
      long months = months(unit);
      out.set(
          row,
          months > 0
              ? TimeKernels.monthsBetween(from, to) / months
              : Math.subtractExact(to, from) / step(unit));
    };
  }

  private static long months(String unit) {
    return switch (unit) {
      case "month" -> 1;
      case "quarter" -> 3;
      case "year" -> 12;
      case "decade" -> 120;
      case "century" -> 1200;
      case "millennium" -> 12_000;
      default -> 0;
    };
  }

  private static long step(String unit) {
    return switch (unit) {
      case "microsecond" -> 1;
      case "millisecond" -> 1000;
      case "second" -> Dates.MICROS_PER_SECOND;
      case "minute" -> 60 * Dates.MICROS_PER_SECOND;
      case "hour" -> 3600 * Dates.MICROS_PER_SECOND;
      case "day" -> Dates.MICROS_PER_DAY;
      case "week" -> 7 * Dates.MICROS_PER_DAY;
      default -> throw Errors.invalidArgument("'" + Errors.shorten(unit) + "' is no unit of time");
    };
  }
}
