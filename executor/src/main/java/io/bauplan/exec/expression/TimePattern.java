package io.bauplan.exec.expression;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.SignStyle;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.List;
import java.util.Locale;

/// Reads times by a pattern: `%d.%m.%Y` (of `strptime`), `DD/MM/YYYY HH24:MI` (of `to_timestamp`)
/// or Java's. What the pattern lacks is 1970-01-01 00:00.
final class TimePattern {
  /// Longer words first.
  private static final List<String> WORDS =
      List.of(
          "HH24", "HH12", "YYYY", "MONTH", "FF3", "FF6", "FF9", "DDD", "MON", "DAY", "AM", "PM",
          "FF", "MS", "US", "YY", "MM", "DD", "HH", "MI", "SS", "DY", "TZD", "TZO");

  private final DateTimeFormatterBuilder builder =
      new DateTimeFormatterBuilder().parseCaseInsensitive().parseLenient();

  private TimePattern() {}

  static DateTimeFormatter percent(String pattern) {
    return new TimePattern().readPercent(pattern, false).builder.toFormatter(Locale.ENGLISH);
  }

  /// MySQL's, which Trino's `date_parse` has: `%i` is the minute and `%M` the month's name.
  static DateTimeFormatter mysql(String pattern) {
    return new TimePattern().readPercent(pattern, true).builder.toFormatter(Locale.ENGLISH);
  }

  static DateTimeFormatter words(String pattern) {
    return pattern.indexOf('%') >= 0
        ? percent(pattern)
        : new TimePattern().readWords(pattern).builder.toFormatter(Locale.ENGLISH);
  }

  static DateTimeFormatter java(String pattern) {
    try {
      return new DateTimeFormatterBuilder()
          .parseCaseInsensitive()
          .appendPattern(pattern)
          .toFormatter(Locale.ENGLISH);
    } catch (IllegalArgumentException e) {
      throw Errors.invalidArgument("'" + Errors.shorten(pattern) + "' is no time pattern");
    }
  }

  /// Microseconds of the local time; with an offset in the text, of that instant in UTC.
  static long micros(DateTimeFormatter formatter, String text, String pattern) {
    LocalDateTime time;
    try {
      TemporalAccessor parsed = formatter.parse(text.strip());
      if (parsed.isSupported(ChronoField.OFFSET_SECONDS)) {
        time = OffsetDateTime.from(parsed).withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime();
      } else {
        LocalDate date = parsed.query(TemporalQueries.localDate());
        LocalTime clock = parsed.query(TemporalQueries.localTime());
        time =
            LocalDateTime.of(
                date == null ? date(parsed) : date, clock == null ? clock(parsed) : clock);
      }
    } catch (DateTimeException e) {
      throw new io.bauplan.sql.error.EngineException(
          io.bauplan.sql.error.ErrorCode.INVALID_DATETIME,
          "'" + Errors.shorten(text) + "' does not fit '" + Errors.shorten(pattern) + "'",
          null,
          "TRY_STRPTIME and TRY_TO_TIMESTAMP give NULL instead of this error.",
          e);
    }
    return Math.addExact(
        Math.multiplyExact(time.toEpochSecond(ZoneOffset.UTC), Dates.MICROS_PER_SECOND),
        time.getNano() / 1000);
  }

  private static LocalDate date(TemporalAccessor parsed) {
    int year =
        parsed.isSupported(ChronoField.YEAR)
            ? parsed.get(ChronoField.YEAR)
            : part(parsed, ChronoField.YEAR_OF_ERA, 1970);
    if (parsed.isSupported(ChronoField.DAY_OF_YEAR)) {
      return LocalDate.ofYearDay(year, parsed.get(ChronoField.DAY_OF_YEAR));
    }
    return LocalDate.of(
        year,
        part(parsed, ChronoField.MONTH_OF_YEAR, 1),
        part(parsed, ChronoField.DAY_OF_MONTH, 1));
  }

  private static LocalTime clock(TemporalAccessor parsed) {
    return LocalTime.of(
        part(parsed, ChronoField.HOUR_OF_DAY, 0),
        part(parsed, ChronoField.MINUTE_OF_HOUR, 0),
        part(parsed, ChronoField.SECOND_OF_MINUTE, 0));
  }

  private static int part(TemporalAccessor parsed, ChronoField field, int otherwise) {
    return parsed.isSupported(field) ? parsed.get(field) : otherwise;
  }

