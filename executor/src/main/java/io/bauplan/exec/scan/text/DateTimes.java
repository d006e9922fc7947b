package io.bauplan.exec.scan.text;

import java.time.LocalDate;

/// Dates and timestamps as files write them: `2001-01-31` or `2001/01/31`, then a space or `T`,
/// then `00:47`, `00:47:11` or `00:47:11.123456`, then nothing, `Z` or an offset as `+02:00`.
final class DateTimes {
  static final long INVALID = Long.MIN_VALUE;

  private static final int DATE_CHARS = 10;
  private static final long MICROS_PER_SECOND = 1_000_000;

  private DateTimes() {}

  /// Days; INVALID where the text is no date.
  static long date(String text) {
    return text.length() == DATE_CHARS ? days(text) : INVALID;
  }

  private static long days(String text) {
    char separator = text.charAt(4);
    if ((separator != '-' && separator != '/') || text.charAt(7) != separator) {
      return INVALID;
    }
    int year = number(text, 0, 4);
    int month = number(text, 5, 7);
    int day = number(text, 8, 10);
    if (year < 0 || month < 1 || month > 12 || day < 1) {
      return INVALID;
    }
    if (day > 28 && day > LocalDate.of(year, month, 1).lengthOfMonth()) {
      return INVALID;
    }
    return LocalDate.of(year, month, day).toEpochDay();
  }

  private static int number(String text, int from, int to) {
    int value = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }

  static boolean hasZone(String text) {
    int last = text.length() - 1;
    return text.charAt(last) == 'Z'
        || text.indexOf('+', DATE_CHARS) > 0
        || text.indexOf('-', DATE_CHARS) > 0;
  }

  /// Microseconds, of UTC where the text has a zone; INVALID where it is no timestamp.
  static long timestamp(String text) {
    int length = text.length();
    if (length == DATE_CHARS) {
      long days = days(text);
      return days == INVALID ? INVALID : days * 86_400 * MICROS_PER_SECOND;
    }
    if (length < 16
        || (text.charAt(10) != ' ' && text.charAt(10) != 'T')
        || text.charAt(13) != ':') {
      return INVALID;
    }
    long days = days(text);
    int hour = number(text, 11, 13);
    int minute = number(text, 14, 16);
    if (days == INVALID || hour < 0 || hour > 23 || minute < 0 || minute > 59) {
      return INVALID;
    }
    int at = 16;
    int second = 0;
    long micros = 0;
    if (at < length && text.charAt(at) == ':') {
      if (length < 19) {
        return INVALID;
      }
      second = number(text, 17, 19);
      if (second < 0 || second > 59) {
        return INVALID;
      }
      at = 19;
      if (at < length && text.charAt(at) == '.') {
        int start = ++at;
        long scale = 100_000;
        while (at < length && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
          micros += (text.charAt(at++) - '0') * scale;
          scale /= 10;
        }
        if (at == start || at - start > 9) {
          return INVALID;
        }
      }
    }
    long offset = offsetSeconds(text, at);
    if (offset == INVALID) {
      return INVALID;
    }
    long seconds = days * 86_400 + hour * 3600L + minute * 60L + second - offset;
    return seconds * MICROS_PER_SECOND + micros;
  }

  private static long offsetSeconds(String text, int at) {
    int length = text.length();
    if (at == length || (at + 1 == length && text.charAt(at) == 'Z')) {
      return 0;
    }
    char sign = text.charAt(at);
    if (sign != '+' && sign != '-') {
      return INVALID;
    }
    int hours = at + 3 <= length ? number(text, at + 1, at + 3) : -1;
    int minutes = 0;
    if (at + 6 == length && text.charAt(at + 3) == ':') {
      minutes = number(text, at + 4, at + 6);
    } else if (at + 5 == length) {
      minutes = number(text, at + 3, at + 5);
    } else if (at + 3 != length) {
      return INVALID;
    }
    if (hours < 0 || hours > 18 || minutes < 0 || minutes > 59) {
      return INVALID;
    }
    long seconds = hours * 3600L + minutes * 60L;
    return sign == '-' ? -seconds : seconds;
  }
}
