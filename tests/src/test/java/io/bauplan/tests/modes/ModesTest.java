package io.bauplan.tests.modes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.engine.StatementResult;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.sql.error.EngineException;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A few queries of TPC-H in batches of 1 and 7 rows and without the optimizer; `tests/modes` runs
/// all of them, and TPC-DS, in all modes.
class ModesTest {
  @TempDir static Path folder;
  private static ModeRuns runs;
  private static Engine engine;

  @BeforeAll
  static void open() {
    runs = new ModeRuns("tpch", "0.01", folder, Duration.ofMinutes(5), 0);
    engine = runs.open(Mode.named("plain"));
  }

  @AfterAll
  static void close() {
    if (engine != null) {
      engine.close();
    }
    if (runs != null) {
      runs.close();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "batch-1, q02 q16 q22",
    "batch-7, q02 q03 q13 q18 q21 q22",
    "optimizer-off, q02 q05 q13 q15 q20 q21"
  })
  void givesWhatDuckDbGives(String name, String queries) {
    Mode mode = Mode.named(name);
    for (String query : queries.split(" ")) {
      ModeRuns.Outcome outcome = runs.run(engine, mode, query);
      assertThat(outcome.kind())
          .as("%s, %s: %s", name, query, outcome.detail())
          .isEqualTo(ModeRuns.Kind.EQUAL);
    }
  }

  @Test
  void withoutTheOptimizerJoinsAreInTheOrderWritten() {
    String sql =
        "EXPLAIN SELECT count(*) FROM lineitem, nation, supplier"
            + " WHERE l_suppkey = s_suppkey AND s_nationkey = n_nationkey AND n_name = 'PERU'";
    String ordered = EngineRows.run(engine, sql).toString();
    String written = EngineRows.run(engine, Mode.named("optimizer-off").session(), sql).toString();
    // Nation waits for supplier: there is no cross product.
    assertThat(written).isNotEqualTo(ordered).doesNotContain("NestedLoop").contains("PERU");
  }

  @Test
  void cutsBatches() {
    for (String sql : List.of("SELECT * FROM nation", "SELECT 1 FROM nation a, nation b")) {
      assertThat(longestBatch("plain", sql)).as(sql).isGreaterThan(7);
      assertThat(longestBatch("batch-7", sql)).as(sql).isEqualTo(7);
      assertThat(longestBatch("batch-1", sql)).as(sql).isEqualTo(1);
    }
    assertThatThrownBy(() -> EngineRows.run(engine, "SET batch_rows = 0"))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("batch_rows");
  }

  private static int longestBatch(String mode, String sql) {
    int longest = 0;
    StatementResult.Rows rows =
        (StatementResult.Rows)
            engine.execute(Mode.named(mode).session(), sql, StatementOptions.DEFAULT);
    try (RunningQuery query = rows.query()) {
      for (Batch batch = query.next(); batch != null; batch = query.next()) {
        longest = Math.max(longest, batch.rowCount());
        batch.close();
      }
    }
    return longest;
  }
}
