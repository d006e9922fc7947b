package io.bauplan.exec.expression;

import io.bauplan.exec.expression.StrictNode.Kernel;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.plan.DataType;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAdjusters;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Times made of texts, numbers and parts, and dates near dates.
final class ReadTimeKernels {
  /// Monday; buckets of days and shorter count from here, those of months from 2000-01-01.
  private static final long BUCKET_ORIGIN_MICROS =
      LocalDate.of(2000, 1, 3).toEpochDay() * Dates.MICROS_PER_DAY;

  private static final long MONTH_ORIGIN = 2000L * 12;

  private ReadTimeKernels() {}

  static @Nullable Kernel find(
      String function, List<DataType> types, DataType result, ZoneId zone) {
    boolean text = !types.isEmpty() && types.getFirst() instanceof DataType.VarcharType;
    return switch (function) {
      case "strptime", "to_timestamp_format" ->
          text && types.size() == 2
              ? read(
                  function.equals("strptime") ? TimePattern::percent : TimePattern::words,
                  result,
                  zone,
                  false)
              : null;
      case "try_strptime" -> read(TimePattern::percent, result, zone, true);
      case "try_to_timestamp_format" -> read(TimePattern::words, result, zone, true);
      case "date_parse" -> read(TimePattern::mysql, result, zone, false);
      case "parse_datetime" -> read(TimePattern::java, result, zone, false);
      case "epoch_to_timestamp" -> fromEpoch(types.getFirst(), Dates.MICROS_PER_SECOND);
      case "epoch_ms_to_timestamp", "epoch_ms" -> fromEpoch(types.getFirst(), 1000);
      case "epoch_us_to_timestamp" -> fromEpoch(types.getFirst(), 1);
      case "to_unixtime" ->
          (in, row, out) ->
              out.set(
                  row,
                  (double) micros(in[0].longs[row], types.getFirst()) / Dates.MICROS_PER_SECOND);
      case "epoch_us" -> (in, row, out) -> out.set(row, micros(in[0].longs[row], types.getFirst()));
      case "epoch_ns" ->
          (in, row, out) -> out.set(row, nanos(micros(in[0].longs[row], types.getFirst())));
      case "make_timestamp" ->
          types.size() == 6 ? (in, row, out) -> make(in, types, row, out) : null;
      case "make_time" -> (in, row, out) -> out.set(row, clock(in, types, 0, row));
      case "next_day" -> (in, row, out) -> weekday(in, row, types, out, true);
      case "previous_day" -> (in, row, out) -> weekday(in, row, types, out, false);
      case "months_between" ->
          (in, row, out) ->
              out.set(
                  row,
                  monthsBetween(
                      micros(in[0].longs[row], types.get(0)),
                      micros(in[1].longs[row], types.get(1))));
      case "time_bucket" -> bucket(types);
      case "to_iso8601" -> iso(types.getFirst(), zone);
      default -> null;
    };
  }

  private static long micros(long value, DataType type) {
    return type instanceof DataType.DateType
        ? Math.multiplyExact(value, Dates.MICROS_PER_DAY)
        : value;
  }

  /// One formatter as long as the pattern stays the same.
  private static Kernel read(
      Function<String, DateTimeFormatter> reading, DataType result, ZoneId zone, boolean safe) {
    return new Kernel() {
      private String lastPattern = "";
      private @Nullable DateTimeFormatter last;

      @Override
      public void apply(Register[] in, int row, StrictNode.Output out) {
        String pattern = TextKernels.text(in[1], row);
        DateTimeFormatter formatter = last;
        if (formatter == null || !pattern.equals(lastPattern)) {
          formatter = reading.apply(pattern);
          last = formatter;
          lastPattern = pattern;
        }
        try {
          long micros = TimePattern.micros(formatter, TextKernels.text(in[0], row), pattern);
          out.set(row, of(micros, result, zone));
        } catch (EngineException e) {
          if (!safe) {
            throw e;
          }
          out.setNull(row);
        }
      }
    };
  }

