package io.bauplan.tests.fuzz;

import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Random statements of the dialect's own: shorthands, time travel, table functions, branches,
/// schema changes and upkeep.
final class RandomShorthands {
  private final Random random;
  private final RandomExpressions expressions;
  private final Supplier<String> query;
  private final Consumer<String> used;

  /// @param query makes any query
  /// @param used is told features
  RandomShorthands(
      Random random, RandomExpressions expressions, Supplier<String> query, Consumer<String> used) {
    this.random = random;
    this.expressions = expressions;
    this.query = query;
    this.used = used;
  }

  private String pick(String... of) {
    return of[random.nextInt(of.length)];
  }

  private String column() {
    String column = SqlType.random(random).column();
    return column.isEmpty() ? "i" : column;
  }

  /// A query in a form that only some engines have.
  String query() {
    expressions.tables(List.of("t"));
    return switch (random.nextInt(17)) {
      case 0 -> {
        used.accept("star");
        yield "SELECT * EXCLUDE (%s) REPLACE (%s AS i) RENAME (s AS %s) FROM few t"
            .formatted(column(), expressions.any(1), pick("z", "i", "\"a b\""));
      }
      case 1 -> {
        used.accept("columns");
        yield "SELECT %s(COLUMNS('%s')) FROM few"
            .formatted(pick("max", "count", "abs", ""), pick("t.*", "i|l", ".*", "("));
      }
      case 2 -> {
        used.accept("distinct on");
        yield "SELECT DISTINCT ON (%s) %s, %s FROM everything t ORDER BY %s"
            .formatted(expressions.any(1), expressions.any(1), expressions.any(0), column());
      }
      case 3 -> {
        used.accept("group by all");
        yield "SELECT %s, %s, count(*) FROM everything t GROUP BY ALL ORDER BY ALL"
            .formatted(expressions.any(1), expressions.any(0));
      }
      case 4 -> {
        used.accept("lateral");
        yield "SELECT * FROM few t, LATERAL (SELECT %s AS c FROM few u WHERE %s LIMIT 2) l"
            .formatted(expressions.any(1), expressions.predicate(1));
      }
      case 5 -> {
        used.accept("unnest");
        yield pick(
            "SELECT unnest(%s) FROM few t".formatted(expressions.of(SqlType.INTEGERS, 1)),
            "SELECT * FROM few t CROSS JOIN UNNEST(%s) WITH ORDINALITY AS u (v, n)"
                .formatted(expressions.of(SqlType.STRINGS, 1)),
            "SELECT f.value, f.index FROM few t, LATERAL FLATTEN(input => %s) f"
                .formatted(expressions.of(SqlType.INTEGERS, 1)));
      }
      case 6 -> {
        used.accept("lambda");
        yield "SELECT %s(%s, x -> %s) FROM few t"
            .formatted(
                pick("list_transform", "list_filter", "any_match"),
                expressions.of(SqlType.INTEGERS, 1),
                pick("x + 1", "x > " + expressions.of(SqlType.INTEGER, 1), expressions.any(1)));
      }
      case 7 -> {
        used.accept("struct");
        yield "SELECT {'a': %s, 'b': %s}.%s, r.%s, MAP {'k': %s}['k'] FROM few t"
            .formatted(
                expressions.any(1),
                expressions.any(0),
                pick("a", "b", "c"),
                pick("x", "y", "z"),
                expressions.any(1));
      }
      case 8 -> {
        used.accept("slice");
        yield "SELECT a[%s:%s], s[%s], sa[:2] FROM few t"
            .formatted(
                expressions.of(SqlType.INTEGER, 1),
                expressions.of(SqlType.INTEGER, 1),
                expressions.of(SqlType.INTEGER, 0));
      }
      case 9 -> {
        used.accept("pivot");
        yield pick(
            "SELECT * FROM (SELECT %s AS k, i FROM few t) PIVOT (%s(i) FOR k IN (%s AS a, %s AS b))"
                .formatted(
                    expressions.any(0), pick("sum", "count", "max"), expressions.any(0), "NULL"),
            "SELECT * FROM (SELECT i, l FROM few) UNPIVOT (v FOR k IN (i AS 'i', l AS 'l'))");
      }
      case 10 -> {
        used.accept("time travel");
        yield "SELECT count(*), max(%s) FROM few %s t"
            .formatted(
                column(),
                pick(
                    "AT TAG old",
                    "AT BRANCH side",
                    "AT SNAPSHOT " + random.nextInt(5),
                    "AT TIMESTAMP '%d-01-01 00:00:00'".formatted(1990 + random.nextInt(60)),
                    "FOR SYSTEM_TIME AS OF current_timestamp",
                    "FOR VERSION AS OF 'old'",
                    "AT \"main~" + random.nextInt(4) + "\"",
                    "AT COMMIT 'abcdef'"));
      }
      case 11 -> {
        used.accept("table function");
        yield "SELECT * FROM "
            + pick(
                    "generate_series(%s, %s)",
                    "range(%s, 10)",
                    "generate_series(1, 10, %s)",
                    "read_parquet(%s)",
                    "read_csv('/nowhere/%s.csv', header => TRUE)",
                    "TABLE(nothing_such(TABLE few, %s))")
                .formatted(expressions.of(SqlType.INTEGER, 1), expressions.of(SqlType.INTEGER, 1));
      }
      case 12 -> {
        used.accept("by name");
        yield "SELECT i, s FROM few UNION BY NAME SELECT %s AS s, %s AS i FROM few t"
            .formatted(expressions.any(1), expressions.any(1));
      }
      case 13 -> {
        used.accept("recursive");
        yield ("WITH RECURSIVE c (n, v) AS (SELECT 1, %s FROM few t"
                + " UNION ALL SELECT n + 1, v FROM c WHERE n < %d) SELECT * FROM c")
            .formatted(expressions.any(1), random.nextInt(20));
      }
      case 14 -> {
        used.accept("match recognize");
        yield "SELECT * FROM few MATCH_RECOGNIZE (PARTITION BY s ORDER BY i MEASURES a.i AS m"
            + " PATTERN (a b*) DEFINE b AS b.i > PREV(b.i))";
      }
      case 15 -> {
        used.accept("semi or asof join");
        yield pick(
            "SELECT * FROM few t %s JOIN everything u ON t.%s = u.%s"
                .formatted(pick("SEMI", "ANTI"), column(), column()),
            "SELECT * FROM few t ASOF JOIN everything u ON t.s = u.s AND t.%1$s >= u.%1$s"
                .formatted(column()));
      }
      default -> {
        used.accept("window clause");
        yield ("SELECT sum(%s) OVER w, count(*) OVER (w ROWS 2 PRECEDING) AS n FROM everything t"
                + " WINDOW w AS (PARTITION BY %s ORDER BY %s) QUALIFY n > 1")
            .formatted(expressions.of(SqlType.INTEGER, 1), column(), expressions.any(1));
      }
    };
  }

