package io.bauplan.tests.everyday;

import java.math.BigDecimal;
import java.util.List;

/// Compares rows as text: numbers by their value, doubles to 12 digits, the rest to the letter.
final class EverydayRows {
  private static final BigDecimal TOLERANCE = new BigDecimal("1e-12");

  private EverydayRows() {}

  static boolean equal(List<String> left, List<String> right) {
    if (left.size() != right.size()) {
      return false;
    }
    for (int i = 0; i < left.size(); i++) {
      if (!rowsEqual(left.get(i), right.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean rowsEqual(String left, String right) {
    String[] found = left.split("\\|", -1);
    String[] expected = right.split("\\|", -1);
    if (found.length != expected.length) {
      return false;
    }
    for (int i = 0; i < found.length; i++) {
      if (!found[i].equals(expected[i]) && !numbersEqual(found[i], expected[i])) {
        return false;
      }
    }
    return true;
  }

  private static boolean numbersEqual(String left, String right) {
    try {
      BigDecimal found = new BigDecimal(left);
      BigDecimal expected = new BigDecimal(right);
      return found.subtract(expected).abs().compareTo(expected.abs().multiply(TOLERANCE)) <= 0;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
