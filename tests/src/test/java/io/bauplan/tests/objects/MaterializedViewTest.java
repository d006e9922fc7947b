package io.bauplan.tests.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.engine.StatementResult;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Materialized views: never another answer than their query's, whether read by name or put in
/// place of parts of other queries.
class MaterializedViewTest {
  @TempDir static Path warehouse;
  private static Engine engine;

  private static final Session COMPUTED =
      new Session(
          Session.DEFAULT.principal(),
          Session.DEFAULT.reference(),
          Session.DEFAULT.namespace(),
          Session.DEFAULT.zone(),
          Map.of("materialized_views", "off"));

  @BeforeAll
  static void open() {
    engine = Engine.open(EngineConfig.of(warehouse));
    run(
        "CREATE TABLE sales AS SELECT i AS id, CAST(i % 7 AS INTEGER) AS shop,"
            + " CASE WHEN i % 11 = 0 THEN NULL ELSE i % 5 END AS item,"
            + " CAST(i % 13 AS DECIMAL(10, 2)) / 4 AS price, i % 3 AS amount,"
            + " CASE WHEN i % 2 = 0 THEN 'even' ELSE 'odd' END AS kind"
            + " FROM generate_series(1, 500) AS g (i)");
    run("CREATE TABLE shops (shop INTEGER, town VARCHAR)");
    run("INSERT INTO shops VALUES (0, 'Rome'), (1, 'Pisa'), (2, 'Rome'), (3, 'Bari'), (9, 'Ur')");
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  private static List<List<Object>> run(String sql) {
    return EngineRows.run(engine, sql);
  }

  private static String message(String sql) {
    return ((StatementResult.Updated)
            engine.execute(Session.DEFAULT, sql, StatementOptions.DEFAULT))
        .message();
  }

  private static String plan(String sql) {
    return String.join("\n", run("EXPLAIN " + sql).stream().map(r -> (String) r.get(0)).toList());
  }

  private static List<List<Object>> sorted(List<List<Object>> rows) {
    List<List<Object>> sorted = new ArrayList<>(rows);
    sorted.sort(Comparator.comparing(Object::toString));
    return sorted;
  }

  @Test
  void readsStoredRowsWhileFreshAndComputesOtherwise() {
    run("CREATE TABLE t1 (k INTEGER, v BIGINT)");
    run("INSERT INTO t1 VALUES (1, 10), (1, 20), (2, 5)");
    run("CREATE MATERIALIZED VIEW m1 AS SELECT k, SUM(v) AS s, COUNT(*) AS n FROM t1 GROUP BY k");
    assertThat(plan("SELECT * FROM m1")).contains("m1__storage").doesNotContain("bauplan.t1");
    List<List<Object>> before = sorted(run("SELECT CAST(s AS BIGINT) FROM m1"));
    assertThat(before).containsExactly(List.of(30L), List.of(5L));

    run("INSERT INTO t1 VALUES (3, 7)");
    assertThat(plan("SELECT * FROM m1")).contains("bauplan.t1").doesNotContain("m1__storage");
    assertThat(run("SELECT COUNT(*) FROM m1")).containsExactly(List.of(3L));

    assertThat(message("REFRESH MATERIALIZED VIEW m1")).contains("3 rows");
    assertThat(plan("SELECT * FROM m1")).contains("m1__storage");
    assertThat(message("REFRESH MATERIALIZED VIEW m1")).contains("up to date");
    assertThat(run("SELECT COUNT(*) FROM sys.branches WHERE name LIKE 'refresh%'"))
        .containsExactly(List.of(0L));
  }

  @Test
  void isFreshWhereTheReferenceHasWhatItWasMadeFrom() {
    run("CREATE TABLE t2 (v INTEGER)");
    run("INSERT INTO t2 VALUES (1), (2)");
    run("CREATE MATERIALIZED VIEW m2 AS SELECT MAX(v) AS top FROM t2");
    run("CREATE TAG m2_then");
    run("CREATE BRANCH m2_dev");
    run("INSERT INTO t2 AT BRANCH m2_dev VALUES (100)");
    assertThat(run("SELECT top FROM m2 AT BRANCH m2_dev")).containsExactly(List.of(100L));
    assertThat(run("SELECT top FROM m2")).containsExactly(List.of(2L));
    assertThat(plan("SELECT * FROM m2")).contains("m2__storage");
    run("INSERT INTO t2 VALUES (50)");
    assertThat(plan("SELECT * FROM m2 AT TAG m2_then")).contains("m2__storage");
    assertThat(run("SELECT top FROM m2 AT TAG m2_then")).containsExactly(List.of(2L));
    run("REFRESH MATERIALIZED VIEW m2 AT BRANCH m2_dev");
    assertThat(plan("SELECT * FROM m2 AT BRANCH m2_dev")).contains("m2__storage");
    assertThat(run("SELECT top FROM m2")).containsExactly(List.of(50L));
  }

  @Test
  void noticesChangesOfSchemasViewsAndNames() {
    run("CREATE TABLE t3 (a INTEGER)");
    run("INSERT INTO t3 VALUES (1)");
    run("CREATE VIEW v3 AS SELECT a FROM t3");
    run("CREATE MATERIALIZED VIEW m3 AS SELECT * FROM v3");
    assertThat(plan("SELECT * FROM m3")).contains("m3__storage");
    run("CREATE OR REPLACE VIEW v3 AS SELECT a + 1 AS a FROM t3");
    assertThat(run("SELECT a FROM m3")).containsExactly(List.of(2L));
    run("REFRESH MATERIALIZED VIEW m3");
    assertThat(plan("SELECT * FROM m3")).contains("m3__storage");
    run("INSERT INTO m3__storage VALUES (77)");
    assertThat(run("SELECT a FROM m3")).containsExactly(List.of(2L));
    run("DROP TABLE m3__storage");
    assertThat(run("SELECT a FROM m3")).containsExactly(List.of(2L));
    assertThat(message("REFRESH MATERIALIZED VIEW m3")).contains("1 row");
    run("DROP MATERIALIZED VIEW m3");
    assertThat(run("SHOW TABLES LIKE 'm3%'")).isEmpty();
    run("CREATE SCHEMA IF NOT EXISTS sub");
    run("CREATE TABLE bauplan.sub.x (a INTEGER)");
    run("INSERT INTO bauplan.sub.x VALUES (1)");
    run("CREATE MATERIALIZED VIEW m4 AS SELECT a FROM sub.x");
    assertThat(run("SELECT a FROM m4")).containsExactly(List.of(1L));
    run("CREATE TABLE sub.x (a INTEGER)");
    assertThat(run("SELECT a FROM m4")).isEmpty();
  }

  @Test
  void refusesWhatTheReferenceDoesNotDetermine() {
    for (String query :
        List.of(
            "SELECT random() AS r FROM sales",
            "SELECT current_timestamp AS now",
            "SELECT * FROM sys.branches",
            "SELECT * FROM sales AT BRANCH main")) {
      assertThatThrownBy(() -> run("CREATE MATERIALIZED VIEW volatile_view AS " + query))
          .isInstanceOfSatisfying(
              EngineException.class,
              e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(ErrorCode.INVALID_STATEMENT))
          .hasMessageContaining("not be repeatable");
    }
    run("CREATE VIEW plain AS SELECT 1 AS one");
    assertThatThrownBy(() -> run("REFRESH MATERIALIZED VIEW plain"))
        .hasMessageContaining("not a materialized view");
    assertThatThrownBy(() -> run("DROP MATERIALIZED VIEW plain"))
        .hasMessageContaining("plain view");
    assertThatThrownBy(() -> run("CREATE MATERIALIZED VIEW d AS SELECT id, id FROM sales"))
        .hasMessageContaining("twice");
    assertThatThrownBy(() -> run("CREATE OR REPLACE VIEW plain AS SELECT * FROM plain"))
        .hasMessageContaining("read itself");
  }

  @Test
  void keepsPartitioningAndTypes() {
    run(
        "CREATE MATERIALIZED VIEW typed PARTITIONED BY (town) AS SELECT CAST(shop AS SMALLINT) AS"
            + " small, town, CAST(NULL AS VARCHAR) AS nothing, DATE '2024-01-02' AS day FROM shops");
    assertThat(
            run(
                "SELECT column_name, data_type FROM information_schema.columns WHERE table_name"
                    + " = 'typed' AND column_name = 'small'"))
        .containsExactly(List.of("small", "SMALLINT"));
    assertThat(EngineRows.run(engine, COMPUTED, "SELECT * FROM typed ORDER BY small"))
        .isEqualTo(run("SELECT * FROM typed ORDER BY small"));
    var storage =
        (CatalogEntry.Table)
            engine
                .catalog()
                .find(
                    engine.catalog().resolve("main"),
                    new TableRef(List.of("bauplan"), "typed__storage"))
                .orElseThrow();
    CatalogTable table = storage.table();
    assertThat(table.partitioning()).singleElement();
    run("INSERT INTO shops VALUES (10, 'Rome')");
    run("REFRESH MATERIALIZED VIEW typed");
    assertThat(run("SELECT COUNT(*) FROM typed WHERE town = 'Rome'")).containsExactly(List.of(3L));
    run("DELETE FROM shops WHERE shop = 10");
  }

  @Test
  void answersOtherQueriesAndNeverDifferently() {
    run(
        "CREATE MATERIALIZED VIEW by_shop_item AS SELECT shop, item, kind, COUNT(*) AS n, COUNT(price)"
            + " AS np, SUM(amount) AS amount, MIN(price) AS low, MAX(price) AS high, SUM(price) AS price"
            + " FROM sales GROUP BY shop, item, kind");
    run(
        "CREATE MATERIALIZED VIEW odd_sales AS SELECT id, shop, price, amount FROM sales WHERE kind ="
            + " 'odd' AND shop > 1");
    run(
        "CREATE MATERIALIZED VIEW with_town AS SELECT s.id, s.shop, s.price, t.town FROM sales s JOIN"
            + " shops t ON s.shop = t.shop");
    assertThat(plan("SELECT shop, COUNT(*), SUM(amount) FROM sales GROUP BY shop"))
        .contains("by_shop_item__storage");
    assertThat(plan("SELECT kind, MAX(price) FROM sales WHERE shop = 3 GROUP BY kind"))
        .contains("by_shop_item__storage");
    assertThat(plan("SELECT id + 1 FROM sales WHERE kind = 'odd' AND shop > 1 AND price > 2"))
        .contains("odd_sales__storage");
    assertThat(plan("SELECT COUNT(DISTINCT shop), SUM(price) FROM sales WHERE kind = 'odd'"))
        .doesNotContain("odd_sales__storage");

    long seed = Long.getLong("seed", 42);
    Random random = new Random(seed);
    int substituted = 0;
    for (int i = 0; i < Integer.getInteger("queries", 20); i++) {
      String sql = randomQuery(random);
      List<List<Object>> expected = sorted(EngineRows.run(engine, COMPUTED, sql));
      assertThat(sorted(run(sql))).as("seed %d: %s", seed, sql).isEqualTo(expected);
      substituted += plan(sql).contains("__storage") ? 1 : 0;
    }
    assertThat(substituted).as("queries answered from views").isPositive();
    System.out.println("materialized views answered " + substituted + " queries");
  }

  private static String randomQuery(Random random) {
    List<String> keys = new ArrayList<>();
    for (String key : List.of("s.shop", "s.item", "s.kind", "s.shop + s.item", "s.id % 2")) {
      if (random.nextInt(4) == 0) {
        keys.add(key);
      }
    }
    List<String> aggregates = new ArrayList<>();
    for (String aggregate :
        List.of(
            "COUNT(*)",
            "COUNT(s.price)",
            "SUM(s.amount)",
            "MIN(s.price)",
            "MAX(s.price)",
            "AVG(s.amount)",
            "COUNT(DISTINCT s.shop)",
            "SUM(s.price) FILTER (WHERE s.shop > 2)",
            "COUNT(s.item)",
            "SUM(DISTINCT s.amount)",
            "MAX(s.shop)")) {
      if (random.nextInt(5) == 0) {
        aggregates.add(aggregate);
      }
    }
    List<String> conditions = new ArrayList<>();
    for (String condition :
        List.of(
            "s.kind = 'odd'",
            "s.shop > 1",
            "s.shop IN (2, 3)",
            "s.item IS NULL",
            "s.item IS NOT NULL",
            "s.price > 1.5",
            "s.shop > 10",
            "(s.kind = 'odd' OR s.shop = 2)")) {
      if (random.nextInt(5) == 0) {
        conditions.add(condition);
      }
    }
    boolean join = random.nextInt(3) == 0;
    String from = join ? "sales s JOIN shops t ON s.shop = t.shop" : "sales s";
    if (join && random.nextBoolean()) {
      keys.add("t.town");
    }
    if (join && random.nextInt(4) == 0) {
      from = from.replace("JOIN", "LEFT JOIN");
    }
    List<String> items = new ArrayList<>(keys);
    items.addAll(aggregates);
    if (items.isEmpty()) {
      items.addAll(List.of("s.id", "s.price"));
    }
    String sql = "SELECT " + (random.nextInt(6) == 0 ? "DISTINCT " : "");
    sql += String.join(", ", items) + " FROM " + from;
    if (!conditions.isEmpty()) {
      sql += " WHERE " + String.join(" AND ", conditions);
    }
    if (!aggregates.isEmpty() && !keys.isEmpty()) {
      sql += " GROUP BY " + String.join(", ", keys);
      if (random.nextInt(4) == 0) {
        sql += " HAVING COUNT(*) > 3";
      }
    }
    return sql;
  }
}
