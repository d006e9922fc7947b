package io.bauplan.sql.logical;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// What is known of a column somewhere in a tree.
///
/// @param distinct number of distinct values here, a guess where unknown
/// @param domain number of distinct values where the column comes from, before anything but filters
///     on the column itself removed rows
/// @param origin rows where the column comes from
/// @param table where it comes from; null = unknown
/// @param source what `domain` rests on
/// @param lower least value, as in [io.bauplan.sql.plan.Expression.Literal]; null = unknown
/// @param nullFraction share of rows where it is NULL
record Facts(
    double distinct,
    double domain,
    double origin,
    @Nullable Object table,
    Source source,
    @Nullable Object lower,
    @Nullable Object upper,
    double nullFraction) {

  /// From the best to the worst.
  enum Source {
    /// A sketch, or a small table.
    COUNTED,
    /// The range of a whole-numbered column, at most the rows.
    BOUNDS,
    /// How many bits the files take for a value.
    STORED_SIZE,
    GUESS
  }

  /// Distinct values of a column of which nothing is known, as a share of its table's rows.
  private static final double UNKNOWN_DISTINCT = 0.1;

  /// Up to so many rows every value is taken to be distinct.
  private static final double SMALL_TABLE_ROWS = 100;

  /// Share of its rows that a key has distinct values.
  private static final double KEY = 0.9;

  static Facts guess(double rows) {
    boolean small = rows <= SMALL_TABLE_ROWS;
    double distinct = small ? rows : Math.max(SMALL_TABLE_ROWS, rows * UNKNOWN_DISTINCT);
    return of(Math.max(1, distinct), rows, small ? Source.BOUNDS : Source.GUESS);
  }

  static Facts of(double distinct, double rows, Source source) {
    return new Facts(distinct, distinct, rows, null, source, null, null, 0);
  }

  /// A column that holds the same everywhere.
  static Facts constant(@Nullable Object value, double rows) {
    return new Facts(1, 1, rows, null, Source.COUNTED, value, value, value == null ? 1 : 0);
  }

  /// A column whose rows come from several inputs, each of which draws its values from the largest
  /// set of values that one has, unless the ranges say that they have none in common.
  static Facts union(List<Facts> inputs) {
    Facts all = inputs.getFirst();
    for (Facts next : inputs.subList(1, inputs.size())) {
      all = all.with(next);
    }
    return all;
  }

  private Facts with(Facts other) {
    boolean apart =
        share(other.lower, other.upper).orElse(1) == 0
            && other.share(lower, upper).orElse(1) == 0
            && !Objects.equals(lower, other.lower);
    double values = apart ? domain + other.domain : Math.max(domain, other.domain);
    double here =
        apart
            ? distinct + other.distinct
            : values * (1 - (1 - distinct / values) * (1 - other.distinct / values));
    double rows = origin + other.origin;
    boolean bounded = lower != null && upper != null && other.lower != null && other.upper != null;
    return new Facts(
        Math.max(1, here),
        Math.max(values, here),
        rows,
        null,
        source.compareTo(other.source) >= 0 ? source : other.source,
        bounded ? isBelow(other.lower, lower) ? other.lower : lower : null,
        bounded ? isBelow(upper, other.upper) ? other.upper : upper : null,
        rows > 0 ? (nullFraction * origin + other.nullFraction * other.origin) / rows : 0);
  }

  /// Whether the number of values rests on more than sizes of files or a guess.
  boolean hasBounds() {
    return source == Source.COUNTED || source == Source.BOUNDS;
  }

  /// Whether nearly every row has a value of its own where the column comes from.
  boolean isKey() {
    return hasBounds() && domain >= KEY * origin;
  }

  /// The column of a grouping, which has a row for each group.
  Facts grouped(double groups) {
    double rows = Math.max(1, Math.min(origin, groups));
    return new Facts(
        Math.min(distinct, rows), domain, rows, table, source, lower, upper, nullFraction);
  }

  boolean known() {
    return source != Source.GUESS;
  }

  Facts atMost(double rows) {
    return distinct <= rows ? this : withDistinct(Math.max(1, rows), domain);
  }

  Facts withDistinct(double newDistinct, double newDomain) {
    return new Facts(newDistinct, newDomain, origin, table, source, lower, upper, nullFraction);
  }

  /// The column after a share of the rows went at random (Yao, "Approximating block accesses",
  /// 1977, in its continuous form).
  Facts thinned(double rowsBefore, double rowsAfter) {
    if (rowsAfter >= rowsBefore || rowsBefore <= 0) {
      return this;
    }
    double gone = 1 - rowsAfter / rowsBefore;
    double left = distinct * (1 - Math.pow(gone, Math.max(1, rowsBefore / distinct)));
    return withDistinct(Math.max(1, Math.min(left, rowsAfter)), domain);
  }

  /// The column's values between two bounds only; null = no bound.
  Facts between(@Nullable Object from, @Nullable Object to) {
    OptionalDouble share = share(from, to);
    double factor = share.orElse(1.0 / 3);
    return new Facts(
        Math.max(1, distinct * factor),
        Math.max(1, domain * factor),
        origin,
        table,
        source,
        from == null || isBelow(from, lower) ? lower : from,
        to == null || isBelow(upper, to) ? upper : to,
        0);
  }

  /// Only so many values of the column.
  Facts points(double count, @Nullable Object least, @Nullable Object greatest) {
    return new Facts(
        Math.max(1, Math.min(distinct, count)),
        Math.max(1, Math.min(domain, count)),
        origin,
        table,
        source,
        least,
        greatest,
        0);
  }

  /// The share of the values between two bounds, values being spread evenly; empty = unknown.
  OptionalDouble share(@Nullable Object from, @Nullable Object to) {
    if (lower == null || upper == null) {
      return OptionalDouble.empty();
    }
    String prefix = lower instanceof String l && upper instanceof String u ? prefix(l, u) : "";
    double least = number(lower, prefix);
    double greatest = number(upper, prefix);
    if (Double.isNaN(least) || Double.isNaN(greatest) || greatest < least) {
      return OptionalDouble.empty();
    }
    double start = from == null ? least : Math.max(least, number(from, prefix));
    double end = to == null ? greatest : Math.min(greatest, number(to, prefix));
    if (Double.isNaN(start) || Double.isNaN(end)) {
      return OptionalDouble.empty();
    }
    if (end < start) {
      return OptionalDouble.of(0);
    }
    return greatest == least
        ? OptionalDouble.of(1)
        : OptionalDouble.of((end - start) / (greatest - least));
  }

  /// How much of its whole range the column's values fill: 1 = every number occurs.
  double density() {
    double least = lower == null ? Double.NaN : number(lower, "");
    double greatest = upper == null ? Double.NaN : number(upper, "");
    return lower instanceof String || !(greatest >= least) ? 0 : domain / (greatest - least + 1);
  }

  private static boolean isBelow(@Nullable Object first, @Nullable Object second) {
    if (first == null || second == null) {
      return false;
    }
    String prefix = first instanceof String l && second instanceof String u ? prefix(l, u) : "";
    return number(first, prefix) < number(second, prefix);
  }

  private static String prefix(String first, String second) {
    int length = 0;
    while (length < Math.min(first.length(), second.length())
        && first.charAt(length) == second.charAt(length)) {
      length++;
    }
    return first.substring(0, length);
  }

  /// A value on a line. Texts by their bytes after the prefix that the bounds share.
  private static double number(Object value, String prefix) {
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    if (!(value instanceof String text)) {
      return Double.NaN;
    }
    if (!text.startsWith(prefix)) {
      return text.compareTo(prefix) < 0 ? 0 : 1;
    }
    byte[] bytes = text.substring(prefix.length()).getBytes(StandardCharsets.UTF_8);
    double place = 1;
    double sum = 0;
    for (int i = 0; i < Math.min(bytes.length, Double.BYTES - 2); i++) {
      place /= 256;
      sum += (bytes[i] & 0xff) * place;
    }
    return sum;
  }
}
