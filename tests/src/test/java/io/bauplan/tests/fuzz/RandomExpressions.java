package io.bauplan.tests.fuzz;

import io.bauplan.tests.fuzz.Signatures.Signature;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/// Typed expressions over the columns of tables in sight. Types are meant, not guaranteed: what
/// does not fit must end in an error for people.
final class RandomExpressions {
  private static final List<String> FIELDS =
      List.of(
          "YEAR",
          "QUARTER",
          "MONTH",
          "WEEK",
          "DAY",
          "DOW",
          "DOY",
          "HOUR",
          "MINUTE",
          "SECOND",
          "EPOCH",
          "MILLISECOND",
          "MICROSECOND",
          "DECADE",
          "CENTURY",
          "ISODOW",
          "ISOYEAR");

  private final Random random;
  private final Signatures signatures;
  private final BiConsumer<String, Signature> used;
  private final Supplier<String> subquery;
  private List<String> tables = List.of();
  private int subqueryDepth;

  /// @param used is told features and calls
  /// @param subquery makes a query of one column
  RandomExpressions(
      Random random,
      Signatures signatures,
      BiConsumer<String, Signature> used,
      Supplier<String> subquery) {
    this.random = random;
    this.signatures = signatures;
    this.used = used;
    this.subquery = subquery;
  }

  /// Aliases of `everything` in sight.
  List<String> tables() {
    return tables;
  }

