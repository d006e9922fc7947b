package io.bauplan.tests.skipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.sql.error.EngineException;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tables whose files are written in the table's order, whatever order the rows come in.
@SuppressWarnings("NullAway.Init")
class SortedTableTest {
  private static final String ROWS =
      "SELECT MOD(n * 7919, 60007) AS a, CASE WHEN MOD(n, 11) = 0 THEN NULL ELSE MOD(n * 31, 100)"
          + " END AS b, 'x' || CAST(MOD(n, 3) AS VARCHAR) AS p"
          + " FROM TABLE(generate_series(%d, %d)) AS t(n)";

  @TempDir static Path folder;
  private static Engine engine;
  private static Connection duck;

  @BeforeAll
  static void open() throws Exception {
    engine = Engine.open(EngineConfig.of(folder.resolve("warehouse")));
    duck = DriverManager.getConnection("jdbc:duckdb:");
  }

  @AfterAll
  static void close() throws Exception {
    duck.close();
    engine.close();
  }

  private static List<List<Object>> run(String sql) {
    return EngineRows.run(engine, sql);
  }

  /// Rows of each file of a table that are not where the order wants them.
  private static void assertSorted(String table, int files, String before) throws Exception {
    List<List<Object>> paths = run("SELECT file_path, sort_order_id FROM \"" + table + "$files\"");
    assertThat(paths).hasSize(files);
    for (List<Object> path : paths) {
      assertThat(path.get(1)).as("sort_order_id of " + path).isNotIn(0L, 0, "null");
      try (Statement statement = duck.createStatement();
          ResultSet result =
              statement.executeQuery(
                  "SELECT count(*) FROM (SELECT a, b, lag(a) OVER (ORDER BY r) AS a0,"
                      + " lag(b) OVER (ORDER BY r) AS b0, r FROM (SELECT a, b, file_row_number AS r"
                      + " FROM read_parquet('"
                      + path.get(0).toString().replaceFirst("^file:", "")
                      + "', file_row_number => true))) WHERE r > 0 AND NOT ("
                      + before
                      + ")")) {
        assertThat(result.next()).isTrue();
        assertThat(result.getLong(1)).isZero();
      }
    }
  }

  @Test
  void insertsAndCompactionsKeepTheOrder() throws Exception {
    run("CREATE TABLE sorted (a BIGINT, b BIGINT, p VARCHAR)");
    run("ALTER TABLE sorted WRITE ORDERED BY a");
    run("INSERT INTO sorted " + ROWS.formatted(1, 30_000));
    run("INSERT INTO sorted " + ROWS.formatted(30_001, 60_000));
    assertSorted("sorted", 2, "a >= a0");
    run("OPTIMIZE sorted");
    assertSorted("sorted", 1, "a >= a0");
    assertThat(run("SELECT count(*), count(DISTINCT a) FROM sorted").toString())
        .isEqualTo("[[60000, 60000]]");
    JsonNode point = ScanFigures.of(engine, "SELECT b, p FROM sorted WHERE a = 4711");
    assertThat(point.get("rows").asInt()).isEqualTo(1);
    assertThat(point.get("rowsRead").asInt()).isLessThan(25_000);
  }

  @Test
  void severalKeysNullsAndPartitions() throws Exception {
    run("CREATE TABLE parts (a BIGINT, b BIGINT, p VARCHAR) PARTITIONED BY (p)");
    run("ALTER TABLE parts WRITE ORDERED BY b DESC NULLS LAST, a ASC");
    run("INSERT INTO parts " + ROWS.formatted(1, 30_000));
    assertSorted(
        "parts",
        3,
        "b < b0 OR b IS NULL AND b0 IS NOT NULL OR b IS NOT DISTINCT FROM b0 AND a >= a0");
    run("ALTER TABLE parts WRITE UNORDERED");
    run("INSERT INTO parts VALUES (2, 2, 'x0'), (1, 1, 'x0')");
    assertThat(
            run("SELECT count(*) FROM \"parts$files\" WHERE coalesce(sort_order_id, 0) = 0")
                .toString())
        .isEqualTo("[[1]]");
    assertThatThrownBy(() -> run("ALTER TABLE parts WRITE ORDERED BY nothing"))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("nothing");
  }
}