  private TimePattern readPercent(String pattern, boolean mysql) {
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c != '%' || i + 1 == pattern.length()) {
        builder.appendLiteral(c);
        continue;
      }
      char field = pattern.charAt(++i);
      if (field == '-' && i + 1 < pattern.length()) {
        field = pattern.charAt(++i);
      }
      directive(field, mysql);
    }
    return this;
  }

  private void directive(char field, boolean mysql) {
    switch (field) {
      case 'Y' -> year();
      case 'y' -> builder.appendValueReduced(ChronoField.YEAR, 2, 2, 1970);
      case 'm', 'c' -> two(ChronoField.MONTH_OF_YEAR);
      case 'd', 'e' -> two(ChronoField.DAY_OF_MONTH);
      case 'H', 'k' -> two(ChronoField.HOUR_OF_DAY);
      case 'I', 'l' -> two(ChronoField.CLOCK_HOUR_OF_AMPM);
      case 'M' -> {
        if (mysql) {
          builder.appendText(ChronoField.MONTH_OF_YEAR, TextStyle.FULL);
        } else {
          two(ChronoField.MINUTE_OF_HOUR);
        }
      }
      case 'i' -> two(ChronoField.MINUTE_OF_HOUR);
      case 'S', 's' -> two(ChronoField.SECOND_OF_MINUTE);
      case 'f', 'g' -> builder.appendFraction(ChronoField.NANO_OF_SECOND, 1, 9, false);
      case 'p' -> builder.appendText(ChronoField.AMPM_OF_DAY);
      case 'j' -> builder.appendValue(ChronoField.DAY_OF_YEAR, 3);
      case 'b', 'h' -> builder.appendText(ChronoField.MONTH_OF_YEAR, TextStyle.SHORT);
      case 'B' -> builder.appendText(ChronoField.MONTH_OF_YEAR, TextStyle.FULL);
      case 'a' -> builder.appendText(ChronoField.DAY_OF_WEEK, TextStyle.SHORT);
      case 'A', 'W' -> builder.appendText(ChronoField.DAY_OF_WEEK, TextStyle.FULL);
      case 'z' -> builder.appendOffset("+HHmm", "Z");
      case 'F' -> readPercent("%Y-%m-%d", mysql);
      case 'T' -> readPercent("%H:%i:%S", mysql);
      case 'R' -> readPercent("%H:%i", mysql);
      case 'D' -> readPercent("%m/%d/%y", mysql);
      case '%' -> builder.appendLiteral('%');
      default -> throw Errors.invalidArgument("'%" + field + "' is no field of a time pattern");
    }
  }

  private void year() {
    builder.appendValue(ChronoField.YEAR, 4);
  }

  private void two(ChronoField field) {
    builder.appendValue(field, 2);
  }

  private TimePattern readWords(String pattern) {
    int i = 0;
    while (i < pattern.length()) {
      if (pattern.charAt(i) == '"') {
        int end = pattern.indexOf('"', i + 1);
        end = end < 0 ? pattern.length() : end;
        builder.appendLiteral(pattern.substring(i + 1, end));
        i = end + 1;
        continue;
      }
      int at = i;
      String word =
          WORDS.stream()
              .filter(w -> pattern.regionMatches(true, at, w, 0, w.length()))
              .findFirst()
              .orElse("");
      if (word.isEmpty()) {
        builder.appendLiteral(pattern.charAt(i));
        i++;
      } else {
        word(word);
        i += word.length();
      }
    }
    return this;
  }

  private void word(String word) {
    switch (word) {
      case "YYYY" -> year();
      case "YY" -> builder.appendValueReduced(ChronoField.YEAR, 2, 2, 1970);
      case "MM" -> two(ChronoField.MONTH_OF_YEAR);
      case "DD" -> two(ChronoField.DAY_OF_MONTH);
      case "DDD" -> builder.appendValue(ChronoField.DAY_OF_YEAR, 1, 3, SignStyle.NOT_NEGATIVE);
      case "HH24" -> two(ChronoField.HOUR_OF_DAY);
      case "HH", "HH12" -> two(ChronoField.CLOCK_HOUR_OF_AMPM);
      case "MI" -> two(ChronoField.MINUTE_OF_HOUR);
      case "SS" -> two(ChronoField.SECOND_OF_MINUTE);
      case "AM", "PM" -> builder.appendText(ChronoField.AMPM_OF_DAY);
      case "MON" -> builder.appendText(ChronoField.MONTH_OF_YEAR, TextStyle.SHORT);
      case "MONTH" -> builder.appendText(ChronoField.MONTH_OF_YEAR, TextStyle.FULL);
      case "DY" -> builder.appendText(ChronoField.DAY_OF_WEEK, TextStyle.SHORT);
      case "DAY" -> builder.appendText(ChronoField.DAY_OF_WEEK, TextStyle.FULL);
      case "TZO", "TZD" -> builder.appendOffset("+HH:mm", "Z");
      default -> builder.appendFraction(ChronoField.NANO_OF_SECOND, 1, 9, false);
    }
  }
}
