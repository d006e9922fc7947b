package io.bauplan.exec.expression;

import io.bauplan.exec.memory.Memory;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Text as values, as `CAST(text AS type)` reads it. Surrounding white space does not count.
public final class TextParser {
  /// Not a value: no integer, date or time that the engine has.
  public static final long INVALID = Long.MIN_VALUE + 1;

  private static final int MAX_NUMBER_CHARACTERS = 400;

  private TextParser() {}

  /// An integer of 64 bits; null where it is none. `overflow[0]` is set where it is one, but too
  /// large.
  static @Nullable Long integer(long address, int length, boolean[] overflow) {
    int i = 0;
    int end = length;
    while (i < end && isSpace(Memory.getByte(address + i))) {
      i++;
    }
    while (end > i && isSpace(Memory.getByte(address + end - 1))) {
      end--;
    }
    boolean negative = false;
    if (i < end) {
      byte sign = Memory.getByte(address + i);
      negative = sign == '-';
      if (negative || sign == '+') {
        i++;
      }
    }
    if (i == end) {
      return null;
    }
    // Negative numbers reach further than positive ones.
    long value = 0;
    for (; i < end; i++) {
      int digit = Memory.getByte(address + i) - '0';
      if (digit < 0 || digit > 9) {
        return null;
      }
      if (value < Long.MIN_VALUE / 10 || value * 10 < Long.MIN_VALUE + digit) {
        overflow[0] = true;
      }
      value = value * 10 - digit;
    }
    if (!negative && value == Long.MIN_VALUE) {
      overflow[0] = true;
    }
    return negative ? value : -value;
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b >= 9 && b <= 13;
  }

  static @Nullable Double float64(String text) {
    String trimmed = text.strip();
    if (trimmed.isEmpty() || trimmed.length() > MAX_NUMBER_CHARACTERS) {
      return null;
    }
    switch (trimmed.toLowerCase(Locale.ROOT)) {
      case "inf", "infinity", "+inf", "+infinity" -> {
        return Double.POSITIVE_INFINITY;
      }
      case "-inf", "-infinity" -> {
        return Double.NEGATIVE_INFINITY;
      }
      case "nan" -> {
        return Double.NaN;
      }
      default -> {
        char last = trimmed.charAt(trimmed.length() - 1);
        // Java reads suffixes and hexadecimal, SQL does not.
        if (last != '.' && (last < '0' || last > '9')
            || trimmed.indexOf('x') >= 0
            || trimmed.indexOf('X') >= 0) {
          return null;
        }
        try {
          return Double.parseDouble(trimmed);
        } catch (NumberFormatException e) {
          return null;
        }
      }
    }
  }

  /// The unscaled value, rounded half up; null where the text is no number.
  static @Nullable BigInteger decimal(String text, int scale) {
    String trimmed = text.strip();
    if (trimmed.isEmpty() || trimmed.length() > MAX_NUMBER_CHARACTERS) {
      return null;
    }
    try {
      BigDecimal value = new BigDecimal(trimmed);
      // A huge exponent would cost unbounded memory.
      if (Math.abs((long) value.precision() - value.scale()) > MAX_NUMBER_CHARACTERS) {
        return value.signum() == 0 || value.scale() > 0
            ? BigInteger.ZERO
            : BigInteger.TEN.pow(MAX_NUMBER_CHARACTERS);
      }
      return value.setScale(scale, RoundingMode.HALF_UP).unscaledValue();
    } catch (NumberFormatException e) {
      return null;
    }
  }

