package io.bauplan.exec.expression;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataType;

/// The errors that values can raise, in one wording.
public final class Errors {
  private static final int MAX_SHOWN_CHARACTERS = 60;

  private Errors() {}

  public static EngineException overflow(String operation, DataType type) {
    return new EngineException(
        ErrorCode.NUMERIC_OVERFLOW,
        operation + " is out of range for " + type.sql(),
        null,
        "Cast an operand to a wider type, such as "
            + (type instanceof DataType.IntegerType ? "BIGINT or DECIMAL(38, 0)." : "DOUBLE."),
        null);
  }

  public static EngineException divisionByZero() {
    return new EngineException(
        ErrorCode.DIVISION_BY_ZERO,
        "division by zero",
        null,
        "Use NULLIF(divisor, 0) to get NULL instead.",
        null);
  }

  public static EngineException invalidCast(String value, DataType to) {
    return new EngineException(
        to instanceof DataType.DateType
                || to instanceof DataType.TimeType
                || to instanceof DataType.TimestampType
            ? ErrorCode.INVALID_DATETIME
            : ErrorCode.INVALID_CAST,
        "'" + shorten(value) + "' is not a valid " + to.sql(),
        null,
        "TRY_CAST gives NULL instead of this error.",
        null);
  }

  public static EngineException castOverflow(String value, DataType to) {
    return new EngineException(
        ErrorCode.NUMERIC_OVERFLOW,
        shorten(value) + " is out of range for " + to.sql(),
        null,
        "TRY_CAST gives NULL instead of this error.",
        null);
  }

  public static EngineException invalidArgument(String message) {
    return new EngineException(ErrorCode.INVALID_ARGUMENT, message);
  }

  /// A value in a message, cut short.
  public static String shown(Object value) {
    return shorten(value.toString());
  }

  static String shorten(String value) {
    return value.length() <= MAX_SHOWN_CHARACTERS
        ? value
        : value.substring(
                0,
                value.offsetByCodePoints(
                    0, Math.min(MAX_SHOWN_CHARACTERS, value.codePointCount(0, value.length()))))
            + "...";
  }
}