  /// DDL, branches, listings and upkeep.
  String statement() {
    expressions.tables(List.of("scratch"));
    return switch (random.nextInt(10)) {
      case 0, 1 -> {
        used.accept("alter");
        yield "ALTER TABLE scratch "
            + pick(
                "ADD COLUMN c%d %s".formatted(random.nextInt(4), SqlType.random(random).sql()),
                "DROP COLUMN " + pick("c0", "c1", "c2", "c3", column()),
                "RENAME COLUMN %s TO %s".formatted(column(), pick("c0", "c9", "i")),
                "ALTER COLUMN %s TYPE %s".formatted(column(), SqlType.random(random).sql()),
                "ALTER COLUMN %s %s NOT NULL".formatted(column(), pick("SET", "DROP")),
                "ALTER COLUMN %s SET DEFAULT %s".formatted(column(), expressions.any(1)),
                "ADD PARTITION FIELD " + partition(),
                "DROP PARTITION FIELD " + partition(),
                "SET PROPERTIES ('format-version' = '%d')".formatted(random.nextInt(5)),
                "SET PROPERTIES ('write.delete.mode' = 'merge-on-read')",
                "UNSET PROPERTIES (k)");
      }
      case 2 -> {
        used.accept("create table");
        yield "CREATE OR REPLACE TABLE made (a %s, b %s %s) PARTITIONED BY (%s)"
            .formatted(
                SqlType.random(random).sql(),
                SqlType.random(random).sql(),
                pick("", "NOT NULL", "DEFAULT " + expressions.any(0)),
                pick("a", "bucket(4, b)", "truncate(2, a)", "day(a)", "hour(b)"));
      }
      case 3 -> {
        used.accept("branches");
        yield pick(
            "CREATE BRANCH IF NOT EXISTS side",
            "DROP BRANCH IF EXISTS side",
            "CREATE OR REPLACE TAG old",
            "MERGE BRANCH side INTO main",
            "ALTER BRANCH side ASSIGN main",
            "INSERT INTO scratch AT BRANCH side SELECT * FROM few",
            "SHOW LOGS");
      }
      case 4 -> {
        used.accept("show");
        yield pick(
            "SHOW TABLES",
            "SHOW COLUMNS FROM scratch",
            "SHOW CREATE TABLE scratch",
            "SHOW CREATE VIEW seen",
            "DESCRIBE scratch",
            "SELECT * FROM sys.snapshots",
            "SELECT * FROM information_schema.columns WHERE table_name = 'few'",
            "SHOW BRANCHES");
      }
      case 5 -> {
        used.accept("upkeep");
        yield pick(
            "OPTIMIZE scratch",
            "VACUUM scratch",
            "ANALYZE TABLE scratch",
            "TRUNCATE TABLE scratch",
            "CALL system.expire_snapshots(table => 'scratch')",
            "CALL system.rollback_to_snapshot(table => 'scratch', snapshot_id => 1)");
      }
      case 6 -> {
        used.accept("merge");
        yield ("MERGE INTO scratch USING (%s) AS f ON %s WHEN MATCHED AND %s THEN %s"
                + " WHEN NOT MATCHED THEN INSERT %s WHEN NOT MATCHED BY SOURCE THEN DELETE")
            .formatted(
                "SELECT * FROM few",
                expressions.predicate(1),
                expressions.predicate(1),
                pick("DELETE", "UPDATE SET *", "UPDATE SET s = " + expressions.any(1)),
                pick("*", "(i) VALUES (f.i)", "(i, s) VALUES (f.i)"));
      }
      case 7 -> {
        used.accept("overwrite");
        yield "INSERT OVERWRITE scratch SELECT * FROM " + pick("few", "everything", "nothing");
      }
      case 8 -> {
        used.accept("materialized view");
        yield pick(
            "CREATE OR REPLACE MATERIALIZED VIEW kept AS " + query.get(),
            "REFRESH MATERIALIZED VIEW kept",
            "SELECT * FROM kept",
            "DROP MATERIALIZED VIEW IF EXISTS kept");
      }
      default -> {
        used.accept("update from");
        yield pick(
            "UPDATE scratch SET s = %s FROM few f WHERE scratch.i = f.i AND %s"
                .formatted(expressions.any(1), expressions.predicate(1)),
            "DELETE FROM scratch USING few f WHERE scratch.i = f.i AND " + expressions.predicate(1),
            "INSERT INTO scratch BY NAME SELECT %s AS %s".formatted(expressions.any(0), column()));
      }
    };
  }

  private String partition() {
    return pick("i", "day(ts)", "bucket(4, s)", "truncate(3, s)", "month(dt)", "hour(tz)");
  }
}
