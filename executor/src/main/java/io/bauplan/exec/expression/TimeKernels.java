package io.bauplan.exec.expression;

import io.bauplan.exec.expression.StrictNode.Kernel;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataType;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Functions of dates, times and intervals.
final class TimeKernels {
  private TimeKernels() {}

  static @Nullable Kernel find(
      String function, List<DataType> types, DataType result, ZoneId zone) {
    return switch (function) {
      case "datetime_add" -> shift(types, zone, 1, result);
      case "datetime_subtract" -> shift(types, zone, -1, result);
      case "datetime_difference" -> difference(types, result, zone);
      case "interval_add" ->
          (in, row, out) ->
              out.set(row, exact(result, () -> Math.addExact(in[0].longs[row], in[1].longs[row])));
      case "interval_subtract" ->
          (in, row, out) ->
              out.set(
                  row, exact(result, () -> Math.subtractExact(in[0].longs[row], in[1].longs[row])));
      case "interval_multiply" -> multiply(types);
      case "interval_divide" -> divide(types);
      case "date_trunc" ->
          types.size() == 2 && types.getFirst() instanceof DataType.VarcharType
              ? truncate(0, 1, types.get(1), result, zone)
              : null;
      case "floor", "timestamp_trunc", "datetime_trunc" ->
          types.size() == 2 && types.get(1) instanceof DataType.VarcharType
              ? truncate(1, 0, types.getFirst(), result, zone)
              : null;
      case "last_day" ->
          types.size() == 1
              ? (in, row, out) -> {
                long local = local(in[0].longs[row], types.getFirst(), zone);
                long day =
                    types.getFirst() instanceof DataType.DateType
                        ? local
                        : Math.floorDiv(local, Dates.MICROS_PER_DAY);
                out.set(
                    row,
                    LocalDate.ofEpochDay(day)
                        .with(TemporalAdjusters.lastDayOfMonth())
                        .toEpochDay());
              }
              : null;
      default -> null;
    };
  }

  private interface Computation {
    long run();
  }

  /// The result, which is proved to be a value of its type: dates and timestamps have the years
  /// that SQL can write.
  private static long exact(DataType type, Computation computation) {
    try {
      long value = computation.run();
      if (!Dates.isWithin(type, value)) {
        throw new ArithmeticException();
      }
      return value;
    } catch (ArithmeticException | java.time.DateTimeException e) {
      throw new EngineException(
          ErrorCode.NUMERIC_OVERFLOW, "a date or interval is out of range", e);
    }
  }

  private static long local(long value, DataType type, ZoneId zone) {
    return type instanceof DataType.TimestampType(boolean withZone) && withZone
        ? Dates.toLocal(value, zone)
        : value;
  }

  private static @Nullable Kernel shift(
      List<DataType> types, ZoneId zone, int sign, DataType result) {
    if (types.size() != 2) {
      return null;
    }
    DataType time = types.getFirst();
    if (types.get(1) instanceof DataType.IntervalYearMonthType) {
      return switch (time) {
        case DataType.DateType() when result instanceof DataType.DateType ->
            (in, row, out) ->
                out.set(
                    row,
                    exact(
                        result, () -> Dates.plusMonths(in[0].longs[row], sign * in[1].longs[row])));
        case DataType.TimestampType(boolean withZone) ->
            (in, row, out) ->
                out.set(
                    row,
                    exact(
                        result,
                        () -> {
                          long local =
                              withZone ? Dates.toLocal(in[0].longs[row], zone) : in[0].longs[row];
                          long day =
                              Dates.plusMonths(
                                  Math.floorDiv(local, Dates.MICROS_PER_DAY),
                                  sign * in[1].longs[row]);
                          long moved =
                              Math.addExact(
                                  Math.multiplyExact(day, Dates.MICROS_PER_DAY),
                                  Math.floorMod(local, Dates.MICROS_PER_DAY));
                          return withZone ? Dates.toInstant(moved, zone) : moved;
                        }));
        default -> null;
      };
    }
    if (!(types.get(1) instanceof DataType.IntervalDayTimeType)) {
      return null;
    }
    return switch (time) {
      case DataType.DateType() when result instanceof DataType.DateType ->
          (in, row, out) ->
              out.set(
                  row,
                  exact(
                      result,
                      () ->
                          Math.addExact(
                              in[0].longs[row],
                              sign * Math.floorDiv(in[1].longs[row], Dates.MICROS_PER_DAY))));
      case DataType.DateType() when result instanceof DataType.TimestampType ->
          (in, row, out) ->
              out.set(
                  row,
                  exact(
                      result,
                      () ->
                          Math.addExact(
                              Math.multiplyExact(in[0].longs[row], Dates.MICROS_PER_DAY),
                              sign * in[1].longs[row])));
      case DataType.TimestampType ignored ->
          (in, row, out) ->
              out.set(
                  row,
                  exact(result, () -> Math.addExact(in[0].longs[row], sign * in[1].longs[row])));
      case DataType.TimeType() ->
          (in, row, out) ->
              out.set(
                  row,
                  Math.floorMod(in[0].longs[row] + sign * in[1].longs[row], Dates.MICROS_PER_DAY));
      default -> null;
    };
  }

