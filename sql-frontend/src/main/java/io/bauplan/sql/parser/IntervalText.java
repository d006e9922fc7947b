package io.bauplan.sql.parser;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.avatica.util.TimeUnit;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.parser.SqlParserPos;

/// `INTERVAL '2 hours 30 minutes'`, `INTERVAL '1 month, 2 years'`: units inside the text.
public final class IntervalText {
  private static final Pattern PART =
      Pattern.compile(
          "([+-]?\\d+(?:\\.\\d+)?)\\s*([a-zA-Z]+)|([+-]?)(\\d+):(\\d+)(?::(\\d+(?:\\.\\d+)?))?");

  private static final BigDecimal SECONDS_PER_DAY = BigDecimal.valueOf(86_400);
  private static final int PRECISION = 10;

  private IntervalText() {}

  public static SqlLiteral parse(String text, int sign, SqlParserPos position) {
    BigDecimal months = BigDecimal.ZERO;
    BigDecimal seconds = BigDecimal.ZERO;
    boolean anyMonths = false;
    boolean anySeconds = false;
    Matcher matcher = PART.matcher(text);
    int end = 0;
    while (matcher.find()) {
      if (!text.substring(end, matcher.start()).matches("[\\s,]*(?i:and)?\\s*")) {
        throw unreadable(text, position);
      }
      end = matcher.end();
      if (matcher.group(2) == null) {
        seconds = seconds.add(clock(matcher));
        anySeconds = true;
        continue;
      }
      BigDecimal count = new BigDecimal(matcher.group(1));
      String unit = matcher.group(2).toLowerCase(Locale.ROOT);
      long inMonths = months(unit);
      if (inMonths > 0) {
        months = months.add(count.multiply(BigDecimal.valueOf(inMonths)));
        anyMonths = true;
      } else {
        seconds = seconds.add(count.multiply(seconds(unit, text, position)));
        anySeconds = true;
      }
    }
    if (end == 0 || !text.substring(end).isBlank()) {
      throw unreadable(text, position);
    }
    if (anyMonths && anySeconds) {
      throw new EngineException(
          ErrorCode.NOT_SUPPORTED,
          "an interval has months and years, or days and shorter units, not both",
          Positions.of(position),
          "Add two: + INTERVAL '1 month' + INTERVAL '1 day'.",
          null);
    }
    return anyMonths ? ofMonths(months, sign, position) : ofSeconds(seconds, sign, position);
  }

  private static BigDecimal clock(Matcher matcher) {
    BigDecimal seconds =
        new BigDecimal(matcher.group(4))
            .multiply(BigDecimal.valueOf(3600))
            .add(new BigDecimal(matcher.group(5)).multiply(BigDecimal.valueOf(60)));
    if (matcher.group(6) != null) {
      seconds = seconds.add(new BigDecimal(matcher.group(6)));
    }
    return "-".equals(matcher.group(3)) ? seconds.negate() : seconds;
  }

  private static long months(String unit) {
    return switch (unit) {
      case "mon", "mons", "month", "months", "mm" -> 1;
      case "quarter", "quarters", "q" -> 3;
      case "year", "years", "yr", "yrs", "y" -> 12;
      case "decade", "decades" -> 120;
      case "century", "centuries" -> 1200;
      default -> 0;
    };
  }

  private static BigDecimal seconds(String unit, String text, SqlParserPos position) {
    return switch (unit) {
      case "microsecond", "microseconds", "us", "usec", "usecs" -> new BigDecimal("0.000001");
      case "millisecond", "milliseconds", "ms", "msec", "msecs" -> new BigDecimal("0.001");
      case "second", "seconds", "sec", "secs", "s" -> BigDecimal.ONE;
      case "minute", "minutes", "min", "mins", "m", "mi" -> BigDecimal.valueOf(60);
      case "hour", "hours", "hr", "hrs", "h", "hh" -> BigDecimal.valueOf(3600);
      case "day", "days", "d", "dd" -> SECONDS_PER_DAY;
      case "week", "weeks", "w", "wk" -> SECONDS_PER_DAY.multiply(BigDecimal.valueOf(7));
      default ->
          throw new EngineException(
              ErrorCode.SYNTAX_ERROR,
              "'" + unit + "' is no unit of an interval",
              Positions.of(position),
              "There are microsecond, millisecond, second, minute, hour, day, week, month, quarter"
                  + " and year.",
              null);
    };
  }

  private static EngineException unreadable(String text, SqlParserPos position) {
    return new EngineException(
        ErrorCode.SYNTAX_ERROR,
        "'" + text + "' is no interval",
        Positions.of(position),
        "Write INTERVAL '1 hour 30 minutes', INTERVAL 1 DAY or INTERVAL '1' DAY.",
        null);
  }

  private static SqlLiteral ofMonths(BigDecimal months, int sign, SqlParserPos position) {
    BigDecimal whole = months.setScale(0, RoundingMode.HALF_UP);
    return SqlLiteral.createInterval(
        whole.signum() < 0 ? -sign : sign,
        whole.abs().toPlainString(),
        new SqlIntervalQualifier(TimeUnit.MONTH, PRECISION, null, -1, position),
        position);
  }

  private static SqlLiteral ofSeconds(BigDecimal seconds, int sign, SqlParserPos position) {
    BigDecimal[] parts = seconds.abs().divideAndRemainder(SECONDS_PER_DAY);
    long within = parts[1].longValue();
    BigDecimal fraction = parts[1].remainder(BigDecimal.ONE).setScale(6, RoundingMode.HALF_UP);
    String text =
        String.format(
            Locale.ROOT,
            "%d %02d:%02d:%02d.%06d",
            parts[0].toBigInteger(),
            within / 3600,
            within / 60 % 60,
            within % 60,
            fraction.movePointRight(6).longValue());
    return SqlLiteral.createInterval(
        seconds.signum() < 0 ? -sign : sign,
        text,
        new SqlIntervalQualifier(TimeUnit.DAY, PRECISION, TimeUnit.SECOND, 6, position),
        position);
  }
}
