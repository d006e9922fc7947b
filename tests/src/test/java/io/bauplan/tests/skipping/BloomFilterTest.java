package io.bauplan.tests.skipping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Row groups whose bloom filter says that a value is not there are not read: our filters, which
/// DuckDB understands, and DuckDB's.
@SuppressWarnings("NullAway.Init")
class BloomFilterTest {
  private static final int ROWS = 100_000;

  /// Every third number, scattered: what is between is within all bounds and is not there.
  private static final String SPARSE =
      "SELECT 3 * MOD(n * 7919, " + ROWS + ") AS k FROM TABLE(generate_series(1, 100000)) AS t(n)";

  /// By column: a value that is there where `k` is, with `%s` for it.
  private static final Map<String, String> COLUMNS =
      new TreeMap<>(
          Map.of(
              "a", "CAST(%s AS INTEGER)",
              "b", "CAST(%s AS BIGINT)",
              "c", "'name ' || CAST(%s AS VARCHAR)",
              "d", "CAST(%s AS DOUBLE)",
              "e", "CAST(%s AS DECIMAL(9, 2))",
              "f", "CAST(CAST(%s AS BIGINT) AS DECIMAL(15, 3))",
              "g", "DATE '1970-01-01' + CAST(%s AS INTEGER)",
              "h", "CAST(%s AS REAL)",
              "i", "'short' || CAST(MOD(%s, 3000) AS VARCHAR)",
              "j", "TIMESTAMP '2020-01-01 00:00:00' + INTERVAL '1' SECOND * %s"));

  @TempDir static Path folder;
  private static Engine engine;
  private static Connection duck;
  private static String rows;

  @BeforeAll
  static void open() throws Exception {
    engine = Engine.open(EngineConfig.of(folder.resolve("warehouse")));
    duck = DriverManager.getConnection("jdbc:duckdb:");
    StringBuilder sql = new StringBuilder("SELECT ");
    COLUMNS.forEach(
        (name, value) -> sql.append(value.formatted("k")).append(" AS ").append(name).append(", "));
    rows = sql.append("k FROM (").append(SPARSE).append(")").toString();
  }

  @AfterAll
  static void close() throws Exception {
    duck.close();
    engine.close();
  }

  private static List<List<Object>> run(String sql) {
    return EngineRows.run(engine, sql);
  }

  @Test
  void ourFiltersExcludeWhatIsNotThere() throws Exception {
    String file = folder.resolve("ours.parquet").toString();
    run(
        "COPY ("
            + rows
            + ") TO '"
            + file
            + "' (bloom_filter_columns = 'a, b, c, d, e, f, g, h, i, j')");
    exclude("'" + file + "'");
    duckUnderstands(file);
  }

  @Test
  void tablesHaveThemByProperty() throws Exception {
    StringBuilder with = new StringBuilder();
    COLUMNS
        .keySet()
        .forEach(
            name ->
                with.append("\"write.parquet.bloom-filter-enabled.column.")
                    .append(name)
                    .append("\" = 'true', "));
    run(
        "CREATE TABLE hashed WITH ("
            + with
            + "\"write.parquet.bloom-filter-max-bytes\" = '500000') AS "
            + rows);
    exclude("hashed");
    run("CREATE TABLE keys AS SELECT CAST(x AS BIGINT) AS x FROM (VALUES (4), (100)) AS v(x)");
    JsonNode probed =
        ScanFigures.of(
            engine, "hashed", "SELECT count(*), min(h.c) FROM hashed h JOIN keys ON h.b = keys.x");
    assertThat(probed.get("rowsRead").asInt()).isZero();
    assertThat(probed.get("rowGroupsSkipped").asInt()).isPositive();
  }

  private static void exclude(String from) throws Exception {
    for (Map.Entry<String, String> column : COLUMNS.entrySet()) {
      String name = column.getKey();
      boolean few = name.equals("i");
      int excluded = 0;
      for (int k = 3000; k < 3300; k += 60) {
        String there = "SELECT k FROM " + from + " WHERE " + name + " = " + value(column, k);
        List<List<Object>> found = run(there);
        assertThat(found).as(there).anySatisfy(row -> assertThat(row.toString()).isNotBlank());
        assertThat(found).as(there).hasSize(few ? 100 : 1);
        JsonNode scan =
            ScanFigures.of(
                engine,
                "SELECT k FROM %s WHERE %s IN (%s, %s)"
                    .formatted(from, name, value(column, k + 1), value(column, k + 31)));
        assertThat(scan.get("rows").asInt()).as(name).isZero();
        excluded += scan.get("rowsRead").asInt() == 0 ? 1 : 0;
      }
      assertThat(excluded).as(name).isGreaterThan(3);
    }
  }

  /// As a literal.
  private static String value(Map.Entry<String, String> column, int k) {
    return switch (column.getKey()) {
      case "c" -> "'name " + k + "'";
      case "g" -> "DATE '" + LocalDate.ofEpochDay(k) + "'";
      case "i" -> "'short" + k % 3000 + "'";
      case "j" ->
          "TIMESTAMP '2020-01-01 0"
              + LocalTime.ofSecondOfDay(k).plusNanos(1000).toString().substring(1, 8)
              + "'";
      default -> column.getValue().formatted(Integer.toString(k));
    };
  }

  private static void duckUnderstands(String file) throws Exception {
    for (String name : List.of("a", "b", "c", "d", "g", "i")) {
      int excluded = 0;
      for (int k = 3000; k < 3300; k += 60) {
        assertThat(probe(file, name, k)).as(name + " " + k).isFalse();
        excluded += probe(file, name, k + 1) ? 1 : 0;
      }
      assertThat(excluded).as(name).isGreaterThan(3);
    }
  }

  /// Whether DuckDB finds the value excluded.
  private static boolean probe(String file, String column, int k) throws Exception {
    String value =
        switch (column) {
          case "a" -> k + "::INTEGER";
          case "c" -> "'name " + k + "'";
          case "d" -> k + "::DOUBLE";
          case "g" -> "(DATE '1970-01-01' + " + k + ")";
          case "i" -> "'short" + k % 3000 + "'";
          default -> k + "::BIGINT";
        };
    try (Statement statement = duck.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT bool_and(bloom_filter_excludes) FROM parquet_bloom_probe('%s', '%s', %s)"
                    .formatted(file, column, value))) {
      assertThat(result.next()).isTrue();
      return result.getBoolean(1);
    }
  }

  @Test
  void filtersOfDuckExcludeWhatIsNotThere() throws Exception {
    String file = folder.resolve("theirs.parquet").toString();
    try (Statement statement = duck.createStatement()) {
      statement.execute(
          "COPY (SELECT 3 * (n * 7919 % 1100)::INTEGER AS a, 'name ' || 3 * (n * 7919 % 1100) AS c,"
              + " (3 * (n * 7919 % 1100))::DOUBLE AS d FROM range(55000) t(n)) TO '"
              + file
              + "' (ROW_GROUP_SIZE 27500)");
    }
    for (String value : List.of("a = %d", "c = 'name %d'", "d = %d")) {
      int excluded = 0;
      for (int k = 3000; k < 3300; k += 60) {
        String count = "SELECT count(*) FROM '" + file + "' WHERE ";
        assertThat(run(count + value.formatted(k)).toString()).isEqualTo("[[50]]");
        JsonNode scan =
            ScanFigures.of(engine, "SELECT * FROM '" + file + "' WHERE " + value.formatted(k + 1));
        excluded += scan.get("rowsRead").asInt() == 0 ? 1 : 0;
      }
      assertThat(excluded).as(value).isGreaterThan(3);
    }
  }
}
