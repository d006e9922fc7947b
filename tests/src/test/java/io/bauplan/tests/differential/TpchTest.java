package io.bauplan.tests.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.tests.support.DuckDb;
import io.bauplan.tests.support.EngineRows;
import io.bauplan.tests.support.ResultComparison;
import io.bauplan.tests.support.TpchQueries;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// TPC-H at scale 0.1: every query gives what DuckDB gives over the very files that we wrote.
class TpchTest {
  private static final List<String> TABLES =
      List.of("region", "nation", "supplier", "customer", "part", "partsupp", "orders", "lineitem");

  @TempDir static Path warehouse;
  private static Engine engine;
  private static DuckDb duck;

  @BeforeAll
  static void load() {
    engine = Engine.open(EngineConfig.of(warehouse));
    EngineRows.run(engine, "CALL system.generate_tpch(scale => 0.1)");
    duck = DuckDb.open();
    for (String table : TABLES) {
      duck.execute(
          "CREATE VIEW " + table + " AS SELECT * FROM read_parquet([" + files(table) + "])");
    }
  }

  private static String files(String name) {
    CatalogEntry entry =
        engine
            .catalog()
            .find(engine.catalog().resolve("main"), new TableRef(List.of("bauplan"), name))
            .orElseThrow();
    CatalogTable table = ((CatalogEntry.Table) entry).table();
    return table.planFiles(table.currentSnapshotId(), table.columns(), Optional.empty()).stream()
        .map(file -> "'" + file.location().replaceFirst("^file:(//)?", "") + "'")
        .collect(Collectors.joining(", "));
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
    List<List<Object>> ours = EngineRows.run(engine, sql);
    List<List<Object>> oracle = duck.query(sql);
    assertThat(ResultComparison.difference(ours, oracle)).isEmpty();
  }
}
