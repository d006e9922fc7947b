package io.bauplan.sql.logical;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// How rows of two sides match on keys.
final class KeyMatch {
  /// Share of the rows that are left without a match where rows without one are asked for: numbers
  /// of values are not as exact as to say that there are none, and whoever asks expects some.
  static final double LEAST_UNMATCHED = 0.1;

  private KeyMatch() {}

  /// The share of all pairs of rows whose keys are equal.
  static double pairs(List<Facts> left, List<Facts> right) {
    double share = 1;
    for (int i = 0; i < left.size(); i++) {
      List<Facts> both = List.of(left.get(i), right.get(i));
      share *= KeyDomain.overlap(left.get(i), both) * KeyDomain.overlap(right.get(i), both);
    }
    return share / values(left, right);
  }

  /// The share of the left rows that have a match: whose key is among the right side's, and of the
  /// rows there at least one passes the rest of the condition.
  static double matched(List<Facts> left, List<Facts> right, double rightRows, double rest) {
    double keys = 1;
    double inRange = 1;
    for (int i = 0; i < left.size(); i++) {
      List<Facts> both = List.of(left.get(i), right.get(i));
      keys *= right.get(i).distinct() * KeyDomain.overlap(right.get(i), both);
      inRange = Math.min(inRange, KeyDomain.overlap(left.get(i), both));
    }
    keys = Math.max(1, Math.min(keys, rightRows));
    double covered = Math.min(1, keys / values(left, right));
    double rowsPerKey = Math.max(1, rightRows / keys);
    return inRange * covered * (1 - Math.pow(1 - rest, rowsPerKey));
  }

  /// Different values that the keys can have together. Several columns of one table on both sides
  /// have no more than the smaller table has rows.
  private static double values(List<Facts> left, List<Facts> right) {
    Map<List<Object>, List<Integer>> tables = new HashMap<>();
    double values = 1;
    for (int i = 0; i < left.size(); i++) {
      Object l = left.get(i).table();
      Object r = right.get(i).table();
      List<Object> pair =
          l == null || r == null ? List.of(i) : List.of(new Identity(l), new Identity(r));
      tables.computeIfAbsent(pair, key -> new ArrayList<>()).add(i);
    }
    for (List<Integer> keys : tables.values()) {
      double product = 1;
      for (int i : keys) {
        product *= KeyDomain.size(List.of(left.get(i), right.get(i)));
      }
      values *=
          keys.size() == 1
              ? product
              : KeyDomain.together(
                  product, left.get(keys.getFirst()).origin(), right.get(keys.getFirst()).origin());
    }
    return values;
  }

  /// A table by which scan of the tree it is, not by what it reads.
  private record Identity(Object table) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Identity that && that.table == table;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(Objects.requireNonNull(table));
    }
  }
}