  private static long of(long micros, DataType result, ZoneId zone) {
    return switch (result) {
      case DataType.DateType() -> Math.floorDiv(micros, Dates.MICROS_PER_DAY);
      case DataType.TimeType() -> Math.floorMod(micros, Dates.MICROS_PER_DAY);
      case DataType.TimestampType(boolean withZone) ->
          withZone ? Dates.toInstant(micros, zone) : micros;
      default -> throw new IllegalStateException(result.sql());
    };
  }

  private static @Nullable Kernel fromEpoch(DataType type, long unit) {
    return switch (type) {
      case DataType.IntegerType ignored ->
          (in, row, out) -> {
            long value = in[0].longs[row];
            if (Math.abs(value) > Long.MAX_VALUE / unit) {
              throw Errors.invalidArgument(value + " is out of range for TIMESTAMP");
            }
            out.set(row, value * unit);
          };
      case DataType.FloatType ignored ->
          (in, row, out) -> {
            double micros = Math.rint(in[0].doubles[row] * unit);
            if (!(Math.abs(micros) < 9e18)) {
              throw Errors.invalidArgument(in[0].doubles[row] + " is out of range for TIMESTAMP");
            }
            out.set(row, (long) micros);
          };
      case DataType.DecimalType ignored ->
          (in, row, out) -> {
            BigDecimal micros =
                NumberTextKernels.number(in[0], type, row)
                    .multiply(BigDecimal.valueOf(unit))
                    .setScale(0, RoundingMode.HALF_UP);
            if (micros.unscaledValue().bitLength() > 62) {
              throw Errors.invalidArgument(micros + " is out of range for TIMESTAMP");
            }
            out.set(row, micros.longValue());
          };
      default -> null;
    };
  }

  private static void make(Register[] in, List<DataType> types, int row, StrictNode.Output out) {
    try {
      long day =
          LocalDate.of(
                  Math.toIntExact(in[0].longs[row]),
                  Math.toIntExact(in[1].longs[row]),
                  Math.toIntExact(in[2].longs[row]))
              .toEpochDay();
      out.set(row, day * Dates.MICROS_PER_DAY + clock(in, types, 3, row));
    } catch (DateTimeException | ArithmeticException e) {
      throw Errors.invalidArgument("MAKE_TIMESTAMP: there is no such time");
    }
  }

  private static long clock(Register[] in, List<DataType> types, int from, int row) {
    try {
      BigDecimal second =
          switch (types.get(from + 2)) {
            case DataType.FloatType ignored -> BigDecimal.valueOf(in[from + 2].doubles[row]);
            case DataType.DecimalType(int ignored, int scale) when !in[from + 2].wide ->
                BigDecimal.valueOf(in[from + 2].longs[row], scale);
            default -> BigDecimal.valueOf(in[from + 2].longs[row]);
          };
      long micros = second.movePointRight(6).setScale(0, RoundingMode.HALF_UP).longValueExact();
      return LocalTime.of(
                      Math.toIntExact(in[from].longs[row]),
                      Math.toIntExact(in[from + 1].longs[row]),
                      Math.toIntExact(Math.floorDiv(micros, Dates.MICROS_PER_SECOND)))
                  .toNanoOfDay()
              / 1000
          + Math.floorMod(micros, Dates.MICROS_PER_SECOND);
    } catch (DateTimeException | ArithmeticException e) {
      throw Errors.invalidArgument("there is no such time of day");
    }
  }

