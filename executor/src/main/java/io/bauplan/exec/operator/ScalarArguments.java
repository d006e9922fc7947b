package io.bauplan.exec.operator;

import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/// Constants in the classes in which functions take them.
final class ScalarArguments {
  private static final long MICROS = 1_000_000;

  private ScalarArguments() {}

  static @Nullable Object value(Expression.Literal literal) {
    Object value = literal.value();
    if (value == null) {
      return null;
    }
    return switch (literal.type()) {
      case DataType.DateType() -> LocalDate.ofEpochDay((Long) value);
      case DataType.TimestampType(boolean withZone) -> {
        long micros = (Long) value;
        Instant instant =
            Instant.ofEpochSecond(
                Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1000);
        yield withZone ? instant : (Object) LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
      }
      default -> value;
    };
  }
}
