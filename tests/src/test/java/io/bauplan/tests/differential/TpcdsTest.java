package io.bauplan.tests.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.tests.support.DuckDb;
import io.bauplan.tests.support.EngineRows;
import io.bauplan.tests.support.ResultComparison;
import io.bauplan.tests.support.TpcdsQueries;
import io.bauplan.tests.support.TpcdsWarehouse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// TPC-DS: every query gives what DuckDB gives over the very files that we wrote.
///
/// In the ordinary build at a hundredth of the smallest scale of the specification, where many
/// results have few rows or none; `tests/tpcds SCALE` runs it at others. `-Dtpcds.warehouse`
/// is a folder to keep the data in for the next time.
class TpcdsTest {
  private static final String SCALE = System.getProperty("tpcds.scale", "0.01");

  @TempDir static Path temporary;
  private static Engine engine;
  private static DuckDb duck;

  @BeforeAll
  static void load() {
    Path warehouse = Path.of(System.getProperty("tpcds.warehouse", temporary.toString()));
    engine = Engine.open(EngineConfig.of(warehouse));
    TpcdsWarehouse.generateIfAbsent(engine, SCALE);
    duck = DuckDb.open();
    TpcdsWarehouse.load(engine, duck);
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
    return TpcdsQueries.names();
  }

  @ParameterizedTest
  @MethodSource("queries")
  void givesWhatDuckDbGives(String name) {
    String sql = TpcdsQueries.textWithNullForZeroDivisors(name);
    List<List<Object>> ours = EngineRows.runOnKernels(engine, sql);
    List<List<Object>> oracle = duck.query(TpcdsQueries.forDuckDb(sql));
    // It shows quotients as percentages: ours are decimals of six digits before that.
    int lastDigits = name.equals("q58") ? 100 : 1;
    assertThat(ResultComparison.difference(ours, oracle, lastDigits)).isEmpty();
  }
}
