package io.bauplan.tests.sqllogictest;

import io.bauplan.tests.sqllogictest.ScriptRecord.SortMode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Writes rows as the format wants them: one value a line, by the letter of its column.
final class ResultText {
  private static final Pattern HASHED = Pattern.compile("(\\d+) values hashing to ([0-9a-f]{32})");

  private static final Pattern LEADING_INTEGER = Pattern.compile("\\s*([+-]?\\d+)");

  private ResultText() {}

  /// The values of all rows in the order in which they are compared.
  static List<String> values(List<List<Object>> rows, String types, SortMode sort) {
    List<List<String>> texts = new ArrayList<>(rows.size());
    for (List<Object> row : rows) {
      List<String> text = new ArrayList<>(row.size());
      for (int column = 0; column < row.size(); column++) {
        char type = column < types.length() ? types.charAt(column) : 'T';
        text.add(text(row.get(column), type));
      }
      texts.add(text);
    }
    if (sort == SortMode.ROWSORT) {
      texts.sort(ResultText::compareRows);
    }
    List<String> values = new ArrayList<>();
    texts.forEach(values::addAll);
    if (sort == SortMode.VALUESORT) {
      Collections.sort(values);
    }
    return values;
  }

  private static int compareRows(List<String> a, List<String> b) {
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      int order = Comparator.<String>naturalOrder().compare(a.get(i), b.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(a.size(), b.size());
  }

  /// Whether the values are those that the script expects.
  static boolean matches(List<String> values, List<String> expected) {
    if (expected.size() == 1) {
      Matcher hashed = HASHED.matcher(expected.getFirst());
      if (hashed.matches()) {
        return values.size() == Integer.parseInt(hashed.group(1))
            && hash(values).equals(hashed.group(2));
      }
    }
    return values.equals(expected);
  }

  /// MD5 of the values, each with its line's end.
  static String hash(List<String> values) {
    try {
      MessageDigest digest = MessageDigest.getInstance("MD5");
      for (String value : values) {
        digest.update(value.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) '\n');
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static String text(@Nullable Object value, char type) {
    if (value == null) {
      return "NULL";
    }
    return switch (type) {
      case 'I' -> integer(value);
      case 'R' -> String.format(Locale.ROOT, "%.3f", number(value));
      default -> printable(value.toString());
    };
  }

  /// As C casts: towards zero.
  private static String integer(Object value) {
    return switch (value) {
      case Boolean truth -> truth ? "1" : "0";
      case Double real -> new BigDecimal(real).toBigInteger().toString();
      case BigDecimal decimal -> decimal.toBigInteger().toString();
      case String text -> leadingInteger(text);
      default -> value.toString();
    };
  }

  /// As C's `atoi`, which the scripts' results were made with: 0 where no number begins the text.
  private static String leadingInteger(String text) {
    Matcher digits = LEADING_INTEGER.matcher(text);
    return digits.lookingAt() ? new BigInteger(digits.group(1)).toString() : "0";
  }

  private static double number(Object value) {
    return value instanceof Number number
        ? number.doubleValue()
        : Double.parseDouble(value.toString());
  }

  private static String printable(String text) {
    if (text.isEmpty()) {
      return "(empty)";
    }
    StringBuilder out = new StringBuilder(text.length());
    text.chars().forEach(c -> out.append(c < ' ' || c > '~' ? '@' : (char) c));
    return out.toString();
  }
}
