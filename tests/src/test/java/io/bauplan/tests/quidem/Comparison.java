package io.bauplan.tests.quidem;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Compares our rows with those of a script. The rules, all of them:
///
/// - rows are a multiset; where the statement ends with `ORDER BY`, the columns it names must also
///   come in the order written (rows equal in these may stand in any order);
/// - heads are equal but for case (our names keep the case they are written in); a head that
///   Calcite makes up (`EXPR$0`) is not compared, nor one that it numbers (`DEPTNO0`);
/// - numbers are equal by value, whatever their scale; where ours is a float they differ by at most
///   1e-6 relative, since scripts print floats of 32 bits too;
/// - a decimal has more digits here than there where it was divided: equal if it is the number
///   written once rounded to the fourteen digits or more that are written;
/// - NULL is written as nothing or as `null`;
/// - strings are never padded here: spaces at the end of a text, or of a text within a list or row,
///   or in front of what is appended to it, may be missing in ours;
/// - AVG, STDDEV, VARIANCE and their kin of whole numbers are DOUBLE here and DECIMAL averages have
///   at least six digits: in statements that call them a number is equal if it is the one written
///   once cut or rounded to the digits written;
/// - seconds may have trailing zeros, and a fraction where the script's times have none (times are
///   finer here); rows are in braces or parentheses; hexadecimal digits in any case;
/// - an interval is written here as days and time, there in the unit of its type: equal if it is
/// the
///   number written in some unit;
/// - the elements of a multiset are in no order: where the statement says MULTISET, COLLECT, FUSION
///   or INTERSECTION, lists are compared with their elements sorted;
/// - names match whatever their case here: a statement expected to fail for the case of a name only
///   may give rows, and what UNPIVOT makes of names is in the case written.
final class Comparison {
  private static final int EXACT_DIGITS = 14;
  private static final double RELATIVE = 1e-6;
  private static final Pattern AVERAGES =
      Pattern.compile(
          "\\b(avg|stddev\\w*|var\\w*|covar\\w*|regr\\w*|corr)\\s*\\(", Pattern.CASE_INSENSITIVE);
  private static final Pattern ORDER_BY =
      Pattern.compile("\\border\\s+by\\b", Pattern.CASE_INSENSITIVE);
  private static final Pattern ORDER_KEY =
      Pattern.compile(
          "(?:\\w+\\.|\"\\w+\"\\.)?\"?(\\w+)\"?(\\s+(asc|desc))?(\\s+nulls\\s+(first|last))?",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern MULTISETS =
      Pattern.compile("\\b(multiset|collect|fusion|intersection)\\b", Pattern.CASE_INSENSITIVE);
  private static final Pattern DAY_TIME =
      Pattern.compile("([+-])(\\d+) (\\d\\d):(\\d\\d):(\\d\\d\\.\\d+)");
  private static final Pattern INTERVAL = Pattern.compile("([+-])(\\d+)(?::(\\d\\d))?(?:\\.0+)?");

  private final boolean averages;
  private final boolean multisets;
  private final boolean unpivot;
  private final String sql;

  private Comparison(String sql) {
    this.sql = sql;
    this.multisets = MULTISETS.matcher(sql).find();
    this.unpivot = sql.toLowerCase(Locale.ROOT).contains("unpivot");
    this.averages = AVERAGES.matcher(sql).find();
  }

  /// What differs first, in words; empty = equal.
  static Optional<String> difference(String sql, OurRows ours, ExpectedRows expected) {
    return new Comparison(sql).compare(ours, expected);
  }

  private Optional<String> compare(OurRows ours, ExpectedRows expected) {
    List<List<String>> wanted = expected.rows();
    if (ours.rows().size() != wanted.size()) {
      return Optional.of(
          "%d rows, expected %d; ours %s"
              .formatted(ours.rows().size(), wanted.size(), first(ours.rows())));
    }
    if (!expected.columns().isEmpty() && expected.columns().size() != ours.columns().size()) {
      return Optional.of("columns " + ours.columns() + ", expected " + expected.columns());
    }
    for (int c = 0; c < expected.columns().size(); c++) {
      if (!sameHead(ours.columns().get(c), expected.columns().get(c))) {
        return Optional.of("heads " + ours.columns() + ", expected " + expected.columns());
      }
    }
    Optional<String> difference = asMultiset(ours.rows(), wanted);
    return difference.isPresent() ? difference : inOrder(ours, expected);
  }

  private static final Pattern OTHER_CASE =
      Pattern.compile("(?:Object|Column|Table) '(\\w+)' not found.*did you mean '(\\w+)'.*");

  /// Whether a message complains of nothing but the case of a name.
  static boolean onlyCase(String message) {
    Matcher matcher = OTHER_CASE.matcher(message.strip());
    return matcher.matches() && matcher.group(1).equalsIgnoreCase(matcher.group(2));
  }

  private static boolean sameHead(String ours, String expected) {
    return expected.isEmpty()
        || expected.toUpperCase(Locale.ROOT).startsWith("EXPR$")
        || ours.equalsIgnoreCase(expected)
        || expected.matches(".*\\d")
            && expected
                .toUpperCase(Locale.ROOT)
                .startsWith(ours.toUpperCase(Locale.ROOT).replaceAll("_?\\d+$", ""));
  }

  private Optional<String> asMultiset(
      List<List<@Nullable Object>> ours, List<List<String>> expected) {
    List<List<String>> left = new ArrayList<>(expected);
    for (List<@Nullable Object> row : ours) {
      int found = -1;
      for (int i = 0; i < left.size() && found < 0; i++) {
        if (sameRow(row, left.get(i))) {
          found = i;
        }
      }
      if (found < 0) {
        return Optional.of("ours has " + row + ", left of the expected " + first(left));
      }
      left.remove(found);
    }
    return Optional.empty();
  }

  private Optional<String> inOrder(OurRows ours, ExpectedRows expected) {
    Set<Integer> keys = orderColumns(ours.columns());
    for (int row = 0; row < ours.rows().size(); row++) {
      for (int key : keys) {
        if (!same(ours.rows().get(row).get(key), expected.rows().get(row).get(key))) {
          return Optional.of(
              "order: row %d is %s, expected %s"
                  .formatted(row, ours.rows().get(row), expected.rows().get(row)));
        }
      }
    }
    return Optional.empty();
  }

  /// Columns that the statement's last `ORDER BY` names, up to the first that is not in the result.
  private Set<Integer> orderColumns(List<String> columns) {
    Set<Integer> keys = new HashSet<>();
    String plain = withoutNested(sql);
    Matcher order = ORDER_BY.matcher(plain);
    int begin = -1;
    while (order.find()) {
      begin = order.end();
    }
    if (begin < 0) {
      return keys;
    }
    String text =
        plain.substring(begin).replaceAll("(?is)\\b(limit|offset|fetch)\\b.*", "").strip();
    for (String part : text.split(",")) {
      Matcher key = ORDER_KEY.matcher(part.strip());
      int column = key.matches() ? column(key.group(1), columns) : -1;
      if (column < 0) {
        break;
      }
      keys.add(column);
    }
    return keys;
  }

  private static int column(String name, List<String> columns) {
    if (name.matches("\\d+")) {
      int ordinal = Integer.parseInt(name) - 1;
      return ordinal < columns.size() ? ordinal : -1;
    }
    return IntStream.range(0, columns.size())
        .filter(i -> columns.get(i).equalsIgnoreCase(name))
        .findFirst()
        .orElse(-1);
  }

  private static String withoutNested(String sql) {
    StringBuilder text = new StringBuilder();
    int depth = 0;
    boolean quoted = false;
    for (String line : sql.split("\n", -1)) {
      for (char c : (line.strip().startsWith("--") ? "" : line).toCharArray()) {
        quoted ^= c == '\'';
        depth += quoted ? 0 : c == '(' ? 1 : c == ')' ? -1 : 0;
        text.append(depth > 0 || quoted ? '_' : c);
      }
      text.append('\n');
    }
    return text.toString();
  }

  private boolean sameRow(List<@Nullable Object> ours, List<String> expected) {
    return ours.size() == expected.size()
        && IntStream.range(0, ours.size()).allMatch(i -> same(ours.get(i), expected.get(i)));
  }

  private boolean same(@Nullable Object ours, String expected) {
    if (ours == null) {
      return expected.isEmpty() || expected.equalsIgnoreCase("null");
    }
    if (ours instanceof Number number) {
      return sameNumber(number, expected);
    }
    String text = ours.toString();
    boolean anyCase = isHex(text) || unpivot;
    return (anyCase ? text.strip().equalsIgnoreCase(expected) : text.strip().equals(expected))
        || multisets && sorted(text).equals(sorted(expected))
        || sameTime(text, expected)
        || sameInterval(text, expected)
        || normal(text).equals(normal(expected))
        || expected.length() > text.length()
            && expected.contains(" ")
            && Objects.equals(text.replace(" ", ""), expected.replace(" ", ""));
  }

  private static String sorted(String text) {
    return text.startsWith("[") && text.endsWith("]")
        ? java.util.Arrays.stream(
                normal(text).substring(1, normal(text).length() - 1).split(",(?![^{]*\\})"))
            .map(String::strip)
            .sorted()
            .toList()
            .toString()
        : text;
  }

  private static boolean sameTime(String ours, String expected) {
    return ours.matches(".*\\d\\d:\\d\\d:\\d\\d\\.\\d+")
        && expected.matches(".*\\d\\d:\\d\\d:\\d\\d")
        && ours.substring(0, ours.lastIndexOf('.')).equals(expected);
  }

  private static boolean sameInterval(String ours, String expected) {
    Matcher micros = DAY_TIME.matcher(ours);
    Matcher written = INTERVAL.matcher(expected);
    if (!micros.matches() || !written.matches()) {
      return false;
    }
    BigDecimal seconds =
        new BigDecimal(micros.group(2))
            .multiply(BigDecimal.valueOf(24))
            .add(new BigDecimal(micros.group(3)))
            .multiply(BigDecimal.valueOf(60))
            .add(new BigDecimal(micros.group(4)))
            .multiply(BigDecimal.valueOf(60))
            .add(new BigDecimal(micros.group(5)));
    String minutes = written.group(3);
    BigDecimal number = new BigDecimal(written.group(2));
    return seconds.signum() == 0 && number.signum() == 0
        || micros.group(1).equals(written.group(1))
            && java.util.stream.Stream.of(1, 60, 3600, 86400)
                .map(BigDecimal::valueOf)
                .anyMatch(
                    unit ->
                        number
                                .multiply(unit)
                                .add(
                                    minutes == null
                                        ? BigDecimal.ZERO
                                        : new BigDecimal(minutes)
                                            .multiply(unit)
                                            .divide(BigDecimal.valueOf(60)))
                                .compareTo(seconds)
                            == 0);
  }

  private static boolean isHex(String text) {
    return text.matches("[0-9a-fA-F]+");
  }

  private static String normal(String text) {
    return text.replaceAll("\\s+([,\\]\\)}])", "$1")
        .replaceAll("[({]", "{")
        .replaceAll("[)}]", "}")
        .replaceAll("(:\\d\\d)\\.0+\\b", "$1")
        .replaceAll("(:\\d\\d\\.\\d*[1-9])0+\\b", "$1")
        .strip();
  }

  private boolean sameNumber(Number ours, String expected) {
    if (ours instanceof Double real && (real.isNaN() || real.isInfinite())) {
      return real.toString().equals(expected);
    }
    BigDecimal wanted;
    try {
      wanted = new BigDecimal(expected);
    } catch (NumberFormatException e) {
      return false;
    }
    BigDecimal found = new BigDecimal(ours.toString());
    if (found.compareTo(wanted) == 0) {
      return true;
    }
    if (ours instanceof Double) {
      double difference = Math.abs(found.doubleValue() - wanted.doubleValue());
      if (difference <= RELATIVE * Math.abs(wanted.doubleValue()) || difference <= 1e-12) {
        return true;
      }
    }
    if (wanted.precision() >= EXACT_DIGITS
        && digits(found, wanted.scale(), RoundingMode.HALF_UP)
                .subtract(wanted)
                .unscaledValue()
                .abs()
                .longValue()
            <= 1) {
      return true;
    }
    return averages
        && (digits(found, wanted.scale(), RoundingMode.DOWN).compareTo(wanted) == 0
            || digits(found, wanted.scale(), RoundingMode.HALF_UP).compareTo(wanted) == 0
            || found.compareTo(digits(wanted, found.scale(), RoundingMode.HALF_UP)) == 0
            || found.compareTo(digits(wanted, found.scale(), RoundingMode.DOWN)) == 0);
  }

  private static BigDecimal digits(BigDecimal number, int scale, RoundingMode mode) {
    return number.setScale(Math.max(0, scale), mode);
  }

  private static <T> List<T> first(List<T> rows) {
    return rows.stream().sorted(Comparator.comparing(Object::toString)).limit(3).toList();
  }
}
