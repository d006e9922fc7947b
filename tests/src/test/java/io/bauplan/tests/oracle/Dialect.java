package io.bauplan.tests.oracle;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/// Where the two dialects differ: what is written in another way for the oracle, and why.
final class Dialect {
  /// Without weeks: the oracle rounds them towards 1970, so that one is missing between times on
  /// both sides of it.
  static final List<String> DIFFERENCES = List.of("day", "month", "year", "hour");

  private Dialect() {}

  /// The oracle's leave NULLs out; ours, as Calcite's, Snowflake's and Trino's, give NULL.
  static Value greatest(boolean most, Value first, Value second) {
    String name = most ? "GREATEST" : "LEAST";
    String call = name + "({0}, {1})";
    return Value.of(
        first.type().with(second.type()),
        call,
        "CASE WHEN {0} IS NULL OR {1} IS NULL THEN NULL ELSE " + call + " END",
        exact(first, second),
        exact(second, first));
  }

  /// The oracle's WHERE takes that of a constant and a NULL for NULL.
  static Value nullIf(Value first, Value second) {
    return Value.of(
        first.type(),
        "NULLIF({0}, {1})",
        "CASE WHEN {0} = {1} THEN NULL ELSE {0} END",
        first.sql(),
        second.sql());
  }

  /// Whether there is a decimal of both values' digits.
  static boolean fit(Value first, Value second) {
    Type both = first.type().with(second.type());
    return both.kind() != Kind.DECIMAL || both.digits() + both.scale() <= 38;
  }

  /// A decimal as the type that values of two types have together: where the types that the oracle
  /// takes them for have more digits than 38, it rounds.
  static Sql exact(Value value, Value other) {
    Type both = value.type().with(other.type());
    return both.kind() == Kind.DECIMAL
        ? Value.of(
                both,
                "CAST({0} AS DECIMAL(%d, %d))"
                    .formatted(both.digits() + both.scale(), both.scale()),
                value.sql())
            .sql()
        : value.sql();
  }

  /// The oracle's products of decimals overflow in types of less than 19 digits.
  static Value decimals(Type type, String operator, Value left, Value right) {
    String wide =
        "CAST({0} AS DECIMAL(%d, %d))"
            .formatted(Math.max(20, type.digits() + left.type().scale()), left.type().scale());
    return Value.of(
        type,
        "({0} " + operator + " {1})",
        "(" + (operator.equals("*") ? wide : "{0}") + " " + operator + " {1})",
        left.sql(),
        right.sql());
  }

  /// Lengths and places in texts are INTEGER, as in PostgreSQL; the oracle's are BIGINT.
  static Value length(String ours, String theirs, Sql... parts) {
    return Value.of(Type.number(Kind.INT, 3), ours, "CAST(" + theirs + " AS INTEGER)", parts);
  }

  static Value element(Type type, Value list, Random random) {
    return Value.of(type, "({0})[" + (1 + random.nextInt(3)) + "]", list.sql());
  }

  static Value entry(Type type, Value map, Random random) {
    return Value.of(type, "({0})['" + (random.nextBoolean() ? "a" : "b") + "']", map.sql());
  }

  static Value asText(Value value) {
    return Value.of(Type.TEXT, "CAST({0} AS VARCHAR)", value.sql());
  }

  /// Of a constant NULL the oracle's are bytes.
  static Value repeated(Sql text, int times) {
    String call = "repeat({0}, " + times + ")";
    return Value.of(Type.TEXT, call, "CAST(" + call + " AS VARCHAR)", text);
  }

  /// The oracle's date and interval make a timestamp.
  static Value dateShifted(Value date, Random random) {
    String unit = List.of("DAY", "MONTH", "YEAR").get(random.nextInt(3));
    String sign = random.nextBoolean() ? "+" : "-";
    return Value.of(
        date.type(),
        "CAST(({0} " + sign + " INTERVAL '" + random.nextInt(40) + "' " + unit + ") AS DATE)",
        date.sql());
  }

  static Value difference(Value later, Value earlier) {
    return Value.of(Type.of(Kind.DAYS), "({0} - {1})", later.sql(), earlier.sql());
  }

  static Value spans(Value span, Random random) {
    String operator = List.of("<", ">", "=").get(random.nextInt(3));
    return Value.of(
        Type.BOOL, "({0} " + operator + " INTERVAL '" + random.nextInt(500) + "' DAY)", span.sql());
  }

  static Value listFunction(Value list, Random random) {
    return switch (random.nextInt(3)) {
      case 0 -> Value.of(list.type(), "list_transform({0}, lambda x : x % 10)", list.sql());
      case 1 -> Value.of(list.type(), "list_filter({0}, lambda x : x > 1)", list.sql());
      // The oracle takes a list that is NULL for an empty one; ours is NULL then, as in Trino.
      default ->
          Value.of(
              list.type(),
              "list_concat({0}, ARRAY[4])",
              "CASE WHEN {0} IS NOT NULL THEN list_concat({0}, ARRAY[4]) END",
              list.sql());
    };
  }

  /// Rows are equal as their fields are, so that a NULL within makes it unknown, as in the
  /// standard; of the oracle's rows, NULLs within are equal.
  static Value equal(Kind kind, boolean equal, Sql left, Sql right) {
    String operator = equal ? "=" : "<>";
    String ours = "({0} " + operator + " {1})";
    return Value.of(
        Type.BOOL,
        ours,
        kind == Kind.ROW
            ? "(({0}).x %s ({1}).x %s ({0}).y %s ({1}).y)"
                .formatted(operator, equal ? "AND" : "OR", operator)
            : ours,
        left,
        right);
  }

  /// Why we alone may refuse it.
  static Optional<String> reasonOurs(String code, String message) {
    return OURS.entrySet().stream()
        .filter(entry -> (code + " " + message).contains(entry.getKey()))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /// What messages say, and why.
  private static final Map<String, String> OURS =
      Map.of(
          "cannot stand in the condition of this join beside another sub-query",
          "sub-queries within ANY, ALL and IN that refer outwards over two levels",
          "must not be used by left input to correlation",
          "sub-queries that refer outwards over two levels",
          "because of java.lang.AssertionError",
          "assertions within Calcite, which only tests enable");
}
