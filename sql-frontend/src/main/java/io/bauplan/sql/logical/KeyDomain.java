package io.bauplan.sql.logical;

import java.util.List;

/// How many different values join keys can have, which decides how many pairs of rows match.
///
/// Keys of both sides are taken to come from one set of values. Where distinct values were counted,
/// that set is the larger side's within the range that both sides have. Where they are only known
/// to be at most the range and at most the rows, a foreign key with many rows looks like a key of
/// as many values: then the side that could hold all the values (its rows fill its range) tells.
/// Where no side's values are known (texts), one of them is taken to be a key: that errs less than
/// a product of many rows for each value.
final class KeyDomain {
  /// Least share of its range that a column's values fill to be taken for all values there are.
  private static final double DENSE = 0.05;

  private KeyDomain() {}

  /// @param members facts of all columns that are compared for equality
  static double size(List<Facts> members) {
    double counted = 0;
    double dense = Double.POSITIVE_INFINITY;
    double largest = 1;
    double fewestRows = Double.POSITIVE_INFINITY;
    for (Facts member : members) {
      double values = member.domain() * commonRange(member, members);
      largest = Math.max(largest, values);
      if (member.source() == Facts.Source.COUNTED) {
        counted = Math.max(counted, values);
      } else if (member.source() == Facts.Source.BOUNDS && member.density() >= DENSE) {
        dense = Math.min(dense, values);
      }
      fewestRows = Math.min(fewestRows, member.hasBounds() ? 1 : member.origin());
    }
    if (counted > 0) {
      return Math.max(1, counted);
    }
    return Math.max(1, dense < Double.POSITIVE_INFINITY ? dense : Math.max(largest, fewestRows));
  }

  /// The share of a column's values that other columns' values can equal. Of a key, of which a
  /// condition on other columns kept some values, these are thought to lie within the common range
  /// as far as there is room: who asks for the sales of a year asks for a year that has sales.
  static double overlap(Facts member, List<Facts> members) {
    double share = commonRange(member, members);
    return member.isKey()
        ? Math.min(1, share * Math.max(1, member.domain() / member.distinct()))
        : share;
  }

  /// The share of a column's values in the range that all have in common.
  private static double commonRange(Facts member, List<Facts> members) {
    double share = 1;
    for (Facts other : members) {
      if (other != member) {
        share = Math.min(share, member.share(other.lower(), other.upper()).orElse(1));
      }
    }
    return Math.max(share, 1 / Math.max(1, member.domain()));
  }

  /// Several keys at once cannot have more values together than either side had rows.
  static double together(double product, double leftOrigin, double rightOrigin) {
    return Math.max(1, Math.min(product, Math.min(leftOrigin, rightOrigin)));
  }
}
