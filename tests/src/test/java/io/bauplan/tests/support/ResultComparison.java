package io.bauplan.tests.support;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// Compares our rows with the oracle's. The rules, all of them:
///
/// - rows are a multiset: both sides are sorted by their text before the comparison, where numbers
///   are rounded to six significant digits so that the order agrees;
/// - exact numbers (integers, decimals) are equal by value, whatever their scale;
/// - where ours is a decimal and the oracle's a float (it averages and divides decimals as floats),
///   the float is within one unit of our last digit;
/// - where either side is a float otherwise, they differ by at most 1e-9 relative, or 1e-12
///   absolute near zero;
/// - everything else is equal by its text.
public final class ResultComparison {
  private static final double RELATIVE = 1e-9;
  private static final double ABSOLUTE = 1e-12;

  private ResultComparison() {}

  /// What differs first, in words; empty = equal.
  public static Optional<String> difference(List<List<Object>> ours, List<List<Object>> oracle) {
    return difference(ours, oracle, 1);
  }

  /// @param lastDigits by how many units of its last digit our decimal may differ from a float of
  ///     the oracle: more than one where a rounded quotient is multiplied
  public static Optional<String> difference(
      List<List<Object>> ours, List<List<Object>> oracle, int lastDigits) {
    if (ours.size() != oracle.size()) {
      return Optional.of(
          "ours has "
              + ours.size()
              + " rows, the oracle "
              + oracle.size()
              + "; ours: "
              + ours.stream().limit(3).toList()
              + " oracle: "
              + oracle.stream().limit(3).toList());
    }
    List<List<Object>> left = sorted(ours);
    List<List<Object>> right = sorted(oracle);
    for (int row = 0; row < left.size(); row++) {
      if (left.get(row).size() != right.get(row).size()) {
        return Optional.of(
            "ours has " + left.get(row).size() + " columns, the oracle " + right.get(row).size());
      }
      for (int column = 0; column < left.get(row).size(); column++) {
        if (!same(left.get(row).get(column), right.get(row).get(column), lastDigits)) {
          return Optional.of(
              "row "
                  + row
                  + " column "
                  + column
                  + ": ours "
                  + left.get(row)
                  + ", the oracle "
                  + right.get(row));
        }
      }
    }
    return Optional.empty();
  }

  private static List<List<Object>> sorted(List<List<Object>> rows) {
    // The text of each row once: to make it costs more than to compare it.
    return rows.stream()
        .map(row -> Map.entry(sortText(row), row))
        .sorted(Map.Entry.comparingByKey())
        .map(Map.Entry::getValue)
        .toList();
  }

  private static String sortText(List<Object> row) {
    StringBuilder text = new StringBuilder();
    for (Object value : row) {
      if (value instanceof Number number && !(value instanceof BigInteger)) {
        text.append(String.format(java.util.Locale.ROOT, "%.5e", number.doubleValue()));
      } else {
        text.append(value);
      }
      text.append('|');
    }
    return text.toString();
  }

  private static boolean same(Object ours, Object oracle, int lastDigits) {
    if (ours == null || oracle == null) {
      return ours == oracle;
    }
    if (ours instanceof Number left && oracle instanceof Number right) {
      if (left instanceof BigDecimal decimal && isReal(oracle)) {
        return Math.abs(decimal.doubleValue() - right.doubleValue())
            <= lastDigits * Math.pow(10, -decimal.scale())
                + RELATIVE * Math.abs(right.doubleValue());
      }
      boolean real = isReal(ours) || isReal(oracle);
      return real
          ? close(left.doubleValue(), right.doubleValue())
          : exact(left).compareTo(exact(right)) == 0;
    }
    return Objects.equals(text(ours), text(oracle));
  }

  private static String text(Object value) {
    return value.toString().stripTrailing();
  }

  private static boolean isReal(Object value) {
    return value instanceof Double || value instanceof Float;
  }

  private static BigDecimal exact(Number number) {
    return new BigDecimal(number.toString());
  }

  private static boolean close(double left, double right) {
    if (Double.compare(left, right) == 0 || left == right) {
      return true;
    }
    double difference = Math.abs(left - right);
    return difference <= ABSOLUTE
        || difference <= RELATIVE * Math.max(Math.abs(left), Math.abs(right));
  }
}
