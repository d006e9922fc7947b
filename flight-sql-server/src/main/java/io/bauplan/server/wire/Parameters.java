package io.bauplan.server.wire;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression.Literal;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.DateMilliVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.jspecify.annotations.Nullable;

/// Values that a client bound to the `?` of a prepared statement, as literals. Clients send what
/// type they like (often text, or the widest number): each value is converted to the type the
/// statement wants, and refused where that would change it.
public final class Parameters {
  private Parameters() {}

  /// One row of bound values.
  ///
  /// @throws EngineException `INVALID_ARGUMENT` where count or types do not fit
  public static List<Literal> row(VectorSchemaRoot root, int row, List<DataType> types) {
    if (root.getFieldVectors().size() != types.size()) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT,
          "the statement has "
              + types.size()
              + " parameters, but "
              + root.getFieldVectors().size()
              + " were bound");
    }
    List<Literal> values = new ArrayList<>(types.size());
    for (int i = 0; i < types.size(); i++) {
      FieldVector vector = root.getVector(i);
      values.add(literal(vector, row, types.get(i), i + 1));
    }
    return values;
  }

  private static Literal literal(FieldVector vector, int row, DataType type, int number) {
    if (vector.isNull(row) || vector.getField().getType() instanceof ArrowType.Null) {
      return new Literal(null, type);
    }
    try {
      Object value = convert(plain(vector, row), type);
      if (value != null) {
        return new Literal(value, type);
      }
    } catch (ArithmeticException | IllegalArgumentException | DateTimeParseException e) {
      throw mismatch(vector, type, number, e);
    }
    throw mismatch(vector, type, number, null);
  }

  private static EngineException mismatch(
      FieldVector vector, DataType type, int number, @Nullable Exception cause) {
    return new EngineException(
        ErrorCode.INVALID_ARGUMENT,
        "parameter "
            + number
            + " is a "
            + vector.getField().getType()
            + " whose value cannot be a "
            + type.sql(),
        cause);
  }

  /// The value as String, BigDecimal, Double, Boolean, byte[], LocalDate, LocalTime, LocalDateTime,
  /// Duration or Period.
  private static Object plain(FieldVector vector, int row) {
    if (vector instanceof TimeStampVector stamps) {
      return timestamp(stamps.get(row), unit(vector));
    }
    if (vector instanceof DateMilliVector dates) {
      return LocalDate.ofEpochDay(Math.floorDiv(dates.get(row), 86_400_000L));
    }
    if (vector instanceof UInt8Vector unsigned) {
      return new BigDecimal(new BigInteger(Long.toUnsignedString(unsigned.get(row))));
    }
    Object value = vector.getObject(row);
    return switch (vector.getField().getType()) {
      case ArrowType.Date ignored -> LocalDate.ofEpochDay(((Number) value).longValue());
      case ArrowType.Time time -> LocalTime.ofNanoOfDay(nanosOfDay(value, time.getUnit()));
      case ArrowType.Int ignored ->
          value instanceof Character c
              ? BigDecimal.valueOf(c)
              : BigDecimal.valueOf(((Number) value).longValue());
      case ArrowType.FloatingPoint ignored -> ((Number) value).doubleValue();
      default -> value instanceof CharSequence || isText(value) ? value.toString() : value;
    };
  }

  private static boolean isText(Object value) {
    return value instanceof org.apache.arrow.vector.util.Text;
  }

  private static TimeUnit unit(FieldVector vector) {
    return ((ArrowType.Timestamp) vector.getField().getType()).getUnit();
  }

  private static LocalDateTime timestamp(long value, TimeUnit unit) {
    long perSecond =
        switch (unit) {
          case SECOND -> 1;
          case MILLISECOND -> 1_000;
          case MICROSECOND -> 1_000_000;
          case NANOSECOND -> 1_000_000_000;
        };
    long nanos = Math.floorMod(value, perSecond) * (1_000_000_000 / perSecond);
    return LocalDateTime.ofEpochSecond(
        Math.floorDiv(value, perSecond), (int) nanos, ZoneOffset.UTC);
  }

  private static long nanosOfDay(Object value, TimeUnit unit) {
    if (value instanceof LocalDateTime time) {
      return time.toLocalTime().toNanoOfDay();
    }
    long number = ((Number) value).longValue();
    return switch (unit) {
      case SECOND -> Math.multiplyExact(number, 1_000_000_000L);
      case MILLISECOND -> Math.multiplyExact(number, 1_000_000L);
      case MICROSECOND -> Math.multiplyExact(number, 1_000L);
      case NANOSECOND -> number;
    };
  }

  private static @Nullable Object convert(Object value, DataType type) {
    return switch (type) {
      case DataType.NullType() -> null;
      case DataType.BooleanType() ->
          value instanceof Boolean b ? b : value instanceof String s ? booleanOf(s) : null;
      case DataType.IntegerType(int bits) -> integer(value, bits);
      case DataType.FloatType ignored ->
          value instanceof Number n
              ? (Object) n.doubleValue()
              : value instanceof String s ? Double.valueOf(s.strip()) : null;
      case DataType.DecimalType(int precision, int scale) -> {
        BigDecimal number = decimal(value);
        if (number == null) {
          yield null;
        }
        BigDecimal scaled = number.setScale(scale, RoundingMode.HALF_UP);
        yield scaled.precision() > precision ? null : scaled;
      }
      case DataType.VarcharType() ->
          value instanceof byte[] bytes
              ? new String(bytes, StandardCharsets.UTF_8)
              : value instanceof BigDecimal number ? number.toPlainString() : value.toString();
      case DataType.BinaryType() ->
          value instanceof String s ? s.getBytes(StandardCharsets.UTF_8) : bytes(value);
      case DataType.UuidType() -> value instanceof String s ? uuid(s) : bytes(value);
      case DataType.DateType() -> {
        LocalDateTime time = dateTime(value);
        yield time == null ? null : time.toLocalDate().toEpochDay();
      }
      case DataType.TimeType() -> {
        LocalTime time =
            value instanceof LocalTime t
                ? t
                : value instanceof String s ? LocalTime.parse(s.strip()) : null;
        yield time == null ? null : time.toNanoOfDay() / 1000;
      }
      case DataType.TimestampType ignored -> {
        LocalDateTime time = dateTime(value);
        yield time == null
            ? null
            : ChronoUnit.MICROS.between(LocalDateTime.of(1970, 1, 1, 0, 0), time);
      }
      case DataType.IntervalYearMonthType() ->
          value instanceof Period period ? period.toTotalMonths() : null;
      case DataType.IntervalDayTimeType() ->
          value instanceof Duration duration ? duration.toNanos() / 1000 : null;
      case DataType.ListType ignored -> null;
      case DataType.MapType ignored -> null;
      case DataType.StructType ignored -> null;
    };
  }

  private static @Nullable Boolean booleanOf(String text) {
    return text.equalsIgnoreCase("true")
        ? Boolean.TRUE
        : text.equalsIgnoreCase("false") ? Boolean.FALSE : null;
  }

  private static @Nullable Long integer(Object value, int bits) {
    BigDecimal number = decimal(value);
    if (number == null) {
      return null;
    }
    long whole = number.longValueExact();
    long limit = bits == 64 ? Long.MAX_VALUE : (1L << (bits - 1)) - 1;
    return whole > limit || whole < -limit - 1 ? null : whole;
  }

  private static @Nullable BigDecimal decimal(Object value) {
    return switch (value) {
      case BigDecimal number -> number;
      case Double number -> BigDecimal.valueOf(number);
      case Boolean flag -> flag ? BigDecimal.ONE : BigDecimal.ZERO;
      case String text -> new BigDecimal(text.strip());
      default -> null;
    };
  }

  private static @Nullable LocalDateTime dateTime(Object value) {
    return switch (value) {
      case LocalDateTime time -> time;
      case LocalDate date -> date.atStartOfDay();
      case String text -> parseDateTime(text.strip());
      default -> null;
    };
  }

  private static LocalDateTime parseDateTime(String text) {
    return text.length() <= 10
        ? LocalDate.parse(text).atStartOfDay()
        : LocalDateTime.parse(text.replace(' ', 'T'));
  }

  private static byte @Nullable [] bytes(Object value) {
    return value instanceof byte[] bytes ? bytes : null;
  }

  private static byte[] uuid(String text) {
    java.util.UUID id = java.util.UUID.fromString(text.strip());
    return java.nio.ByteBuffer.allocate(16)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }
}
