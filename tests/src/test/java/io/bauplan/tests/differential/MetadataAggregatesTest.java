package io.bauplan.tests.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.engine.StatementResult;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Aggregates over whole tables come from manifests exactly where manifests are exact.
class MetadataAggregatesTest {
  @TempDir static Path warehouse;
  private static Engine engine;

  @BeforeAll
  static void create() {
    engine = Engine.open(EngineConfig.of(warehouse));
    run(
        "CREATE TABLE t (i INTEGER, l BIGINT, d DECIMAL(9, 2), day DATE, at_time TIMESTAMP,"
            + " s VARCHAR, f DOUBLE, nothing INTEGER)");
    run(
        "INSERT INTO t VALUES (3, 30, 1.50, DATE '2020-02-03', TIMESTAMP '2020-01-01 00:00:00.123456',"
            + " 'x', 1.5, NULL), (NULL, 7, -2.25, DATE '1969-01-01', NULL, 'a', CAST('NaN' AS DOUBLE), NULL)");
    run("INSERT INTO t VALUES (9, -1, NULL, NULL, NULL, NULL, NULL, NULL)");
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  private static List<List<Object>> run(String sql) {
    return EngineRows.run(engine, sql);
  }

  private static boolean readsFiles(String sql) {
    return run("EXPLAIN " + sql).stream().anyMatch(line -> line.toString().contains("TableScan"));
  }

  /// The same rows as a scan gives, whose filter keeps it from being answered otherwise.
  private static void isAnsweredFromMetadata(String calls) {
    String sql = "SELECT " + calls + " FROM t";
    assertThat(readsFiles(sql)).as(sql).isFalse();
    assertThat(run(sql)).isEqualTo(run(sql + " WHERE coalesce(l, 0) < 1000"));
  }

  @Test
  void answersCountsAndExactBounds() {
    isAnsweredFromMetadata("count(*)");
    isAnsweredFromMetadata("count(i), count(s), count(f), count(nothing)");
    isAnsweredFromMetadata("min(i), max(i), min(l), max(l)");
    isAnsweredFromMetadata("min(d), max(d), min(day), max(day), min(at_time), max(at_time)");
    isAnsweredFromMetadata("min(nothing), max(nothing)");
    assertThat(run("SELECT count(*), min(i), max(d) FROM t").toString())
        .isEqualTo("[[3, 3, 1.50]]");
  }

  @Test
  void readsFilesWhereBoundsAreNotExact() {
    for (String call :
        List.of(
            "min(s)",
            "max(s)",
            "min(f)",
            "max(f)",
            "sum(i)",
            "count(DISTINCT i)",
            "max(i + 1)",
            "count(*), max(s)",
            "count(*) FILTER (WHERE i > 1)")) {
      assertThat(readsFiles("SELECT " + call + " FROM t")).as(call).isTrue();
    }
    assertThat(readsFiles("SELECT count(*) FROM t WHERE i > 3")).isTrue();
    assertThat(readsFiles("SELECT i, count(*) FROM t GROUP BY i")).isTrue();
  }

  @Test
  void countsInViewsSubQueriesAndOldSnapshots() {
    run("CREATE VIEW v AS SELECT l AS x, i FROM t");
    assertThat(readsFiles("SELECT count(*), max(x) FROM v")).isFalse();
    assertThat(run("SELECT count(*), max(x) FROM v").toString()).isEqualTo("[[3, 30]]");
    run("CREATE TABLE changing AS SELECT 1 AS a");
    run("CREATE TAG before");
    run("INSERT INTO changing VALUES (5)");
    assertThat(run("SELECT max(a) FROM changing AT TAG before").toString()).isEqualTo("[[1]]");
    assertThat(run("SELECT max(a) FROM changing").toString()).isEqualTo("[[5]]");
    run("DELETE FROM changing WHERE a = 5");
    assertThat(run("SELECT count(*), max(a) FROM changing").toString()).isEqualTo("[[1, 1]]");
    run("DELETE FROM changing");
    assertThat(run("SELECT count(*), max(a) FROM changing").toString()).isEqualTo("[[0, null]]");
  }

  @Test
  void leavesOutFilesThatBoundsRuleOut() {
    run("CREATE TABLE parts AS SELECT 1 AS k, DATE '2020-01-01' AS day, 'apple' AS name");
    run("INSERT INTO parts VALUES (2, DATE '2021-01-01', 'melon')");
    run("INSERT INTO parts VALUES (3, DATE '2022-01-01', NULL)");
    for (String filter :
        List.of(
            "k = 2",
            "k > 1 AND k < 3",
            "day >= DATE '2020-06-01' AND day < DATE '2021-06-01'",
            "name LIKE 'm%'",
            "name IN ('melon', 'lemon')",
            "k IN (2, 7)")) {
      assertThat(files("SELECT k FROM parts WHERE " + filter)).as(filter).isEqualTo(1);
    }
    assertThat(files("SELECT k FROM parts WHERE name IS NULL")).isEqualTo(1);
    assertThat(files("SELECT k FROM parts WHERE k = 2 OR k = 3")).isEqualTo(2);
    assertThat(files("SELECT k FROM parts WHERE k > 100")).isZero();
    assertThat(
            files(
                "SELECT k FROM (SELECT k + 0 AS n, k FROM parts UNION ALL SELECT 0, 0) u"
                    + " WHERE k = 3"))
        .isEqualTo(1);
    // The constant reaches the other side of the join.
    assertThat(files("SELECT p.k FROM parts p JOIN t ON p.k = t.i WHERE t.i = 3 AND t.l > 0"))
        .isEqualTo(2);
  }

  /// Files that the scans of a plan list.
  private static long files(String sql) {
    StatementResult.Rows rows =
        (StatementResult.Rows) engine.execute(Session.DEFAULT, sql, StatementOptions.DEFAULT);
    try (RunningQuery query = rows.query()) {
      return query.figures().operators().stream()
          .mapToLong(o -> o.node() instanceof PhysicalPlan.TableScan s ? s.files().size() : 0)
          .sum();
    }
  }
}
