package io.bauplan.tests.pipelines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.run.RunEvent;
import io.bauplan.exec.run.RunResult;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `CREATE EXPECTATION`: runs that would break it publish nothing.
final class ExpectationTest {
  @TempDir static Path warehouse;
  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.open(EngineConfig.of(warehouse));
    run("CREATE TABLE raw AS SELECT 1 AS id, 10 AS usd UNION ALL SELECT 2, 20");
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  private static List<List<Object>> run(String sql) {
    return EngineRows.run(engine, sql);
  }

  private static RunResult project(String name, String model, String sql) {
    Path file =
        RecordedRun.write(
            warehouse.resolve(name),
            model + ".sql",
            "-- bauplan: materialization_strategy=REPLACE\n" + sql);
    return RecordedRun.of(engine, file.getParent()).result();
  }

  @Test
  void aBrokenExpectationFailsTheRunAndLeavesMainUntouched() {
    assertThat(project("p1", "paid", "SELECT id, usd FROM raw").error()).isEmpty();
    run("CREATE EXPECTATION positive ON paid CHECK (usd > 0)");
    run("CREATE EXPECTATION enough ON paid CHECK (count(*) >= 2 AND sum(usd) < 1000)");
    assertThat(run("SELECT table_name, name, condition FROM sys.expectations ORDER BY name"))
        .hasSize(2)
        .first()
        .asString()
        .contains("enough")
        .contains("1000");
    assertThat(project("p2", "paid", "SELECT id, usd + 1 AS usd FROM raw").error()).isEmpty();
    List<List<Object>> before = run("SELECT commit FROM sys.branches WHERE name = 'main'");

    RecordedRun broken =
        RecordedRun.of(
            engine,
            RecordedRun.write(
                    warehouse.resolve("p3"),
                    "paid.sql",
                    "-- bauplan: materialization_strategy=REPLACE\n"
                        + "SELECT id, usd - 15 AS usd FROM raw")
                .getParent());
    assertThat(broken.result().status()).isEqualTo(RunResult.Status.FAILED);
    assertThat(broken.result().sqlState()).isEqualTo(ErrorCode.EXPECTATION_FAILED.sqlState());
    assertThat(broken.result().error()).contains("\"positive\"").contains("1 rows break");
    assertThat(broken.all(RunEvent.ExpectationChecked.class))
        .anySatisfy(
            checked -> {
              assertThat(checked.expectation()).isEqualTo("positive");
              assertThat(checked.passed()).isFalse();
            });
    RunResult few = project("p4", "paid", "SELECT id, usd FROM raw WHERE id = 1");
    assertThat(few.error()).contains("\"enough\"").contains("together");
    assertThat(run("SELECT commit FROM sys.branches WHERE name = 'main'")).isEqualTo(before);
    assertThat(run("SELECT sum(usd) FROM paid").toString()).isEqualTo("[[32]]");
    // The branch of the failed run shows what would have been.
    assertThat(run("SELECT min(usd) FROM paid AT BRANCH " + broken.result().keptBranch()))
        .containsExactly(List.of(-5L));

    run("DROP EXPECTATION enough");
    assertThat(project("p5", "paid", "SELECT id, usd FROM raw WHERE id = 1").error()).isEmpty();
    assertThat(run("SELECT name FROM sys.expectations")).containsExactly(List.of("positive"));
  }

  @Test
  void anExpectationBelongsToABranchAndHasOneName() {
    run("CREATE TABLE kept (a INTEGER)");
    run("CREATE BRANCH dev");
    run("CREATE EXPECTATION e ON kept AT BRANCH dev CHECK (a IS NOT NULL)");
    assertThat(run("SELECT count(*) FROM sys.expectations WHERE name = 'e'").toString())
        .isEqualTo("[[0]]");
    run("MERGE BRANCH dev INTO main");
    assertThat(run("SELECT count(*) FROM sys.expectations WHERE name = 'e'").toString())
        .isEqualTo("[[1]]");
    refused(ErrorCode.DUPLICATE_NAME, "CREATE EXPECTATION E ON kept CHECK (a > 1)");
    run("CREATE EXPECTATION IF NOT EXISTS e ON kept CHECK (a > 1)");
    run("CREATE OR REPLACE EXPECTATION e ON kept CHECK (a > 2)");
    assertThat(run("SELECT condition FROM sys.expectations WHERE name = 'e'").toString())
        .contains("2");
    refused(ErrorCode.COLUMN_NOT_FOUND, "CREATE EXPECTATION f ON kept CHECK (b > 1)");
    refused(ErrorCode.TABLE_NOT_FOUND, "CREATE EXPECTATION f ON nowhere CHECK (a > 1)");
    refused(ErrorCode.TABLE_NOT_FOUND, "DROP EXPECTATION f");
    run("DROP EXPECTATION IF EXISTS f");
    run("DROP EXPECTATION e");
  }

  private static void refused(ErrorCode code, String sql) {
    assertThatThrownBy(() -> run(sql))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(code));
  }
}
