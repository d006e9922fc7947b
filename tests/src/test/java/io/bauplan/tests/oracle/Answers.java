package io.bauplan.tests.oracle;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.sql.Blob;
import java.sql.SQLException;
import java.sql.Struct;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/// Compares answers. Everything must be equal but floats, which may differ by 1e-9 relative where
/// both sides compute them, or by a unit in the last digit where one side has a decimal.
final class Answers {
  private static final double RELATIVE = 1e-9;
  private static final double ABSOLUTE = 1e-12;

  private Answers() {}

  /// What differs first, in words; empty = equal.
  static Optional<String> difference(
      List<List<Object>> ours, List<List<Object>> theirs, boolean ordered) {
    if (ours.size() != theirs.size()) {
      return Optional.of(ours.size() + " rows, the oracle has " + theirs.size());
    }
    List<List<Object>> left = plain(ours);
    List<List<Object>> right = plain(theirs);
    for (int row = 0; row < left.size(); row++) {
      if (left.get(row).size() != right.get(row).size()) {
        return Optional.of("another number of columns");
      }
    }
    if (!ordered) {
      left.sort(ORDER);
      right.sort(ORDER);
      pair(left, right);
    }
    for (int row = 0; row < left.size(); row++) {
      if (!same(left.get(row), right.get(row))) {
        return Optional.of("row " + row + ": " + left.get(row) + ", the oracle " + right.get(row));
      }
    }
    return Optional.empty();
  }

  /// Puts rows of the same exact values in the order of the others: a float that differs in its
  /// last digit may have put them in another.
  private static void pair(List<List<Object>> left, List<List<Object>> right) {
    for (int row = 0; row < left.size(); row++) {
      if (same(left.get(row), right.get(row))) {
        continue;
      }
      String text = exactText(left.get(row));
      for (int other = row + 1;
          other < right.size() && exactText(right.get(other)).equals(text);
          other++) {
        if (same(left.get(row), right.get(other))) {
          right.add(row, right.remove(other));
          break;
        }
      }
    }
  }

  private static List<List<Object>> plain(List<List<Object>> rows) {
    List<List<Object>> plain = new ArrayList<>();
    for (List<Object> row : rows) {
      List<Object> values = new ArrayList<>();
      row.forEach(value -> values.add(plain(value)));
      plain.add(values);
    }
    return plain;
  }

  /// Numbers become BigDecimal or Double, the rest texts, lists and maps.
  private static Object plain(Object value) {
    try {
      return switch (value) {
        case null -> "NULL";
        case Float number -> (double) number;
        case Double number -> number == 0 ? (Object) 0.0 : number;
        case BigDecimal number -> number;
        case BigInteger number -> new BigDecimal(number);
        case Number number -> BigDecimal.valueOf(number.longValue());
        case byte[] bytes -> "x" + HexFormat.of().formatHex(bytes);
        case Blob blob -> "x" + HexFormat.of().formatHex(blob.getBytes(1, (int) blob.length()));
        case UUID uuid ->
            "x"
                + HexFormat.of()
                    .formatHex(
                        ByteBuffer.allocate(16)
                            .putLong(uuid.getMostSignificantBits())
                            .putLong(uuid.getLeastSignificantBits())
                            .array());
        case OffsetDateTime time ->
            time.withOffsetSameInstant(java.time.ZoneOffset.UTC).toLocalDateTime().toString();
        case java.sql.Array array -> plain(Arrays.asList((Object[]) array.getArray()));
        case Struct struct -> plain(Arrays.asList(struct.getAttributes()));
        case List<?> list -> {
          List<Object> values = new ArrayList<>();
          list.forEach(element -> values.add(plain(element)));
          yield values;
        }
        case Map<?, ?> map -> {
          Map<String, Object> values = new TreeMap<>();
          map.forEach((key, element) -> values.put(key.toString(), plain(element)));
          yield values;
        }
        // In quotes, so that a list of an empty text is not taken for an empty list.
        case String text -> '"' + text + '"';
        default -> value.toString();
      };
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Exact columns first, so that floats that differ a little do not decide.
  private static final Comparator<List<Object>> ORDER =
      Comparator.<List<Object>, String>comparing(Answers::exactText).thenComparing(Answers::floats);

  private static String exactText(List<Object> row) {
    StringBuilder text = new StringBuilder();
    for (Object value : row) {
      // A decimal may stand against a float of the other side.
      text.append(isNumber(value) ? "#" : value).append('|');
    }
    return text.toString();
  }

  private static int floats(List<Object> left, List<Object> right) {
    for (int i = 0; i < left.size(); i++) {
      if (isNumber(left.get(i)) && isNumber(right.get(i))) {
        int order = compare((Number) left.get(i), (Number) right.get(i));
        if (order != 0) {
          return order;
        }
      }
    }
    return 0;
  }

  private static int compare(Number left, Number right) {
    return left instanceof BigDecimal l && right instanceof BigDecimal r
        ? l.compareTo(r)
        : Double.compare(left.doubleValue(), right.doubleValue());
  }

  private static boolean isNumber(Object value) {
    return value instanceof Number;
  }

  private static boolean same(Object ours, Object theirs) {
    if (ours instanceof List<?> left && theirs instanceof List<?> right) {
      if (left.size() != right.size()) {
        return false;
      }
      for (int i = 0; i < left.size(); i++) {
        if (!same(left.get(i), right.get(i))) {
          return false;
        }
      }
      return true;
    }
    if (ours instanceof BigDecimal left && theirs instanceof BigDecimal right) {
      return left.compareTo(right) == 0;
    }
    if (ours instanceof Number left && theirs instanceof Number right) {
      double unit =
          ours instanceof BigDecimal decimal ? Math.pow(10, -Math.max(decimal.scale(), 0)) : 0;
      return close(left.doubleValue(), right.doubleValue(), unit);
    }
    return ours.equals(theirs);
  }

  private static boolean close(double left, double right, double allowed) {
    if (Double.compare(left, right) == 0 || left == right) {
      return true;
    }
    double difference = Math.abs(left - right);
    return difference
            <= Math.max(ABSOLUTE, allowed + RELATIVE * Math.max(Math.abs(left), Math.abs(right)))
        && Double.isFinite(difference);
  }
}
