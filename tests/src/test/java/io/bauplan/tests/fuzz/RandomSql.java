package io.bauplan.tests.fuzz;

import io.bauplan.tests.fuzz.Signatures.Signature;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/// Random statements over the small tables of [SqlFuzz].
final class RandomSql {
  private static final List<String> JOINS =
      List.of("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN", "NATURAL JOIN");
  private static final List<String> WINDOWS =
      List.of(
          "row_number()",
          "rank()",
          "dense_rank()",
          "percent_rank()",
          "cume_dist()",
          "ntile(%s)",
          "lag(%s)",
          "lead(%s, 2)",
          "lag(%s, 1, NULL)",
          "first_value(%s)",
          "last_value(%s)",
          "nth_value(%s, 2)",
          "sum(%s)",
          "count(%s)",
          "avg(%s)",
          "min(%s)",
          "max(%s)");
  private static final List<String> FRAMES =
      List.of(
          "",
          " ROWS BETWEEN 1 PRECEDING AND CURRENT ROW",
          " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
          " RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW",
          " RANGE BETWEEN 2 PRECEDING AND 1 FOLLOWING",
          " ROWS BETWEEN CURRENT ROW AND 3 FOLLOWING EXCLUDE TIES");

  private final Random random;
  private final Signatures signatures;
  private final Map<String, Long> features = new TreeMap<>();
  private Optional<Signature> probe = Optional.empty();
  private final RandomExpressions expressions;
  private final RandomShorthands shorthands;
  private int aliases;
  private int depth;

  RandomSql(Random random, Signatures signatures) {
    this.random = random;
    this.signatures = signatures;
    this.expressions =
        new RandomExpressions(
            random,
            signatures,
            (feature, call) -> {
              count(feature);
            },
            this::oneColumn);
    this.shorthands = new RandomShorthands(random, expressions, this::query, this::count);
  }

  /// How often each feature was generated.
  Map<String, Long> features() {
    return features;
  }

  /// The function of which the last statement is but a call.
  Optional<Signature> probed() {
    return probe;
  }

  /// One function over every row, to learn what it takes and gives.
  private String probe() {
    count("one function");
    boolean aggregate = chance(20);
    Signature call = aggregate ? signatures.aggregate(random) : signatures.scalar(random);
    expressions.tables(List.of("everything"));
    probe = Optional.of(call);
    return "SELECT " + expressions.call(call, 1, "") + " FROM everything";
  }

