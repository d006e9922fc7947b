package io.bauplan.tests.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.tests.support.DuckDb;
import io.bauplan.tests.support.EngineRows;
import io.bauplan.tests.support.ResultComparison;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files that nobody here wrote: `-Dreal.data=DIR` names the folder with `airports.csv`,
/// `birdstrikes.csv`, `flights-20k.json` and `flights-200k.arrow` (default:
/// `../../shared/data/real`).
class RealDataTest {
  @TempDir static Path warehouse;
  private static Path data;
  private static Engine engine;

  @BeforeAll
  static void open() {
    data =
        Path.of(System.getProperty("real.data", "../../shared/data/real"))
            .toAbsolutePath()
            .normalize();
    if (!Files.exists(data.resolve("birdstrikes.csv"))) {
      System.err.println("RealDataTest is SKIPPED: no files in " + data + "; set -Dreal.data=DIR");
      Assumptions.abort("no real data in " + data);
    }
    engine = Engine.open(EngineConfig.of(warehouse));
    load("airports", "read_csv", "airports.csv");
    load("birdstrikes", "read_csv", "birdstrikes.csv");
    load("flights", "read_json", "flights-20k.json");
  }

  private static void load(String table, String reader, String file) {
    EngineRows.run(
        engine,
        "CREATE TABLE " + table + " AS SELECT * FROM " + reader + "('" + data.resolve(file) + "')");
  }

  @AfterAll
  static void close() {
    if (engine != null) {
      engine.close();
    }
  }

  @Test
  void keepsEveryRow() {
    assertThat(EngineRows.run(engine, "SELECT COUNT(*) FROM airports")).isEqualTo(one(3376L));
    assertThat(EngineRows.run(engine, "SELECT COUNT(*) FROM birdstrikes")).isEqualTo(one(10000L));
    assertThat(EngineRows.run(engine, "SELECT COUNT(*) FROM flights")).isEqualTo(one(20000L));
  }

  @Test
  void readsEmptyCellsAsNull() {
    assertThat(
            EngineRows.run(
                engine, "SELECT COUNT(*) FROM birdstrikes WHERE \"Speed IAS in knots\" IS NULL"))
        .isEqualTo(one(2836L));
  }

  @Test
  void infersTypes() {
    assertThat(
            EngineRows.run(
                engine,
                "SELECT data_type FROM information_schema.columns WHERE table_name = 'airports'"
                    + " AND column_name IN ('iata', 'latitude') ORDER BY column_name"))
        .isEqualTo(List.of(List.of("VARCHAR"), List.of("DOUBLE")));
    assertThat(
            EngineRows.run(
                engine,
                "SELECT data_type FROM information_schema.columns WHERE table_name = 'birdstrikes'"
                    + " AND column_name IN ('Flight Date', 'Speed IAS in knots')"
                    + " ORDER BY column_name"))
        .isEqualTo(List.of(List.of("DATE"), List.of("BIGINT")));
  }

  @Test
  void joinsFlightsWithAirportsAsDuckDbDoes() {
    String join =
        "SELECT a.state, COUNT(*) AS flights, SUM(f.delay) AS delay, AVG(f.distance) AS distance"
            + " FROM %s f JOIN %s a ON f.origin = a.iata GROUP BY a.state";
    try (DuckDb duck = DuckDb.open()) {
      assertThat(
              ResultComparison.difference(
                  EngineRows.run(engine, join.formatted("flights", "airports")),
                  duck.query(
                      join.formatted(
                          "read_json('" + data.resolve("flights-20k.json") + "')",
                          "read_csv('" + data.resolve("airports.csv") + "')"))))
          .isEmpty();
    }
  }

  @Test
  void readsAnArrowFileInPlace() {
    assertThat(
            EngineRows.run(
                engine, "SELECT COUNT(*) FROM '" + data.resolve("flights-200k.arrow") + "'"))
        .isEqualTo(one(200000L));
  }

  private static List<List<Object>> one(Object value) {
    return List.of(List.of(value));
  }
}
