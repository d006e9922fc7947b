package io.bauplan.tests.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.tests.support.DuckDb;
import io.bauplan.tests.support.EngineRows;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `COPY (query) TO 'file'` in every format, read back by our readers and by DuckDB.
final class FileExportTest {
  private static final String ROWS =
      "SELECT * FROM (VALUES"
          + " (1, 'plain', DATE '2024-02-29', CAST(12.50 AS DECIMAL(10, 2)),"
          + " TIMESTAMP '2024-02-29 23:59:59.123456', TRUE, CAST(0.1 AS DOUBLE)),"
          + " (2, 'a \"quoted\", text' || chr(10) || 'of two lines', DATE '1969-12-31',"
          + " CAST(-0.01 AS DECIMAL(10, 2)), TIMESTAMP '1969-12-31 00:00:00.000001', FALSE,"
          + " CAST(-1.5E300 AS DOUBLE)),"
          + " (3, CAST(NULL AS VARCHAR), CAST(NULL AS DATE), CAST(NULL AS DECIMAL(10, 2)),"
          + " CAST(NULL AS TIMESTAMP), CAST(NULL AS BOOLEAN), CAST(NULL AS DOUBLE)),"
          + " (4, 'Grüße \uD83D\uDE80 \\ /', DATE '0001-01-01', CAST(99999999.99 AS DECIMAL(10, 2)),"
          + " TIMESTAMP '2024-01-01 00:00:00', TRUE, CAST(3 AS DOUBLE)))"
          + " AS t(id, s, d, n, ts, b, f)";

  private static final List<List<Object>> EXPECTED =
      List.of(
          row("plain", "2024-02-29", "12.50", "2024-02-29T23:59:59.123456", true, 0.1),
          row(
              "a \"quoted\", text\nof two lines",
              "1969-12-31",
              "-0.01",
              "1969-12-31T00:00:00.000001",
              false,
              -1.5E300),
          Arrays.asList(null, null, null, null, null, null),
          row(
              "Grüße \uD83D\uDE80 \\ /",
              "0001-01-01",
              "99999999.99",
              "2024-01-01T00:00",
              true,
              3.0));

  private static final String SELECT =
      "SELECT s, CAST(d AS DATE), CAST(n AS DECIMAL(10, 2)), CAST(ts AS TIMESTAMP), b, f FROM %s"
          + " ORDER BY id";

  @TempDir static Path folder;
  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.open(EngineConfig.of(folder.resolve("warehouse")));
  }

  @AfterAll
  static void close() {
    if (engine != null) {
      engine.close();
    }
  }

  private static List<Object> row(
      String s, String date, String number, String time, Boolean b, Double f) {
    return List.of(
        s, LocalDate.parse(date), new BigDecimal(number), LocalDateTime.parse(time), b, f);
  }

  @ParameterizedTest
  @ValueSource(strings = {"parquet", "csv", "json", "arrow"})
  void isReadBackEqual(String format) {
    Path file = folder.resolve("own." + format);
    run("COPY (" + ROWS + ") TO '" + file + "'");
    assertThat(run(SELECT.formatted("'" + file + "'"))).isEqualTo(EXPECTED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"parquet", "csv", "json"})
  void isReadEqualByDuckDb(String format) {
    Path file = folder.resolve("duck." + format);
    run("COPY (" + ROWS + ") TO '" + file + "'");
    try (DuckDb duck = DuckDb.open()) {
      List<List<Object>> rows = new ArrayList<>();
      duck.query(SELECT.formatted("'" + file + "'")).forEach(each -> rows.add(each));
      assertThat(rows).isEqualTo(EXPECTED);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"parquet", "csv", "json", "arrow"})
  void writesAFileForAQueryWithoutRows(String format) {
    Path file = folder.resolve("empty." + format);
    run("COPY (" + ROWS + " WHERE id > 100) TO '" + file + "'");
    assertThat(file).exists();
    if (!format.equals("json")) {
      assertThat(run("SELECT COUNT(*) FROM '" + file + "'")).isEqualTo(List.of(List.of(0L)));
    }
  }

  @Test
  void writesManyRowsOnce() {
    for (String format : List.of("parquet", "csv", "json", "arrow")) {
      Path file = folder.resolve("many." + format);
      run("COPY (SELECT v FROM generate_series(1, 300000) AS g(v)) TO '" + file + "'");
      assertThat(run("SELECT COUNT(*), CAST(SUM(v) AS BIGINT) FROM '" + file + "'"))
          .as(format)
          .isEqualTo(List.of(List.of(300000L, 45000150000L)));
    }
  }

  @Test
  void leavesNothingAfterAFailure() {
    Path file = folder.resolve("failed.csv");
    try {
      run("COPY (SELECT CAST(s AS INTEGER) AS i FROM (" + ROWS + ")) TO '" + file + "'");
      org.junit.jupiter.api.Assertions.fail("the cast must fail");
    } catch (io.bauplan.sql.error.EngineException e) {
      assertThat(Files.exists(file)).isFalse();
    }
  }

  private static List<List<Object>> run(String sql) {
    return EngineRows.run(engine, sql);
  }
}