  private void count(String feature) {
    features.merge(feature, 1L, Long::sum);
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private String pick(List<String> of) {
    return of.get(random.nextInt(of.size()));
  }

  String statement() {
    aliases = 0;
    expressions.tables(List.of());
    probe = Optional.empty();
    int roll = random.nextInt(100);
    if (roll < 30) {
      return probe();
    }
    if (roll < 45) {
      return shorthands.query();
    }
    if (roll < 50) {
      return shorthands.statement();
    }
    if (roll < 88) {
      count("query");
      return query();
    }
    if (roll < 91) {
      String around =
          pick(
              List.of(
                  "EXPLAIN ",
                  "EXPLAIN LOGICAL ",
                  "EXPLAIN (FORMAT JSON) ",
                  "EXPLAIN ANALYZE ",
                  "DESCRIBE ",
                  "SUMMARIZE "));
      count(around.strip().split(" ")[0].toLowerCase(java.util.Locale.ROOT));
      return around + query();
    }
    return change();
  }

  String query() {
    if (depth > 3) {
      return "SELECT 1 AS c0";
    }
    depth++;
    List<String> outer = expressions.tables();
    try {
      int roll = random.nextInt(100);
      if (roll < 8) {
        String operation =
            pick(
                List.of(
                    "UNION", "UNION ALL", "INTERSECT", "EXCEPT", "INTERSECT ALL", "EXCEPT ALL"));
        count("set operation " + operation);
        SqlType type = SqlType.random(random);
        return typed(type)
            + " "
            + operation
            + " "
            + typed(chance(90) ? type : SqlType.random(random))
            + (chance(30) ? " ORDER BY 1" : "");
      }
      if (roll < 11) {
        count("with");
        return "WITH c AS ("
            + query()
            + ") SELECT * FROM c"
            + (chance(30) ? ", c AS c2 LIMIT 5" : "");
      }
      if (roll < 13) {
        count("values");
        return "VALUES (" + expressions.any(2) + "), (" + expressions.any(1) + ")";
      }
      return select();
    } finally {
      depth--;
      expressions.tables(outer);
    }
  }

  private String typed(SqlType type) {
    List<String> outer = expressions.tables();
    String alias = "t" + aliases++;
    expressions.tables(List.of(alias));
    String text = "SELECT " + expressions.of(type, 2) + " FROM everything " + alias;
    expressions.tables(outer);
    return text;
  }

  private String oneColumn() {
    depth++;
    List<String> outer = expressions.tables();
    String alias = "t" + aliases++;
    List<String> inner = new ArrayList<>(chance(50) ? outer : List.of());
    inner.add(alias);
    expressions.tables(inner);
    String item =
        chance(40) ? expressions.call(signatures.aggregate(random), 1, "") : expressions.any(1);
    String text =
        "SELECT "
            + item
            + " FROM "
            + pick(List.of("everything ", "nothing ", "few "))
            + alias
            + (chance(60) ? " WHERE " + expressions.predicate(1) : "");
    expressions.tables(outer);
    depth--;
    return text;
  }

  private String select() {
    List<String> sight = new ArrayList<>();
    String from = from(sight);
    List<String> outer = expressions.tables();
    List<String> all = new ArrayList<>(sight);
    if (chance(30)) {
      all.addAll(outer);
    }
    expressions.tables(all);
    String where = chance(40) ? " WHERE " + expressions.predicate(2) : "";
    int roll = random.nextInt(100);
    String body =
        roll < 30
            ? grouped(from + where)
            : roll < 45 ? windowed(from + where) : plain(from + where);
    if (chance(25)) {
      count("limit");
      body += " LIMIT " + random.nextInt(5) + (chance(30) ? " OFFSET 1" : "");
    }
    return body;
  }

  private String plain(String from) {
    StringBuilder text = new StringBuilder("SELECT ");
    if (chance(12)) {
      count("distinct");
      text.append("DISTINCT ");
    }
    int items = 1 + random.nextInt(3);
    for (int i = 0; i < items; i++) {
      text.append(i == 0 ? "" : ", ")
          .append(expressions.any(chance(30) ? 3 : 2))
          .append(" AS c")
          .append(i);
    }
    text.append(from);
    if (chance(25)) {
      count("order by");
      text.append(" ORDER BY ").append(chance(50) ? "1" : expressions.any(1));
      text.append(pick(List.of("", " DESC", " NULLS FIRST", " DESC NULLS LAST")));
    }
    return text.toString();
  }

  private String grouped(String from) {
    count("aggregate");
    String key = expressions.any(chance(70) ? 0 : 2);
    String second = expressions.any(0);
    StringBuilder text = new StringBuilder("SELECT ");
    int calls = 1 + random.nextInt(2);
    for (int i = 0; i < calls; i++) {
      Signature signature = signatures.aggregate(random);
      boolean distinct = chance(15) && !signature.types().isEmpty();
      text.append(i == 0 ? "" : ", ");
      text.append(expressions.call(signature, 1, distinct ? "DISTINCT " : ""));
      if (chance(15)) {
        count("filter clause");
        text.append(" FILTER (WHERE ").append(expressions.predicate(1)).append(")");
      }
    }
    if (chance(8)) {
      count("within group");
      text.append(", ")
          .append(
              pick(
                  List.of(
                      "percentile_cont(0.5)", "percentile_disc(0.9)", "listagg('a')", "mode()")));
      text.append(" WITHIN GROUP (ORDER BY ").append(expressions.any(0)).append(")");
    }
    text.append(from);
    switch (random.nextInt(7)) {
      case 0 -> {}
      case 1 -> {
        count("grouping sets");
        text.append(" GROUP BY ").append(pick(List.of("ROLLUP", "CUBE", "GROUPING SETS")));
        text.append("(").append(key).append(", ").append(second).append(")");
      }
      case 2 -> text.append(" GROUP BY ").append(key).append(", ").append(second);
      default -> text.append(" GROUP BY ").append(key);
    }
    if (chance(15)) {
      count("having");
      text.append(" HAVING count(*) > ").append(random.nextInt(3));
    }
    return text.toString();
  }

  private String windowed(String from) {
    count("window");
    String call = pick(WINDOWS).formatted(expressions.any(1));
    String order = expressions.any(0);
    String text =
        "SELECT "
            + call
            + " OVER ("
            + (chance(60) ? "PARTITION BY " + expressions.any(0) + " " : "")
            + (chance(80) ? "ORDER BY " + order + pick(List.of("", " DESC")) + pick(FRAMES) : "")
            + ") AS w"
            + from;
    if (chance(15)) {
      count("qualify");
      text += " QUALIFY row_number() OVER (ORDER BY " + expressions.any(0) + ") < 3";
    }
    return text;
  }

  private String from(List<String> sight) {
    int roll = random.nextInt(100);
    if (roll < 5) {
      return "";
    }
    StringBuilder text = new StringBuilder(" FROM ").append(table(sight));
    int joins = roll < 60 ? 0 : roll < 90 ? 1 : 2;
    for (int i = 0; i < joins; i++) {
      String kind = pick(JOINS);
      count(kind.toLowerCase(java.util.Locale.ROOT));
      if (chance(10)) {
        count("unnest");
        String list = sight.getLast() + pick(List.of(".a", ".sa", ".mp"));
        text.append(" CROSS JOIN UNNEST(").append(list).append(")");
        continue;
      }
      text.append(' ').append(kind).append(' ').append(table(sight));
      if (!kind.startsWith("CROSS") && !kind.startsWith("NATURAL")) {
        List<String> outer = expressions.tables();
        expressions.tables(sight);
        text.append(" ON ").append(joinCondition(sight));
        expressions.tables(outer);
      }
    }
    return text.toString();
  }

  private String joinCondition(List<String> sight) {
    if (chance(60)) {
      SqlType type = SqlType.random(random);
      String column = type.column().isEmpty() ? "i" : type.column();
      String equal = sight.getFirst() + "." + column + " = " + sight.getLast() + "." + column;
      return chance(30) ? equal + " AND " + expressions.predicate(1) : equal;
    }
    return expressions.predicate(2);
  }

  private String table(List<String> sight) {
    String alias = "t" + aliases++;
    sight.add(alias);
    int roll = random.nextInt(100);
    if (roll < 70) {
      return "everything " + alias;
    }
    if (roll < 80) {
      return "nothing " + alias;
    }
    if (roll < 90) {
      return "few " + alias;
    }
    if (roll < 92) {
      count("tablesample");
      return "everything TABLESAMPLE BERNOULLI(50) " + alias;
    }
    if (roll < 94) {
      count("at branch");
      return "everything AT BRANCH main AS " + alias;
    }
    count("derived table");
    List<String> outer = expressions.tables();
    expressions.tables(List.of());
    String inner = "(SELECT * FROM few WHERE " + expressions.predicate(1) + ") " + alias;
    expressions.tables(outer);
    return (chance(30) ? "LATERAL " : "") + inner;
  }

  /// INSERT, UPDATE, DELETE, MERGE and DDL on the scratch table.
  private String change() {
    count("change");
    expressions.tables(List.of("scratch"));
    SqlType type = SqlType.random(random);
    String column = type.column().isEmpty() ? "s" : type.column();
    return switch (random.nextInt(10)) {
      case 0 -> "CREATE OR REPLACE TABLE made AS " + query();
      case 1 -> "INSERT INTO scratch (" + column + ") " + typed(type);
      case 2 -> "INSERT INTO scratch SELECT * FROM few";
      case 3 -> "DELETE FROM scratch WHERE " + expressions.predicate(2);
      case 4 ->
          "MERGE INTO scratch USING few f ON scratch.i = f.i WHEN MATCHED THEN UPDATE SET "
              + column
              + " = "
              + expressions.of(type, 2)
              + " WHEN NOT MATCHED THEN INSERT (i) VALUES (f.i)";
      case 5 -> "CREATE OR REPLACE VIEW seen AS " + query();
      case 6 -> "SELECT * FROM seen";
      case 7 -> "CREATE OR REPLACE TABLE scratch AS SELECT * FROM few";
      default ->
          "UPDATE scratch SET "
              + column
              + " = "
              + expressions.of(type, 3)
              + (chance(70) ? " WHERE " + expressions.predicate(2) : "");
    };
  }
}