  private static void weekday(
      Register[] in, int row, List<DataType> types, StrictNode.Output out, boolean next) {
    String name = TextKernels.text(in[1], row).strip().toLowerCase(Locale.ROOT);
    DayOfWeek wanted = null;
    for (DayOfWeek day : DayOfWeek.values()) {
      if (name.length() >= 2 && day.name().toLowerCase(Locale.ROOT).startsWith(name)) {
        wanted = day;
      }
    }
    if (wanted == null) {
      throw Errors.invalidArgument("'" + Errors.shorten(name) + "' is no day of the week");
    }
    LocalDate date =
        LocalDate.ofEpochDay(
            Math.floorDiv(micros(in[0].longs[row], types.getFirst()), Dates.MICROS_PER_DAY));
    out.set(
        row,
        date.with(next ? TemporalAdjusters.next(wanted) : TemporalAdjusters.previous(wanted))
            .toEpochDay());
  }

  /// Whole months where both are the same day or both the last of their month; else parts of 31
  /// days.
  private static double monthsBetween(long later, long earlier) {
    LocalDate a = LocalDate.ofEpochDay(Math.floorDiv(later, Dates.MICROS_PER_DAY));
    LocalDate b = LocalDate.ofEpochDay(Math.floorDiv(earlier, Dates.MICROS_PER_DAY));
    double months = (a.getYear() - b.getYear()) * 12.0 + a.getMonthValue() - b.getMonthValue();
    boolean bothLast =
        a.getDayOfMonth() == a.lengthOfMonth() && b.getDayOfMonth() == b.lengthOfMonth();
    if (bothLast || a.getDayOfMonth() == b.getDayOfMonth()) {
      return months;
    }
    double day =
        a.getDayOfMonth()
            - b.getDayOfMonth()
            + (double)
                    (Math.floorMod(later, Dates.MICROS_PER_DAY)
                        - Math.floorMod(earlier, Dates.MICROS_PER_DAY))
                / Dates.MICROS_PER_DAY;
    return months + day / 31;
  }

  private static @Nullable Kernel bucket(List<DataType> types) {
    DataType time = types.get(1);
    if (types.getFirst() instanceof DataType.IntervalYearMonthType) {
      return (in, row, out) -> {
        long width = width(in[0].longs[row]);
        LocalDate date =
            LocalDate.ofEpochDay(
                Math.floorDiv(micros(in[1].longs[row], time), Dates.MICROS_PER_DAY));
        long month = date.getYear() * 12L + date.getMonthValue() - 1 - MONTH_ORIGIN;
        long first = Math.floorDiv(month, width) * width + MONTH_ORIGIN;
        long day =
            LocalDate.of((int) Math.floorDiv(first, 12L), (int) Math.floorMod(first, 12L) + 1, 1)
                .toEpochDay();
        out.set(row, time instanceof DataType.DateType ? day : day * Dates.MICROS_PER_DAY);
      };
    }
    return (in, row, out) -> {
      long width = width(in[0].longs[row]);
      long origin = in.length > 2 ? micros(in[2].longs[row], types.get(2)) : BUCKET_ORIGIN_MICROS;
      long value = micros(in[1].longs[row], time);
      long begin = Math.floorDiv(value - origin, width) * width + origin;
      out.set(
          row,
          time instanceof DataType.DateType ? Math.floorDiv(begin, Dates.MICROS_PER_DAY) : begin);
    };
  }

  private static long width(long width) {
    if (width <= 0) {
      throw Errors.invalidArgument("TIME_BUCKET: a bucket must be wider than nothing");
    }
    return width;
  }

  private static @Nullable Kernel iso(DataType type, ZoneId zone) {
    return switch (type) {
      case DataType.DateType() -> (in, row, out) -> out.set(row, TextFormat.date(in[0].longs[row]));
      case DataType.TimestampType(boolean withZone) ->
          (in, row, out) ->
              out.set(
                  row,
                  TextFormat.timestamp(in[0].longs[row]).replace(' ', 'T') + (withZone ? "Z" : ""));
      default -> null;
    };
  }

  private static long nanos(long micros) {
    if (Math.multiplyHigh(micros, 1000L) != micros * 1000L >> 63) {
      throw Errors.overflow("epoch_ns", DataType.INT64);
    }
    return micros * 1000L;
  }
}
