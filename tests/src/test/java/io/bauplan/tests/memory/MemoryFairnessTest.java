package io.bauplan.tests.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.engine.StatementResult;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A query that takes all memory that it can get must not make a small one fail.
class MemoryFairnessTest {
  private static final long MEMORY_BYTES = 96L << 20;

  private static final String MANY =
      "(SELECT a.i * 2000 + b.i AS n, CAST(a.i * b.i AS VARCHAR) || ' and more of it' AS s"
          + " FROM UNNEST(SEQUENCE(1, 20000)) AS a(i), UNNEST(SEQUENCE(1, 2000)) AS b(i)) AS t";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT n, s FROM " + MANY + " ORDER BY s, n",
        "SELECT n, MAX(s) FROM " + MANY + " GROUP BY n",
      })
  void aSmallQueryBesideABigOneHasRows(String big, @TempDir Path folder) throws Exception {
    try (Engine engine = Engine.open(EngineConfig.of(folder).withMemory(MEMORY_BYTES))) {
      String small =
          "SELECT COUNT(*), CAST(SUM(c) AS BIGINT) FROM (SELECT i % 40000 AS g, COUNT(*) AS c"
              + " FROM UNNEST(SEQUENCE(1, 120000)) AS t(i) GROUP BY i % 40000) AS u";
      RunningQuery running =
          ((StatementResult.Rows) engine.execute(Session.DEFAULT, big, StatementOptions.DEFAULT))
              .query();
      Thread reader =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      running.next();
                      throw new AssertionError("the big query was too small");
                    } catch (EngineException cancelled) {
                      // Cancelled below.
                    }
                  });
      while (running.figures().peakMemoryBytes() < MEMORY_BYTES / 4 && reader.isAlive()) {
        Thread.sleep(5);
      }
      for (int i = 0; i < 5; i++) {
        assertThat(EngineRows.run(engine, small)).isEqualTo(List.of(List.of(40_000L, 120_000L)));
      }
      assertThat(reader.isAlive()).as("the big query still runs").isTrue();
      running.cancel();
      reader.join();
      running.close();
      assertThat(engine.worker().allocator().getAllocatedMemory()).isZero();
    }
  }
}
