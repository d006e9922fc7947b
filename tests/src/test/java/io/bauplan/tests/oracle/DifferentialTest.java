package io.bauplan.tests.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.DuckDb;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random queries give what DuckDB gives; `tests/differential --queries N --seed N` for more.
class DifferentialTest {
  private static final int MAX_MISMATCHES = 200;

  @Test
  void randomQueriesGiveWhatTheOracleGives(@TempDir Path folder) {
    long seed = Long.getLong("differential.seed", 20_261_122L);
    // Arrow's debug allocator, which the build uses, keeps stack traces: many for 20,000 rows.
    long queries = Long.getLong("differential.queries", 50L);
    long first = Long.getLong("differential.first", 0);
    try (Engine engine = Engine.open(EngineConfig.of(folder.resolve("warehouse")));
        DuckDb duck = DuckDb.open()) {
      duck.execute("SET threads = 1");
      OracleTables.load(engine, duck, folder, seed);
      Differential run = new Differential(engine, Session.DEFAULT, duck, seed);
      long start = System.nanoTime();
      run.run(first, queries, MAX_MISMATCHES);
      System.out.print(run.report());
      System.out.printf("%.0f queries a second%n", run.asked() * 1e9 / (System.nanoTime() - start));
      assertThat(run.mismatches()).isEmpty();
      // Queries that are all refused show nothing.
      assertThat(run.same()).isGreaterThan(run.asked() * 95 / 100);
    }
  }
}
