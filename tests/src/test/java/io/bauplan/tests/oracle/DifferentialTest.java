package io.bauplan.tests.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.DuckDb;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random queries give what DuckDB gives; `tests/differential --queries N --seed N` for more.
class DifferentialTest {
  private static final int MAX_MISMATCHES = 200;

  @Test
  void randomQueriesGiveWhatTheOracleGives(@TempDir Path folder) {
    long seed = Long.getLong("differential.seed", 20_261_122L);
    // Arrow's debug allocator, which the build uses, keeps stack traces: many for thousands of
    // rows.
    long queries = Long.getLong("differential.queries", 150L);
    long first = Long.getLong("differential.first", 0);
    try (Engine engine = Engine.open(EngineConfig.of(folder.resolve("warehouse")));
        DuckDb duck = DuckDb.open()) {
      duck.execute("SET threads = 1");
      OracleTables.load(engine, duck, folder, seed);
      long start = System.nanoTime();
      Differential run = side(engine, duck, seed, first, first + queries);
      System.out.print(run.report());
      System.out.printf("%.0f queries a second%n", run.asked() * 1e9 / (System.nanoTime() - start));
      assertThat(run.mismatches()).isEmpty();
      // It does so once in thousands of queries: more of them would hide something.
      assertThat((long) run.contradicted().size()).isLessThanOrEqualTo(1 + run.asked() / 1_000);
      // Queries that are all refused show nothing.
      assertThat(run.same()).isGreaterThan(run.asked() * 95 / 100);
    }
  }

  /// Runs side by side, put together.
  private static Differential side(Engine engine, DuckDb duck, long seed, long from, long end) {
    int threads = Integer.getInteger("differential.threads", 2);
    Differential all = new Differential(engine, Session.DEFAULT, duck, seed);
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<Differential>> parts = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        long first = from + i;
        parts.add(
            pool.submit(
                () -> {
                  try (DuckDb own = duck.again()) {
                    // Of semi joins on two ranges and more, its range joins lose rows.
                    own.execute("SET nested_loop_join_threshold = 1000000");
                    var part = new Differential(engine, Session.DEFAULT, own, seed);
                    part.run(first, end, threads, MAX_MISMATCHES);
                    return part;
                  }
                }));
      }
      for (Future<Differential> part : parts) {
        all.add(part.get());
      }
      return all;
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
