package io.bauplan.tests.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.engine.StatementResult;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The scan on a join's probe side leaves out what the build side cannot match.
class JoinKeyFilterTest {
  private static final int FILE_ROWS = 20_000;

  @TempDir static Path warehouse;
  private static Engine engine;

  @BeforeAll
  static void create() {
    engine = Engine.open(EngineConfig.of(warehouse));
    EngineRows.run(engine, "CREATE TABLE big (k BIGINT, v BIGINT)");
    for (int file = 0; file < 3; file++) {
      EngineRows.run(
          engine,
          "INSERT INTO big SELECT n, n % 10 FROM TABLE(generate_series("
              + file * FILE_ROWS
              + ", "
              + ((file + 1) * FILE_ROWS - 1)
              + ")) AS s (n)");
    }
    EngineRows.run(
        engine,
        "CREATE TABLE small AS SELECT * FROM (VALUES (20001, 'a'), (20500, 'b'), (NULL, 'c'))"
            + " v (id, name)");
    EngineRows.run(
        engine,
        "CREATE TABLE middle AS SELECT n AS id, n % 3 AS name"
            + " FROM TABLE(generate_series(25000, 26000)) AS s (n)");
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  /// Rows that the scan of `big` produced, after checking how many the query gave.
  private static long scanned(String sql, long rows) {
    StatementResult.Rows result =
        (StatementResult.Rows) engine.execute(Session.DEFAULT, sql, StatementOptions.DEFAULT);
    try (RunningQuery query = result.query()) {
      long count = 0;
      for (Batch batch = query.next(); batch != null; batch = query.next()) {
        count += batch.rowCount();
        batch.close();
      }
      assertThat(count).as(sql).isEqualTo(rows);
      return query.figures().operators().stream()
          .filter(
              o -> o.node() instanceof PhysicalPlan.TableScan s && s.table().name().equals("big"))
          .mapToLong(o -> o.rows())
          .sum();
    }
  }

  @Test
  void readsOnlyKeysOfTheBuildSide() {
    assertThat(scanned("SELECT big.v, name FROM big JOIN small ON k = id", 2)).isEqualTo(2);
    assertThat(scanned("SELECT v FROM big WHERE k IN (SELECT id FROM middle)", 1001))
        .isEqualTo(1001);
    assertThat(
            scanned(
                "SELECT v FROM (SELECT k AS x, v FROM big WHERE v < 5) b"
                    + " LEFT JOIN middle m ON m.id = x JOIN small ON small.id = x",
                2))
        .isEqualTo(2);
  }

  @Test
  void readsNothingForAnEmptyBuildSide() {
    assertThat(scanned("SELECT big.v FROM big JOIN small ON k = id WHERE name = 'c'", 0)).isZero();
  }

  @Test
  void keepsRowsThatAJoinKeeps() {
    assertThat(scanned("SELECT v FROM big LEFT JOIN small ON k = id", 3 * FILE_ROWS))
        .isEqualTo(3 * FILE_ROWS);
    assertThat(
            scanned(
                "SELECT v FROM big WHERE NOT EXISTS (SELECT 1 FROM small WHERE id = k)",
                3 * FILE_ROWS - 2))
        .isEqualTo(3 * FILE_ROWS);
    assertThat(scanned("SELECT v FROM big FULL JOIN small ON k = id", 3 * FILE_ROWS + 1))
        .isEqualTo(3 * FILE_ROWS);
  }
}
