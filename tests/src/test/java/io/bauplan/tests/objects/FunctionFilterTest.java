package io.bauplan.tests.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Table functions that tell how many rows they were given: conditions that may go below them do,
/// and the rows stay the same.
class FunctionFilterTest {
  @TempDir static Path warehouse;
  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.open(EngineConfig.of(warehouse));
    run("CREATE TABLE t AS SELECT i AS id, i % 4 AS part FROM generate_series(1, 20) AS g (i)");
    create("by_row", "ROW", "IMMUTABLE");
    create("by_set", "SET", "IMMUTABLE");
    create("changing", "ROW", "");
  }

  private static void create(String name, String semantics, String clause) {
    run(
        "CREATE FUNCTION "
            + name
            + " (data TABLE (id BIGINT, part BIGINT) "
            + semantics
            + " SEMANTICS) RETURNS TABLE (id BIGINT LINEAGE data.id, part BIGINT LINEAGE data.part,"
            + " half DOUBLE, seen BIGINT) LANGUAGE PYTHON "
            + clause
            + " AS $$\ndef "
            + name
            + "(data):\n    rows = data.to_pylist()\n"
            + "    return [{**r, 'half': r['id'] / 2, 'seen': len(rows)} for r in rows]\n$$");
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  private static List<List<Object>> run(String sql) {
    return EngineRows.run(engine, sql);
  }

  private static List<List<Object>> seen(String call, String condition) {
    return run(
        "SELECT min(seen), max(seen), count(*), CAST(sum(id) AS BIGINT) FROM TABLE("
            + call
            + ") WHERE "
            + condition);
  }

  @Test
  void rowsThatNobodyAsksForAreNotGiven() {
    assertThat(seen("by_row(TABLE t)", "id > 15")).containsExactly(List.of(5L, 5L, 5L, 90L));
    assertThat(seen("by_row(TABLE t)", "id > 15 AND half > 9"))
        .containsExactly(List.of(5L, 5L, 2L, 39L));
    assertThat(seen("by_set(TABLE t PARTITION BY part)", "part IN (0, 1)"))
        .containsExactly(List.of(5L, 5L, 10L, 105L));
  }

  @Test
  void whatMayDependOnOtherRowsSeesThemAll() {
    assertThat(seen("by_set(TABLE t)", "id > 15")).containsExactly(List.of(20L, 20L, 5L, 90L));
    assertThat(seen("by_row(TABLE t)", "half > 9")).containsExactly(List.of(20L, 20L, 2L, 39L));
    assertThat(seen("changing(TABLE t)", "id > 15")).containsExactly(List.of(20L, 20L, 5L, 90L));
    assertThat(seen("by_set(TABLE t PARTITION BY part)", "id > 15"))
        .containsExactly(List.of(5L, 5L, 5L, 90L));
  }
}
