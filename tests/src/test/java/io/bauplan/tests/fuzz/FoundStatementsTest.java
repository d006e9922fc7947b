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
    }
  }
}