  static @Nullable Boolean bool(String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "true", "t", "yes", "y", "on", "1" -> true;
      case "false", "f", "no", "n", "off", "0" -> false;
      default -> null;
    };
  }

  /// Days; [#INVALID] where the text is no date. A time behind the date is read and dropped.
  public static long date(String text) {
    String trimmed = text.strip();
    int end = dateEnd(trimmed);
    if (end < 0) {
      return INVALID;
    }
    if (end < trimmed.length() && timestamp(trimmed, null) == INVALID) {
      return INVALID;
    }
    return days(trimmed, end);
  }

  private static int dateEnd(String text) {
    int first = text.indexOf('-', 1);
    int second = first < 0 ? -1 : text.indexOf('-', first + 1);
    if (second < 0) {
      return -1;
    }
    int end = second + 1;
    while (end < text.length() && end < second + 3 && Character.isDigit(text.charAt(end))) {
      end++;
    }
    return end;
  }

  private static long days(String text, int end) {
    int first = text.indexOf('-', 1);
    int second = text.indexOf('-', first + 1);
    int year = number(text, text.charAt(0) == '-' ? 1 : 0, first, 6);
    int month = number(text, first + 1, second, 2);
    int day = number(text, second + 1, end, 2);
    if (year < 0 || month < 0 || day < 0) {
      return INVALID;
    }
    try {
      return LocalDate.of(text.charAt(0) == '-' ? -year : year, month, day).toEpochDay();
    } catch (DateTimeException e) {
      return INVALID;
    }
  }

  private static int number(String text, int from, int end, int maxDigits) {
    if (end <= from || end - from > maxDigits) {
      return -1;
    }
    int value = 0;
    for (int i = from; i < end; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }

  /// Microseconds of the day; [#INVALID] where the text is no time.
  public static long time(String text) {
    String trimmed = text.strip();
    long[] end = new long[1];
    long micros = time(trimmed, 0, end);
    return micros != INVALID && end[0] == trimmed.length() && micros < Dates.MICROS_PER_DAY
        ? micros
        : INVALID;
  }

  private static long time(String text, int from, long[] endOut) {
    int[] parts = new int[3];
    int at = from;
    int count = 0;
    while (count < 3) {
      int start = at;
      while (at < text.length() && at < start + 2 && Character.isDigit(text.charAt(at))) {
        at++;
      }
      int value = number(text, start, at, 2);
      if (value < 0) {
        return INVALID;
      }
      parts[count++] = value;
      if (count < 3 && at < text.length() && text.charAt(at) == ':') {
        at++;
      } else {
        break;
      }
    }
    if (count < 2 || parts[0] > 24 || parts[1] > 59 || parts[2] > 59) {
      return INVALID;
    }
    long micros = (parts[0] * 3600L + parts[1] * 60L + parts[2]) * Dates.MICROS_PER_SECOND;
    if (count == 3 && at < text.length() && text.charAt(at) == '.') {
      at++;
      int digits = 0;
      long fraction = 0;
      while (at < text.length() && Character.isDigit(text.charAt(at))) {
        if (digits < 6) {
          fraction = fraction * 10 + text.charAt(at) - '0';
          digits++;
        }
        at++;
      }
      for (; digits < 6; digits++) {
        fraction *= 10;
      }
      micros += fraction;
    }
    endOut[0] = at;
    return micros;
  }

  /// Microseconds; [#INVALID] where the text is no timestamp. With a zone the result is an instant,
  /// text without offset being local to that zone. Without one it is a wall clock, to which an
  /// offset in the text is applied.
  public static long timestamp(String text, @Nullable ZoneId zone) {
    String trimmed = text.strip();
    int end = dateEnd(trimmed);
    if (end < 0) {
      return INVALID;
    }
    long days = days(trimmed, end);
    if (days == INVALID) {
      return INVALID;
    }
    long micros = 0;
    int at = end;
    if (at < trimmed.length()) {
      char separator = trimmed.charAt(at);
      if (separator != ' ' && separator != 'T' && separator != 't') {
        return INVALID;
      }
      long[] timeEnd = new long[1];
      micros = time(trimmed, at + 1, timeEnd);
      if (micros == INVALID) {
        return INVALID;
      }
      at = (int) timeEnd[0];
    }
    long local;
    try {
      local = Math.addExact(Math.multiplyExact(days, Dates.MICROS_PER_DAY), micros);
    } catch (ArithmeticException e) {
      return INVALID;
    }
    String offset = trimmed.substring(at).strip();
    if (offset.isEmpty()) {
      return zone == null ? local : Dates.toInstant(local, zone);
    }
    long seconds = offsetSeconds(offset);
    return seconds == INVALID ? INVALID : local - seconds * Dates.MICROS_PER_SECOND;
  }

  /// Seconds east of Greenwich of `Z`, `UTC`, `+02`, `+0200` or `+02:00`.
  private static long offsetSeconds(String text) {
    if (text.equalsIgnoreCase("z") || text.equalsIgnoreCase("utc")) {
      return 0;
    }
    char sign = text.charAt(0);
    if (sign != '+' && sign != '-') {
      return INVALID;
    }
    String digits = text.substring(1).replace(":", "");
    if (digits.length() != 2 && digits.length() != 4) {
      return INVALID;
    }
    int hours = number(digits, 0, 2, 2);
    int minutes = digits.length() == 4 ? number(digits, 2, 4, 2) : 0;
    if (hours < 0 || hours > 18 || minutes < 0 || minutes > 59) {
      return INVALID;
    }
    int seconds = hours * 3600 + minutes * 60;
    return sign == '-' ? -seconds : seconds;
  }
}
