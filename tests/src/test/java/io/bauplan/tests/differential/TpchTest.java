package io.bauplan.tests.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.tests.memory.LimitedQueries;
import io.bauplan.tests.support.DuckDb;
import io.bauplan.tests.support.EngineRows;
import io.bauplan.tests.support.ResultComparison;
import io.bauplan.tests.support.TpchQueries;
import io.bauplan.tests.support.TpchWarehouse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// TPC-H at scale 0.1: every query gives what DuckDB gives over the very files that we wrote.
class TpchTest {
  private static final long LEAST_BYTES = 8L << 20;

  @TempDir static Path warehouse;
  private static Engine engine;
  private static DuckDb duck;

  @BeforeAll
  static void load() {
    engine = Engine.open(EngineConfig.of(warehouse));
    TpchWarehouse.generateIfAbsent(engine, "0.1");
    duck = DuckDb.open();
    TpchWarehouse.attach(engine, duck);
  }

  @AfterAll
  static void close() {
    if (duck != null) {
      duck.close();
    }
    if (engine != null) {
      engine.close();
    }
  }

  static List<String> queries() {
    return TpchQueries.names();
  }

  @ParameterizedTest
  @MethodSource("queries")
  void givesWhatDuckDbGives(String name) {
    String sql = TpchQueries.text(name);
    List<List<Object>> ours = EngineRows.runOnKernels(engine, sql);
    List<List<Object>> oracle = duck.query(sql);
    assertThat(ResultComparison.difference(ours, oracle)).isEmpty();
  }

  /// From disk where there is no room for what has to be held.
  @ParameterizedTest
  @MethodSource("queries")
  void givesTheSameWithAQuarterOfItsMemory(String name) {
    LimitedQueries.Outcome outcome =
        new LimitedQueries(engine).withAQuarter(TpchQueries.text(name), LEAST_BYTES);
    assertThat(outcome.problem()).isEmpty();
    assertThat(outcome.refused()).isFalse();
  }
}