  void tables(List<String> aliases) {
    tables = aliases;
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  String any(int depth) {
    return of(SqlType.random(random), depth);
  }

  String of(SqlType type, int depth) {
    int roll = random.nextInt(100);
    if (depth <= 0 || roll < 25) {
      return leaf(type);
    }
    if (roll < 30) {
      return "CAST(" + of(similar(type), depth - 1) + " AS " + type.sql() + ")";
    }
    if (roll < 33) {
      return "TRY_CAST(" + of(similar(type), depth - 1) + " AS " + type.sql() + ")";
    }
    if (roll < 40) {
      return "CASE WHEN %s THEN %s ELSE %s END"
          .formatted(of(SqlType.BOOLEAN, depth - 1), of(type, depth - 1), of(type, depth - 1));
    }
    if (roll < 44) {
      String name = List.of("COALESCE", "NULLIF", "GREATEST", "LEAST").get(random.nextInt(4));
      return name + "(" + of(type, depth - 1) + ", " + of(type, depth - 1) + ")";
    }
    if (roll < 47 && subqueryDepth < 2) {
      subqueryDepth++;
      used.accept("scalar subquery", null);
      String query = subquery.get();
      subqueryDepth--;
      return "CAST((" + query + " LIMIT 1) AS " + type.sql() + ")";
    }
    if (roll < 48) {
      return call(signatures.scalar(random), depth, "");
    }
    if (roll < 75) {
      Optional<Signature> known = signatures.giving(type, random);
      if (known.isPresent()) {
        return call(known.get(), depth, "");
      }
    }
    return operator(type, depth);
  }

  /// A type that can often be cast to the other.
  private SqlType similar(SqlType type) {
    if (type.isNumber()) {
      return SqlType.values()[random.nextInt(8)];
    }
    return chance(70) ? SqlType.VARCHAR : chance(80) ? type : SqlType.random(random);
  }

  String call(Signature signature, int depth, String prefix) {
    used.accept("function", signature);
    List<String> arguments = new ArrayList<>();
    signature.types().forEach(type -> arguments.add(of(type, depth - 1)));
    return signature.function() + "(" + prefix + String.join(", ", arguments) + ")";
  }

  private String leaf(SqlType type) {
    int roll = random.nextInt(20);
    if (roll == 0) {
      return "CAST(NULL AS " + type.sql() + ")";
    }
    if (roll == 1) {
      return "NULL";
    }
    if (tables.isEmpty() || type.column().isEmpty() || roll < 8) {
      return type.literal(random);
    }
    String table = tables.get(random.nextInt(tables.size()));
    return table + "." + type.column();
  }

  private String operator(SqlType type, int depth) {
    if (type.isNumber()) {
      return switch (random.nextInt(4)) {
        case 0 -> "(- " + of(type, depth - 1) + ")";
        case 1 ->
            "EXTRACT("
                + FIELDS.get(random.nextInt(FIELDS.size()))
                + " FROM "
                + of(time(), depth - 1)
                + ")";
        default ->
            "("
                + of(type, depth - 1)
                + " "
                + "+-*/%".charAt(random.nextInt(5))
                + " "
                + of(SqlType.values()[random.nextInt(8)], depth - 1)
                + ")";
      };
    }
    return switch (type) {
      case BOOLEAN -> predicate(depth);
      case VARCHAR ->
          chance(60)
              ? "(" + of(type, depth - 1) + " || " + any(depth - 1) + ")"
              : "SUBSTRING(%s FROM %s FOR %s)"
                  .formatted(
                      of(type, depth - 1),
                      of(SqlType.INTEGER, depth - 1),
                      of(SqlType.INTEGER, depth - 1));
      case DATE, TIME, TIMESTAMP, TIMESTAMP_TZ ->
          chance(20)
              ? "date_trunc('%s', %s)"
                  .formatted(FIELDS.get(random.nextInt(10)), of(type, depth - 1))
              : "("
                  + of(type, depth - 1)
                  + (chance(50) ? " + " : " - ")
                  + of(span(), depth - 1)
                  + ")";
      case INTERVAL_MONTHS, INTERVAL_TIME ->
          chance(50)
              ? "(" + of(type, depth - 1) + " * " + of(SqlType.INTEGER, depth - 1) + ")"
              : "(" + of(type, depth - 1) + " + " + of(type, depth - 1) + ")";
      case INTEGERS ->
          "ARRAY[" + of(SqlType.INTEGER, depth - 1) + ", " + of(SqlType.INTEGER, depth - 1) + "]";
      case STRINGS -> "ARRAY[" + of(SqlType.VARCHAR, depth - 1) + "]";
      case MAP ->
          "MAP[" + of(SqlType.VARCHAR, depth - 1) + ", " + of(SqlType.INTEGER, depth - 1) + "]";
      case ROW ->
          "ROW(" + of(SqlType.INTEGER, depth - 1) + ", " + of(SqlType.VARCHAR, depth - 1) + ")";
      default -> leaf(type);
    };
  }

  private SqlType time() {
    return List.of(SqlType.DATE, SqlType.TIME, SqlType.TIMESTAMP, SqlType.TIMESTAMP_TZ)
        .get(random.nextInt(4));
  }

  private SqlType span() {
    return chance(50) ? SqlType.INTERVAL_MONTHS : SqlType.INTERVAL_TIME;
  }

  String predicate(int depth) {
    if (depth <= 0) {
      return leaf(SqlType.BOOLEAN);
    }
    SqlType type = SqlType.random(random);
    return switch (random.nextInt(14)) {
      case 0 -> "(" + predicate(depth - 1) + " AND " + predicate(depth - 1) + ")";
      case 1 -> "(" + predicate(depth - 1) + " OR " + predicate(depth - 1) + ")";
      case 2 -> "(NOT " + predicate(depth - 1) + ")";
      case 3 -> "(" + any(depth - 1) + (chance(50) ? " IS NULL)" : " IS NOT NULL)");
      case 4 ->
          "(%s IS %sDISTINCT FROM %s)"
              .formatted(of(type, depth - 1), chance(50) ? "NOT " : "", of(type, depth - 1));
      case 5 ->
          "(%s %sBETWEEN %s AND %s)"
              .formatted(
                  of(type, depth - 1),
                  chance(30) ? "NOT " : "",
                  of(type, depth - 1),
                  of(type, depth - 1));
      case 6 ->
          "(%s %sIN (%s, %s, %s))"
              .formatted(
                  of(type, depth - 1),
                  chance(40) ? "NOT " : "",
                  leaf(type),
                  leaf(type),
                  leaf(type));
      case 7 ->
          "(%s %s %s)"
              .formatted(
                  of(SqlType.VARCHAR, depth - 1),
                  List.of("LIKE", "NOT LIKE", "ILIKE", "SIMILAR TO", "RLIKE", "~")
                      .get(random.nextInt(6)),
                  of(SqlType.VARCHAR, depth - 1));
      case 8 -> nested("exists", q -> (chance(40) ? "NOT " : "") + "EXISTS (" + q + ")");
      case 9 ->
          nested(
              "in subquery",
              q -> "(" + any(depth - 1) + (chance(40) ? " NOT" : "") + " IN (" + q + "))");
      case 10 ->
          nested(
              "quantified",
              q -> "(" + any(depth - 1) + " " + (chance(50) ? "> ALL" : "= ANY") + " (" + q + "))");
      default ->
          "(%s %s %s)"
              .formatted(
                  of(type, depth - 1),
                  List.of("=", "<>", "<", "<=", ">", ">=").get(random.nextInt(6)),
                  of(chance(97) ? type : SqlType.random(random), depth - 1));
    };
  }

  private String nested(String feature, java.util.function.UnaryOperator<String> use) {
    if (subqueryDepth >= 2) {
      return leaf(SqlType.BOOLEAN);
    }
    subqueryDepth++;
    used.accept(feature, null);
    String query = subquery.get();
    subqueryDepth--;
    return use.apply(query);
  }
}