  private static @Nullable Kernel difference(List<DataType> types, DataType result, ZoneId zone) {
    DataType first = types.get(0);
    DataType second = types.get(1);
    if (result instanceof DataType.IntervalYearMonthType) {
      return (in, row, out) ->
          out.set(
              row,
              exact(
                  result,
                  () ->
                      monthsBetween(
                          micros(local(in[1].longs[row], second, zone), second),
                          micros(local(in[0].longs[row], first, zone), first))));
    }
    if (!(result instanceof DataType.IntervalDayTimeType)) {
      return null;
    }
    return (in, row, out) ->
        out.set(
            row,
            exact(
                result,
                () ->
                    Math.subtractExact(
                        micros(in[0].longs[row], first), micros(in[1].longs[row], second))));
  }

  private static long micros(long value, DataType type) {
    return type instanceof DataType.DateType
        ? Math.multiplyExact(value, Dates.MICROS_PER_DAY)
        : value;
  }

  /// Whole months from one time to another.
  static long monthsBetween(long from, long to) {
    LocalDate a = LocalDate.ofEpochDay(Math.floorDiv(from, Dates.MICROS_PER_DAY));
    LocalDate b = LocalDate.ofEpochDay(Math.floorDiv(to, Dates.MICROS_PER_DAY));
    long months = (b.getYear() - a.getYear()) * 12L + b.getMonthValue() - a.getMonthValue();
    long restA =
        a.getDayOfMonth() * Dates.MICROS_PER_DAY + Math.floorMod(from, Dates.MICROS_PER_DAY);
    long restB = b.getDayOfMonth() * Dates.MICROS_PER_DAY + Math.floorMod(to, Dates.MICROS_PER_DAY);
    if (months > 0 && restB < restA) {
      return months - 1;
    }
    return months < 0 && restB > restA ? months + 1 : months;
  }

  private static @Nullable Kernel multiply(List<DataType> types) {
    if (types.get(1) instanceof DataType.IntegerType) {
      return (in, row, out) ->
          out.set(
              row,
              exact(
                  types.getFirst(), () -> Math.multiplyExact(in[0].longs[row], in[1].longs[row])));
    }
    return Types.isNumeric(types.get(1))
        ? (in, row, out) ->
            out.set(
                row,
                exact(
                    types.getFirst(),
                    () -> whole(in[0].longs[row] * NumberKernels.real(in[1], row))))
        : null;
  }

  private static @Nullable Kernel divide(List<DataType> types) {
    if (!Types.isNumeric(types.get(1))) {
      return null;
    }
    return (in, row, out) -> {
      double divisor = NumberKernels.real(in[1], row);
      if (divisor == 0) {
        throw Errors.divisionByZero();
      }
      out.set(
          row,
          in[1].kind == Register.Kind.LONG
              ? in[0].longs[row] / in[1].longs[row]
              : exact(types.getFirst(), () -> whole(in[0].longs[row] / divisor)));
    };
  }

  private static long whole(double value) {
    if (!(Math.abs(value) < 0x1p63)) {
      throw new ArithmeticException();
    }
    return Math.round(value);
  }

  private static @Nullable Kernel truncate(
      int unitArgument, int timeArgument, DataType type, DataType result, ZoneId zone) {
    boolean date = type instanceof DataType.DateType;
    if (!date && !(type instanceof DataType.TimestampType)) {
      return null;
    }
    boolean toDate = result instanceof DataType.DateType;
    boolean zoned = type instanceof DataType.TimestampType(boolean withZone) && withZone;
    return (in, row, out) -> {
      String unit = TextKernels.text(in[unitArgument], row).toLowerCase(Locale.ROOT);
      long value = in[timeArgument].longs[row];
      long local = date ? value * Dates.MICROS_PER_DAY : zoned ? Dates.toLocal(value, zone) : value;
      long truncated = truncate(unit, local);
      if (toDate) {
        out.set(row, Math.floorDiv(truncated, Dates.MICROS_PER_DAY));
      } else {
        out.set(row, zoned ? Dates.toInstant(truncated, zone) : truncated);
      }
    };
  }

  private static long truncate(String unit, long micros) {
    long step =
        switch (unit) {
          case "microsecond", "microseconds" -> 1;
          case "millisecond", "milliseconds" -> 1000;
          case "second" -> Dates.MICROS_PER_SECOND;
          case "minute" -> 60 * Dates.MICROS_PER_SECOND;
          case "hour" -> 3600 * Dates.MICROS_PER_SECOND;
          case "day" -> Dates.MICROS_PER_DAY;
          default -> 0;
        };
    if (step > 0) {
      return micros - Math.floorMod(micros, step);
    }
    LocalDate day = LocalDate.ofEpochDay(Math.floorDiv(micros, Dates.MICROS_PER_DAY));
    int year = day.getYear();
    LocalDate first =
        switch (unit) {
          case "week", "isoweek" -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
          case "month" -> day.withDayOfMonth(1);
          case "quarter" -> LocalDate.of(year, (day.getMonthValue() - 1) / 3 * 3 + 1, 1);
          case "year" -> LocalDate.of(year, 1, 1);
          case "decade" -> LocalDate.of(Math.floorDiv(year, 10) * 10, 1, 1);
          case "century" -> LocalDate.of(Math.floorDiv(year - 1, 100) * 100 + 1, 1, 1);
          case "millennium" -> LocalDate.of(Math.floorDiv(year - 1, 1000) * 1000 + 1, 1, 1);
          default ->
              throw Errors.invalidArgument("'" + Errors.shorten(unit) + "' is no unit of time");
        };
    return first.toEpochDay() * Dates.MICROS_PER_DAY;
  }
}
