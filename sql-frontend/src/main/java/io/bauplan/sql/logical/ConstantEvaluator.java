package io.bauplan.sql.logical;

import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.DataType.DateType;
import io.bauplan.sql.plan.DataType.DecimalType;
import io.bauplan.sql.plan.DataType.FloatType;
import io.bauplan.sql.plan.DataType.IntegerType;
import io.bauplan.sql.plan.DataType.TimestampType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.Arithmetic;
import io.bauplan.sql.plan.Expression.Call;
import io.bauplan.sql.plan.Expression.Cast;
import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.session.Session;
import io.bauplan.sql.validator.FunctionRegistry;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/// One operation over constants. Empty where the operation is not known here or would fail.
final class ConstantEvaluator {
  private static final long MICROS_PER_DAY = 86_400_000_000L;
  private static final long FIRST_DAY = LocalDate.of(1, 1, 1).toEpochDay();
  private static final long LAST_DAY = LocalDate.of(9999, 12, 31).toEpochDay();

  private ConstantEvaluator() {}

  static Optional<Literal> evaluate(Expression expression, Instant now, Session session) {
    try {
      return switch (expression) {
        case Arithmetic e
            when e.left() instanceof Literal left && e.right() instanceof Literal right ->
            arithmetic(e.operator(), left, right, e.type());
        case Cast e when e.operand() instanceof Literal operand -> cast(operand, e.type());
        case Call e -> call(e, now, session);
        default -> Optional.empty();
      };
    } catch (ArithmeticException | DateTimeException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<Literal> arithmetic(
      Arithmetic.Operator operator, Literal left, Literal right, DataType type) {
    if (left.value() == null || right.value() == null) {
      return Optional.of(new Literal(null, type));
    }
    return switch (type) {
      case IntegerType(int bits) -> {
        long l = (Long) left.value();
        long r = (Long) right.value();
        long value =
            switch (operator) {
              case ADD -> Math.addExact(l, r);
              case SUBTRACT -> Math.subtractExact(l, r);
              case MULTIPLY -> Math.multiplyExact(l, r);
              case DIVIDE -> Math.divideExact(l, r);
              case MODULO -> l % r;
            };
        yield integer(value, bits, type);
      }
      case DecimalType(int precision, int scale) -> {
        BigDecimal l = (BigDecimal) left.value();
        BigDecimal r = (BigDecimal) right.value();
        BigDecimal value =
            switch (operator) {
              case ADD -> l.add(r);
              case SUBTRACT -> l.subtract(r);
              case MULTIPLY -> l.multiply(r);
              case DIVIDE -> l.divide(r, scale, RoundingMode.HALF_UP);
              case MODULO -> l.remainder(r);
            };
        yield decimal(value, precision, scale, type);
      }
      default -> Optional.empty();
    };
  }

  private static Optional<Literal> integer(long value, int bits, DataType type) {
    long limit = bits == 64 ? Long.MAX_VALUE : (1L << (bits - 1)) - 1;
    return value > limit || value < -limit - 1
        ? Optional.empty()
        : Optional.of(new Literal(value, type));
  }

  private static Optional<Literal> decimal(
      BigDecimal value, int precision, int scale, DataType type) {
    BigDecimal scaled = value.setScale(scale, RoundingMode.HALF_UP);
    return scaled.precision() > precision
        ? Optional.empty()
        : Optional.of(new Literal(scaled, type));
  }

  static Optional<Literal> cast(Literal operand, DataType type) {
    Object value = operand.value();
    if (value == null || operand.type().equals(type)) {
      return Optional.of(new Literal(value, type));
    }
    if (value instanceof String text) {
      return castText(text.strip(), type);
    }
    if (type.equals(DataType.VARCHAR)) {
      return text(value, operand.type());
    }
    if (operand.type() instanceof DateType
        && type instanceof TimestampType(boolean zone)
        && !zone) {
      return Optional.of(new Literal(Math.multiplyExact((Long) value, MICROS_PER_DAY), type));
    }
    if (operand.type() instanceof TimestampType(boolean zone)
        && !zone
        && type instanceof DateType) {
      return Optional.of(new Literal(Math.floorDiv((Long) value, MICROS_PER_DAY), type));
    }
    if (!TypeRules.isNumeric(operand.type())) {
      return Optional.empty();
    }
    return switch (type) {
      case IntegerType(int bits) when !(value instanceof Double) ->
          integer(exact(value).setScale(0, RoundingMode.HALF_UP).longValueExact(), bits, type);
      case DecimalType(int precision, int scale) when !(value instanceof Double) ->
          decimal(exact(value), precision, scale, type);
      case FloatType(int bits) when bits == 64 ->
          Optional.of(new Literal(((Number) value).doubleValue(), type));
      default -> Optional.empty();
    };
  }

  private static Optional<Literal> text(Object value, DataType from) {
    String text =
        switch (from) {
          case IntegerType ignored -> value.toString();
          case DecimalType ignored -> ((BigDecimal) value).toPlainString();
          case DataType.BooleanType() -> value.toString();
          case DateType() -> LocalDate.ofEpochDay((Long) value).toString();
          default -> null;
        };
    return text == null ? Optional.empty() : Optional.of(new Literal(text, DataType.VARCHAR));
  }

  private static BigDecimal exact(Object value) {
    return value instanceof BigDecimal decimal ? decimal : BigDecimal.valueOf((Long) value);
  }

  private static Optional<Literal> castText(String text, DataType type) {
    return switch (type) {
      case DateType() when text.length() == 10 ->
          Optional.of(new Literal(LocalDate.parse(text).toEpochDay(), type));
      case TimestampType(boolean zone) when !zone && text.length() >= 10 && !text.endsWith("Z") -> {
        LocalDateTime time =
            text.length() == 10
                ? LocalDate.parse(text).atStartOfDay()
                : LocalDateTime.parse(text.replace(' ', 'T'));
        yield Optional.of(new Literal(micros(time), type));
      }
      case IntegerType(int bits) -> integer(Long.parseLong(text), bits, type);
      case DecimalType(int precision, int scale) ->
          decimal(new BigDecimal(text), precision, scale, type);
      case DataType.BooleanType() ->
          switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> Optional.of(new Literal(true, type));
            case "false" -> Optional.of(new Literal(false, type));
            default -> Optional.empty();
          };
      default -> Optional.empty();
    };
  }

  private static long micros(LocalDateTime time) {
    return Math.addExact(
        Math.multiplyExact(time.toEpochSecond(ZoneOffset.UTC), 1_000_000L), time.getNano() / 1_000);
  }

  private static Optional<Literal> call(Call call, Instant now, Session session) {
    ZoneId zone = session.zone();
    return switch (call.function()) {
      case FunctionRegistry.DATETIME_ADD -> shift(call, 1);
      case FunctionRegistry.DATETIME_SUBTRACT -> shift(call, -1);
      case FunctionRegistry.INTERVAL_MULTIPLY -> {
        List<Expression> arguments = call.arguments();
        yield arguments.get(0) instanceof Literal(Object interval, DataType ignored)
                && interval instanceof Long amount
                && arguments.get(1) instanceof Literal(Object factor, DataType alsoIgnored)
                && factor instanceof Long times
            ? Optional.of(Math.multiplyExact(amount, times))
                .filter(product -> isWithin(product, call.type()))
                .map(product -> new Literal(product, call.type()))
            : Optional.empty();
      }
      case "current_timestamp", "now", "transaction_timestamp", "statement_timestamp" ->
          Optional.of(
              call.type() instanceof TimestampType(boolean withZone) && !withZone
                  ? new Literal(micros(now.atZone(zone).toLocalDateTime()), call.type())
                  : new Literal(micros(now.atZone(ZoneOffset.UTC).toLocalDateTime()), call.type()));
      case "localtimestamp", "current_datetime" ->
          Optional.of(new Literal(micros(now.atZone(zone).toLocalDateTime()), call.type()));
      case "current_date" ->
          Optional.of(new Literal(now.atZone(zone).toLocalDate().toEpochDay(), call.type()));
      case "current_time", "localtime" ->
          Optional.of(
              new Literal(now.atZone(zone).toLocalTime().toNanoOfDay() / 1_000, call.type()));
      case "current_schema" -> text(String.join(".", session.namespace()), call);
      case "current_catalog", "current_database" -> text(session.reference(), call);
      case "current_user", "session_user", "system_user", "user" ->
          text(session.principal().name(), call);
      default -> Optional.empty();
    };
  }

  private static Optional<Literal> text(String text, Call call) {
    return Optional.of(new Literal(text, call.type()));
  }

  private static Optional<Literal> shift(Call call, int sign) {
    if (!(call.arguments().get(0) instanceof Literal time)
        || !(call.arguments().get(1) instanceof Literal interval)) {
      return Optional.empty();
    }
    if (time.value() == null || interval.value() == null) {
      return Optional.of(new Literal(null, call.type()));
    }
    long amount = Math.multiplyExact((Long) interval.value(), sign);
    boolean months = interval.type() instanceof DataType.IntervalYearMonthType;
    OptionalLong shifted =
        switch (time.type()) {
          case DateType() -> shiftDate((Long) time.value(), amount, months, call.type());
          case TimestampType ignored ->
              OptionalLong.of(shiftTimestamp((Long) time.value(), amount, months));
          default -> OptionalLong.empty();
        };
    return shifted.isPresent() && isWithin(shifted.getAsLong(), call.type())
        ? Optional.of(new Literal(shifted.getAsLong(), call.type()))
        : Optional.empty();
  }

  /// What is not, a kernel refuses.
  private static boolean isWithin(long value, DataType type) {
    return switch (type) {
      case DateType() -> value >= FIRST_DAY && value <= LAST_DAY;
      case TimestampType ignored ->
          value >= FIRST_DAY * MICROS_PER_DAY && value < (LAST_DAY + 1) * MICROS_PER_DAY;
      case DataType.IntervalYearMonthType() -> value == (int) value;
      default -> true;
    };
  }

  private static OptionalLong shiftDate(long day, long amount, boolean months, DataType result) {
    if (result instanceof TimestampType) {
      return OptionalLong.of(
          shiftTimestamp(Math.multiplyExact(day, MICROS_PER_DAY), amount, months));
    }
    if (months) {
      return OptionalLong.of(LocalDate.ofEpochDay(day).plusMonths(amount).toEpochDay());
    }
    return amount % MICROS_PER_DAY == 0
        ? OptionalLong.of(Math.addExact(day, amount / MICROS_PER_DAY))
        : OptionalLong.empty();
  }

  private static long shiftTimestamp(long micros, long amount, boolean months) {
    if (!months) {
      return Math.addExact(micros, amount);
    }
    LocalDateTime time =
        LocalDateTime.ofEpochSecond(0, 0, ZoneOffset.UTC).plus(micros, ChronoUnit.MICROS);
    return micros(time.plusMonths(amount));
  }
}
