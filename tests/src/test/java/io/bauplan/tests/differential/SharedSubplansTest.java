package io.bauplan.tests.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.engine.StatementResult;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.DuckDb;
import io.bauplan.tests.support.EngineRows;
import io.bauplan.tests.support.ResultComparison;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Repeated parts of a query are computed once, with the same rows.
class SharedSubplansTest {
  @TempDir static Path warehouse;
  private static Engine engine;
  private static DuckDb duck;

  @BeforeAll
  static void create() {
    engine = Engine.open(EngineConfig.of(warehouse));
    duck = DuckDb.open();
    duck.execute("CREATE TABLE x AS SELECT i % 1000 AS a, i % 7 AS b FROM range(20000) r (i)");
    EngineRows.run(
        engine,
        "CREATE TABLE x AS SELECT n % 1000 AS a, n % 7 AS b"
            + " FROM TABLE(generate_series(0, 19999)) AS s (n)");
  }

  @AfterAll
  static void close() {
    duck.close();
    engine.close();
  }

  private static void isShared(String sql, int scans) {
    assertThat(ResultComparison.difference(EngineRows.run(engine, sql), duck.query(sql)))
        .as(sql)
        .isEmpty();
    assertThat(scans(sql)).as(sql).isEqualTo(scans);
  }

  /// How many times the plan reads the table.
  private static long scans(String sql) {
    StatementResult.Rows rows =
        (StatementResult.Rows) engine.execute(Session.DEFAULT, sql, StatementOptions.DEFAULT);
    try (RunningQuery query = rows.query()) {
      return query.figures().operators().stream()
          .filter(operator -> operator.node() instanceof PhysicalPlan.TableScan)
          .count();
    }
  }

  @Test
  void computesOnceWhatIsUsedSeveralTimes() {
    isShared(
        "WITH c AS (SELECT b, count(*) AS n FROM x GROUP BY b)"
            + " SELECT l.b, l.n, r.n AS m FROM c l JOIN c r ON l.b = r.b + 1",
        1);
    isShared(
        "WITH c AS (SELECT a, count(*) AS n FROM x GROUP BY a)"
            + " SELECT * FROM c UNION ALL SELECT * FROM c UNION ALL SELECT n, a FROM c",
        1);
    isShared(
        "WITH c AS (SELECT a, sum(b) AS s FROM x GROUP BY a), d AS (SELECT a, s FROM c WHERE s > 3)"
            + " SELECT d.a, e.s FROM d JOIN d e ON d.a = e.a",
        1);
  }

  @Test
  void repeatsWhatIsNotTheSame() {
    isShared(
        "SELECT * FROM (SELECT b, count(*) AS n FROM x WHERE a < 5 GROUP BY b) l"
            + " JOIN (SELECT b, count(*) AS n FROM x WHERE a < 6 GROUP BY b) r ON l.b = r.b",
        2);
    List<List<Object>> random =
        EngineRows.run(
            engine,
            "SELECT l.r - m.r FROM (SELECT max(rand()) AS r FROM x) l,"
                + " (SELECT max(rand()) AS r FROM x) m");
    assertThat(random.getFirst().getFirst()).isNotEqualTo(0.0);
  }
}
