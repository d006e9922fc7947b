package io.bauplan.exec.scan;

import io.bauplan.sql.plan.DataType;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Partition values in the text form of Iceberg's identity transform, as values of
/// [io.bauplan.sql.plan.Expression.Literal].
public final class IdentityValues {
  private IdentityValues() {}

  public static @Nullable Object parse(String text, DataType type) {
    if (text.equals("null") && !(type instanceof DataType.VarcharType)) {
      return null;
    }
    return switch (type) {
      case DataType.BooleanType() -> Boolean.valueOf(text);
      case DataType.IntegerType ignored -> Long.valueOf(text);
      case DataType.FloatType ignored -> Double.valueOf(text);
      case DataType.DecimalType(int ignored, int scale) -> new BigDecimal(text).setScale(scale);
      case DataType.DateType() -> LocalDate.parse(text).toEpochDay();
      case DataType.TimeType() -> LocalTime.parse(text).toNanoOfDay() / 1000;
      case DataType.TimestampType(boolean withZone) ->
          withZone
              ? ChronoUnit.MICROS.between(
                  OffsetDateTime.ofInstant(java.time.Instant.EPOCH, ZoneOffset.UTC),
                  OffsetDateTime.parse(text))
              : ChronoUnit.MICROS.between(
                  LocalDateTime.ofEpochSecond(0, 0, ZoneOffset.UTC), LocalDateTime.parse(text));
      case DataType.BinaryType() -> Base64.getDecoder().decode(text);
      case DataType.UuidType() -> {
        UUID uuid = UUID.fromString(text);
        byte[] bytes = new byte[16];
        java.nio.ByteBuffer.wrap(bytes)
            .putLong(uuid.getMostSignificantBits())
            .putLong(uuid.getLeastSignificantBits());
        yield bytes;
      }
      default -> text;
    };
  }
}
