package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression.Extract.Unit;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.IsoFields;
import org.jspecify.annotations.Nullable;

/// A field of a date, time, timestamp or interval.
final class ExtractNode extends Node {
  private final Unit unit;
  private final Node operand;
  private final ZoneId zone;

  ExtractNode(Unit unit, Node operand, ZoneId zone) {
    super(DataType.INT64);
    this.unit = unit;
    this.operand = operand;
    this.zone = zone;
  }

  @Override
  Register compute(Batch batch, int @Nullable [] rows, int count) {
    Register in = operand.evaluate(batch, rows, count);
    int length = batch.vectorLength();
    out.reset(length);
    out.copyNulls(in, rows, count, length);
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      if (!in.isNull(row)) {
        out.longs[row] = extract(in.type, in.longs[row]);
      }
    }
    return out;
  }

  private long extract(DataType type, long value) {
    return switch (type) {
      case DataType.DateType() -> unit == Unit.EPOCH ? value * 86_400 : ofDate(value);
      case DataType.TimestampType(boolean withZone) -> {
        if (unit == Unit.EPOCH) {
          yield Math.floorDiv(value, Dates.MICROS_PER_SECOND);
        }
        long local = withZone ? Dates.toLocal(value, zone) : value;
        yield isTimeField()
            ? ofTime(Math.floorMod(local, Dates.MICROS_PER_DAY))
            : ofDate(Math.floorDiv(local, Dates.MICROS_PER_DAY));
      }
      case DataType.TimeType() ->
          unit == Unit.EPOCH ? value / Dates.MICROS_PER_SECOND : ofTime(value);
      case DataType.IntervalYearMonthType() ->
          switch (unit) {
            case YEAR -> value / 12;
            case MONTH -> value % 12;
            case QUARTER -> value % 12 / 3 + 1;
            default -> ofMonths(value);
          };
      case DataType.IntervalDayTimeType() ->
          switch (unit) {
            case DAY -> value / Dates.MICROS_PER_DAY;
            case EPOCH -> value / Dates.MICROS_PER_SECOND;
            default -> ofTime(value % Dates.MICROS_PER_DAY);
          };
      default -> throw Errors.invalidArgument("EXTRACT of " + type.sql());
    };
  }

  private long ofMonths(long months) {
    return switch (unit) {
      case DECADE -> months / 120;
      case CENTURY -> months / 1200;
      case MILLENNIUM -> months / 12000;
      default -> 0;
    };
  }

  private boolean isTimeField() {
    return switch (unit) {
      case HOUR, MINUTE, SECOND, MILLISECOND, MICROSECOND -> true;
      default -> false;
    };
  }

  private long ofTime(long micros) {
    return switch (unit) {
      case HOUR -> micros / 3_600_000_000L;
      case MINUTE -> micros / 60_000_000L % 60;
      case SECOND -> micros / Dates.MICROS_PER_SECOND % 60;
      case MILLISECOND -> micros / 1000 % 60_000;
      case MICROSECOND -> micros % 60_000_000L;
      default -> 0;
    };
  }

  private long ofDate(long days) {
    LocalDate date = LocalDate.ofEpochDay(days);
    int year = date.getYear();
    return switch (unit) {
      case YEAR -> year;
      case QUARTER -> (date.getMonthValue() + 2) / 3;
      case MONTH -> date.getMonthValue();
      case WEEK -> date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
      case DAY -> date.getDayOfMonth();
      case DAY_OF_WEEK -> date.getDayOfWeek().getValue() % 7 + 1;
      case ISO_DAY_OF_WEEK -> date.getDayOfWeek().getValue();
      case DAY_OF_YEAR -> date.getDayOfYear();
      case ISO_YEAR -> date.get(IsoFields.WEEK_BASED_YEAR);
      case DECADE -> Math.floorDiv(year, 10);
      case CENTURY -> year > 0 ? (year + 99) / 100 : (year - 99) / 100;
      case MILLENNIUM -> year > 0 ? (year + 999) / 1000 : (year - 999) / 1000;
      case HOUR, MINUTE, SECOND, MILLISECOND, MICROSECOND -> 0;
      case EPOCH -> Instant.EPOCH.getEpochSecond();
    };
  }

  @Override
  void release() {
    operand.close();
  }
}
