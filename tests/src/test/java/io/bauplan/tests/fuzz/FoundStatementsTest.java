package io.bauplan.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Statements that the fuzzer broke the engine with, over its tables, and what they give.
class FoundStatementsTest {
  @Test
  void statementsThatWereFoundGiveTheirRows(@TempDir Path warehouse) {
    try (Engine engine = Engine.open(EngineConfig.of(warehouse))) {
      FuzzTables.STATEMENTS.forEach(statement -> EngineRows.run(engine, statement));
      // Decorrelated, the condition refers to columns that the join does not have.
      String all = "SELECT %s FROM everything t2 WHERE t2.mp NOT IN (t2.mp, t2.mp, t1.mp)";
      String join =
          "SELECT count(*) FROM everything t0 JOIN few t1 ON t0.ti = t1.ti AND t1.m38 > ALL (%s)";
      assertThat(EngineRows.run(engine, join.formatted(all.formatted("NULL"))))
          .isEqualTo(
              EngineRows.run(
                  engine, "SELECT count(*) FROM everything t0 JOIN few t1 ON t0.ti = t1.ti"))
          .isEqualTo(List.of(List.of(2L)));
      // A condition that is computed by another node's kernel, used twice.
      assertThat(
              EngineRows.run(
                  engine,
                  "WITH t AS (SELECT * FROM (VALUES (2, 3), (2, 4), (2, 4), (4, 5)) AS t (x, y))"
                      + " SELECT COUNT(x), COUNT(x) WITHIN DISTINCT (y), SUM(DISTINCT x),"
                      + " SUM(x) WITHIN DISTINCT (x) FROM t"))
          .isEqualTo(List.of(List.of(4L, 3L, 6L, 6L)));
      // Numbers beyond any text's length, and beside what is no number.
      assertThat(EngineRows.run(engine, "SELECT string_to_array('a,b', ',', 9000000000000)"))
          .isEqualTo(List.of(List.of(List.of("a", "b"))));
      assertThat(
              EngineRows.run(
                  engine, "SELECT list_contains(ARRAY[1, NULL, 3], CAST('NaN' AS DOUBLE))"))
          .isEqualTo(List.of(List.of(false)));
    }
  }
}
