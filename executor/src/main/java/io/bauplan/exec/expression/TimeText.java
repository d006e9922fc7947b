package io.bauplan.exec.expression;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.time.temporal.IsoFields;
import java.util.Locale;

/// Times as text by a pattern: `strftime`'s `%Y-%m-%d`, or `to_char`'s `YYYY-MM-DD HH24:MI:SS`.
final class TimeText {
  private static final String[] WORDS = {
    "HH24", "HH12", "IYYY", "YYYY", "Month", "MONTH", "month", "DDD", "Mon", "MON", "mon", "Day",
    "DAY", "day", "MS", "US", "YY", "MM", "DD", "HH", "MI", "SS", "AM", "PM", "Dy", "DY", "dy",
    "IW", "Q"
  };

  private TimeText() {}

  static LocalDateTime time(long localMicros) {
    return LocalDateTime.ofEpochSecond(
        Math.floorDiv(localMicros, Dates.MICROS_PER_SECOND),
        (int) Math.floorMod(localMicros, Dates.MICROS_PER_SECOND) * 1000,
        ZoneOffset.UTC);
  }

  static String percent(LocalDateTime time, String pattern) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c != '%' || i + 1 == pattern.length()) {
        text.append(c);
        continue;
      }
      char field = pattern.charAt(++i);
      if (field == '-' && i + 1 < pattern.length()) {
        text.append(directive(time, pattern.charAt(++i)).replaceFirst("^0+(?=.)", ""));
      } else {
        text.append(directive(time, field));
      }
    }
    return text.toString();
  }

  private static String directive(LocalDateTime time, char field) {
    return switch (field) {
      case 'Y' -> digits(time.getYear(), 4);
      case 'y' -> digits(Math.floorMod(time.getYear(), 100), 2);
      case 'm' -> digits(time.getMonthValue(), 2);
      case 'd' -> digits(time.getDayOfMonth(), 2);
      case 'e' -> Integer.toString(time.getDayOfMonth());
      case 'H' -> digits(time.getHour(), 2);
      case 'I' -> digits((time.getHour() + 11) % 12 + 1, 2);
      case 'M', 'i' -> digits(time.getMinute(), 2);
      case 'S', 's' -> digits(time.getSecond(), 2);
      case 'f' -> digits(time.getNano() / 1000, 6);
      case 'g' -> digits(time.getNano() / 1_000_000, 3);
      case 'p' -> time.getHour() < 12 ? "AM" : "PM";
      case 'j' -> digits(time.getDayOfYear(), 3);
      case 'V' -> digits(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2);
      case 'G' -> digits(time.get(IsoFields.WEEK_BASED_YEAR), 4);
      case 'u' -> Integer.toString(time.getDayOfWeek().getValue());
      case 'w' -> Integer.toString(time.getDayOfWeek().getValue() % 7);
      case 'a' -> dayName(time, TextStyle.SHORT);
      case 'A' -> dayName(time, TextStyle.FULL);
      case 'b', 'h' -> monthName(time, TextStyle.SHORT);
      case 'B' -> monthName(time, TextStyle.FULL);
      case 'F' -> percent(time, "%Y-%m-%d");
      case 'T' -> percent(time, "%H:%M:%S");
      case 'D' -> percent(time, "%m/%d/%y");
      case 'R' -> percent(time, "%H:%M");
      case '%' -> "%";
      default -> throw Errors.invalidArgument("'%" + field + "' is no field of a time pattern");
    };
  }

  static String words(LocalDateTime time, String pattern) {
    StringBuilder text = new StringBuilder();
    int i = 0;
    while (i < pattern.length()) {
      if (pattern.charAt(i) == '"') {
        int end = pattern.indexOf('"', i + 1);
        end = end < 0 ? pattern.length() : end;
        text.append(pattern, i + 1, end);
        i = end + 1;
        continue;
      }
      String word = word(pattern, i);
      text.append(word.isEmpty() ? pattern.substring(i, i + 1) : field(time, word));
      i += Math.max(1, word.length());
    }
    return text.toString();
  }

  private static String word(String pattern, int at) {
    for (String word : WORDS) {
      boolean exact = Character.isLowerCase(word.charAt(word.length() - 1));
      boolean named =
          word.equals("MONTH") || word.equals("MON") || word.equals("DAY") || word.equals("DY");
      if (pattern.regionMatches(!exact && !named, at, word, 0, word.length())) {
        return word;
      }
    }
    return "";
  }

  private static String field(LocalDateTime time, String word) {
    return switch (word) {
      case "YYYY" -> digits(time.getYear(), 4);
      case "YY" -> digits(Math.floorMod(time.getYear(), 100), 2);
      case "MM" -> digits(time.getMonthValue(), 2);
      case "DD" -> digits(time.getDayOfMonth(), 2);
      case "DDD" -> digits(time.getDayOfYear(), 3);
      case "HH24" -> digits(time.getHour(), 2);
      case "HH12", "HH" -> digits((time.getHour() + 11) % 12 + 1, 2);
      case "MI" -> digits(time.getMinute(), 2);
      case "SS" -> digits(time.getSecond(), 2);
      case "MS" -> digits(time.getNano() / 1_000_000, 3);
      case "US" -> digits(time.getNano() / 1000, 6);
      case "AM", "PM" -> time.getHour() < 12 ? "AM" : "PM";
      case "IYYY" -> digits(time.get(IsoFields.WEEK_BASED_YEAR), 4);
      case "IW" -> digits(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2);
      case "Q" -> Integer.toString((time.getMonthValue() + 2) / 3);
      case "Month" -> monthName(time, TextStyle.FULL);
      case "MONTH" -> monthName(time, TextStyle.FULL).toUpperCase(Locale.ROOT);
      case "month" -> monthName(time, TextStyle.FULL).toLowerCase(Locale.ROOT);
      case "Mon" -> monthName(time, TextStyle.SHORT);
      case "MON" -> monthName(time, TextStyle.SHORT).toUpperCase(Locale.ROOT);
      case "mon" -> monthName(time, TextStyle.SHORT).toLowerCase(Locale.ROOT);
      case "Day" -> dayName(time, TextStyle.FULL);
      case "DAY" -> dayName(time, TextStyle.FULL).toUpperCase(Locale.ROOT);
      case "day" -> dayName(time, TextStyle.FULL).toLowerCase(Locale.ROOT);
      case "Dy" -> dayName(time, TextStyle.SHORT);
      case "DY" -> dayName(time, TextStyle.SHORT).toUpperCase(Locale.ROOT);
      default -> dayName(time, TextStyle.SHORT).toLowerCase(Locale.ROOT);
    };
  }

  /// Java's patterns, which Spark has; with a `%` in it, MySQL's.
  static String java(LocalDateTime time, String pattern) {
    if (pattern.indexOf('%') >= 0) {
      return percent(time, pattern);
    }
    try {
      return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).format(time);
    } catch (IllegalArgumentException | java.time.DateTimeException e) {
      throw Errors.invalidArgument("'" + Errors.shorten(pattern) + "' is no time pattern");
    }
  }

  static String dayName(LocalDateTime time, TextStyle style) {
    return time.getDayOfWeek().getDisplayName(style, Locale.ENGLISH);
  }

  static String monthName(LocalDateTime time, TextStyle style) {
    return time.getMonth().getDisplayName(style, Locale.ENGLISH);
  }

  private static String digits(int value, int width) {
    String text = Integer.toString(value);
    return "0".repeat(Math.max(0, width - text.length())) + text;
  }
}
