package io.bauplan.sql.logical;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.validator.EngineTypeSystem;
import io.bauplan.sql.validator.TypeMapping;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import java.util.Objects;
import java.util.Optional;
import org.apache.calcite.avatica.util.ByteString;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.util.DateString;
import org.apache.calcite.util.NlsString;
import org.apache.calcite.util.TimeString;
import org.apache.calcite.util.TimestampString;
import org.jspecify.annotations.Nullable;

/// Calcite's constants as ours.
final class Literals {
  private static final long MICROS_PER_MILLI = 1_000;

  private Literals() {}

  static Literal literal(RexLiteral literal) {
    DataType type = TypeMapping.dataType(literal.getType());
    Comparable<?> value = literal.getValueAs(Comparable.class);
    return new Literal(value == null ? null : value(value, literal.getType()), type);
  }

  /// A value as `RexLiteral` holds it (also inside a SEARCH), as `Expression.Literal` holds it.
  static Object value(Comparable<?> value, RelDataType type) {
    return switch (type.getSqlTypeName()) {
      case BOOLEAN -> value;
      case TINYINT, SMALLINT, INTEGER, BIGINT -> integer((BigDecimal) value);
      case DECIMAL ->
          ((BigDecimal) value).setScale(type.getScale(), java.math.RoundingMode.HALF_UP);
      case REAL, FLOAT, DOUBLE ->
          value instanceof Double d ? d : (Object) ((BigDecimal) value).doubleValue();
      case CHAR, VARCHAR -> value instanceof NlsString nls ? nls.getValue() : value.toString();
      case BINARY, VARBINARY -> ((ByteString) value).getBytes();
      case DATE -> LocalDate.parse(((DateString) value).toString()).toEpochDay();
      case TIME ->
          LocalTime.parse(((TimeString) value).toString()).getLong(ChronoField.MICRO_OF_DAY);
      case TIMESTAMP, TIMESTAMP_WITH_LOCAL_TIME_ZONE -> micros((TimestampString) value);
      case INTERVAL_YEAR, INTERVAL_YEAR_MONTH, INTERVAL_MONTH -> integer((BigDecimal) value);
      case INTERVAL_DAY,
          INTERVAL_DAY_HOUR,
          INTERVAL_DAY_MINUTE,
          INTERVAL_DAY_SECOND,
          INTERVAL_HOUR,
          INTERVAL_HOUR_MINUTE,
          INTERVAL_HOUR_SECOND,
          INTERVAL_MINUTE,
          INTERVAL_MINUTE_SECOND,
          INTERVAL_SECOND ->
          integer(((BigDecimal) value).multiply(BigDecimal.valueOf(MICROS_PER_MILLI)));
      case SYMBOL -> value.toString();
      case UUID -> uuidBytes((java.util.UUID) (Object) value);
      default ->
          throw new EngineException(
              ErrorCode.NOT_SUPPORTED, "a constant of type " + type.getSqlTypeName());
    };
  }

  private static Long integer(BigDecimal value) {
    try {
      return value.setScale(0, java.math.RoundingMode.HALF_UP).longValueExact();
    } catch (ArithmeticException e) {
      throw new EngineException(
          ErrorCode.NUMERIC_OVERFLOW, value + " is out of the range of BIGINT", e);
    }
  }

  private static Long micros(TimestampString text) {
    LocalDateTime time = LocalDateTime.parse(text.toString().replace(' ', 'T'));
    return time.toEpochSecond(ZoneOffset.UTC) * 1_000_000 + time.getNano() / 1_000;
  }

  private static byte[] uuidBytes(java.util.UUID uuid) {
    return java.nio.ByteBuffer.allocate(16)
        .putLong(uuid.getMostSignificantBits())
        .putLong(uuid.getLeastSignificantBits())
        .array();
  }

  /// A constant of ours as Calcite's, of exactly `type`; empty for types that Calcite cannot hold.
  static Optional<RexNode> rex(Literal literal, RelDataType type, RexBuilder rex) {
    Object value = literal.value();
    if (value == null) {
      return Optional.of(rex.makeNullLiteral(type));
    }
    return switch (literal.type()) {
      case DataType.BooleanType() -> Optional.of(rex.makeLiteral(value, type));
      case DataType.IntegerType ignored ->
          Optional.of(rex.makeLiteral(BigDecimal.valueOf((Long) value), type));
      case DataType.DecimalType ignored -> Optional.of(rex.makeLiteral(value, type));
      case DataType.FloatType ignored -> Optional.empty();
      case DataType.VarcharType() -> Optional.of(rex.makeLiteral(value, type));
      case DataType.DateType() ->
          Optional.of(
              rex.makeDateLiteral(DateString.fromDaysSinceEpoch(Math.toIntExact((Long) value))));
      case DataType.TimestampType(boolean withZone) -> {
        TimestampString text = timestamp((Long) value);
        yield Optional.of(
            withZone
                ? rex.makeTimestampWithLocalTimeZoneLiteral(text, EngineTypeSystem.TIME_PRECISION)
                : rex.makeTimestampLiteral(text, EngineTypeSystem.TIME_PRECISION));
      }
      default -> Optional.empty();
    };
  }

  private static TimestampString timestamp(long micros) {
    LocalDateTime time =
        LocalDateTime.ofEpochSecond(
            Math.floorDiv(micros, 1_000_000L),
            (int) Math.floorMod(micros, 1_000_000L) * 1_000,
            ZoneOffset.UTC);
    return new TimestampString(
            time.getYear(),
            time.getMonthValue(),
            time.getDayOfMonth(),
            time.getHour(),
            time.getMinute(),
            time.getSecond())
        .withNanos(time.getNano());
  }

  /// The value of a constant that must be a whole number, as in LIMIT.
  static long count(@Nullable Object literal) {
    return ((Number) Objects.requireNonNull(literal)).longValue();
  }
}
