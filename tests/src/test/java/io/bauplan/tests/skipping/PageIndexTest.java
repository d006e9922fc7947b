package io.bauplan.tests.skipping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.tests.clients.PythonClients;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Pages that a filter excludes are not read, and no row is lost with them.
@SuppressWarnings("NullAway.Init")
class PageIndexTest {
  private static final int ROWS = 150_000;

  /// Ascending, descending, clustered, scattered; NULLs in runs of pages and here and there; bounds
  /// that are cut; pages of different lengths, since long strings end them early.
  private static final String ROWS_SQL =
      "SELECT n AS a, "
          + ROWS
          + " - n AS b, CASE WHEN n BETWEEN 40000 AND 60000 THEN NULL ELSE n / 100 END AS c, CASE"
          + " WHEN MOD(n, 7) = 3 THEN NULL ELSE MOD(n * 7919, 10007) END AS d, 'a common beginning"
          + " that is longer than the bounds of pages are, by far:' || CAST(n + 1000000 AS VARCHAR)"
          + " AS e, 'w' || CAST(n / 1000 AS VARCHAR) AS f, CAST(n AS DOUBLE) / 3 AS g, CAST(n / 10"
          + " AS DECIMAL(12, 2)) AS h, CAST(n AS DECIMAL(30, 3)) * 100000000000 AS i, DATE"
          + " '2020-01-01' + CAST(n / 500 AS INTEGER) AS j, n > 90000 AS k, ARRAY[n, n + 1] AS l,"
          + " CAST(ROW(n, 'x') AS ROW(p BIGINT, q VARCHAR)) AS m FROM TABLE(generate_series(1, "
          + ROWS
          + ")) AS t(n)";

  @TempDir static Path folder;
  private static Engine engine;
  private static Connection duck;
  private static String file;

  @BeforeAll
  static void open() throws Exception {
    engine = Engine.open(EngineConfig.of(folder.resolve("warehouse")));
    duck = DriverManager.getConnection("jdbc:duckdb:");
    file = folder.resolve("ours.parquet").toString();
    run(
        "COPY ("
            + ROWS_SQL
            + ") TO '"
            + file
            + "' (\"write.parquet.page-row-limit\" = 3000, \"write.parquet.page-size-bytes\" ="
            + " 65536, \"write.parquet.row-group-size-bytes\" = 4000000)");
  }

  @AfterAll
  static void close() throws Exception {
    duck.close();
    engine.close();
  }

  private static List<List<Object>> run(String sql) {
    return EngineRows.run(engine, sql);
  }

  private static JsonNode scan(String sql) throws Exception {
    return ScanFigures.of(engine, sql);
  }

  @Test
  void readsThePagesThatMayMatch() throws Exception {
    JsonNode point = scan("SELECT e, d, h FROM '" + file + "' WHERE a = 77777");
    assertThat(point.get("rows").asInt()).isEqualTo(1);
    assertThat(point.get("pagesSkipped").asInt()).isGreaterThan(20);
    assertThat(point.get("rowsRead").asInt()).isLessThan(9000);
    assertThat(point.get("bytesSkipped").asLong())
        .isGreaterThan(4 * point.get("bytesRead").asLong());

    JsonNode nothing = scan("SELECT e FROM '" + file + "' WHERE a = 77777 AND b < 10");
    assertThat(nothing.get("rowsRead").asInt()).isZero();
    JsonNode all = scan("SELECT e FROM '" + file + "' WHERE MOD(a, 2) = 0");
    assertThat(all.get("rowsRead").asInt()).isEqualTo(ROWS);
    JsonNode nulls = scan("SELECT e FROM '" + file + "' WHERE c IS NULL");
    assertThat(nulls.get("rows").asInt()).isEqualTo(20_001);
    assertThat(nulls.get("rowsRead").asInt()).isLessThan(30_000);
  }

  @Test
  void findsWhatDuckFinds() throws Exception {
    check(file, 40, 11);
  }

  @Test
  void findsItInFilesOfPyarrowWhichReadsOurs() throws Exception {
    String theirs = folder.resolve("theirs.parquet").toString();
    PythonClients python = PythonClients.make(Path.of("target"));
    assertThat(python.run("page_index.py", folder, file, theirs)).isEqualTo("ok\n");
    JsonNode point = scan("SELECT e, d, h FROM '" + theirs + "' WHERE a = 77777");
    assertThat(point.get("rows").asInt()).isEqualTo(1);
    assertThat(point.get("pagesSkipped").asInt()).isGreaterThan(20);
    assertThat(point.get("rowsRead").asInt()).isLessThan(10_000);
    check(theirs, 40, 12);
  }

  /// Pages are still counted from the start of the file where rows before them were passed over.
  @Test
  void deletedRowsStayDeleted() throws Exception {
    run(
        "CREATE TABLE deleted WITH (\"write.parquet.page-row-limit\" = '2000') AS SELECT n AS a,"
            + " n / 7 AS b FROM TABLE(generate_series(1, 60000)) AS t(n)");
    run("DELETE FROM deleted WHERE MOD(a, 100) = 7");
    String some = "FROM deleted WHERE a BETWEEN 50001 AND 50100";
    JsonNode scan = scan("SELECT a, b " + some);
    assertThat(scan.get("pagesSkipped").asInt()).isPositive();
    assertThat(scan.get("rowsRead").asInt()).isLessThan(10_000);
    assertThat(run("SELECT count(*), sum(a) " + some).toString())
        .isEqualTo("[[99, " + (5_005_050 - 50_007) + "]]");
  }

  /// Whatever a filter excludes: cached or not, by pages or not.
  private static void check(String from, int rounds, long seed) throws Exception {
    Random random = new Random(seed);
    for (int round = 0; round < rounds; round++) {
      String where = condition(random, 2);
      String columns =
          List.of(
                  "a, e, f",
                  "count(*), sum(a), sum(d), min(e)",
                  "a, c, d, h, i",
                  "a, k, l, m['p'], j")
              .get(random.nextInt(4));
      String sql = "SELECT " + columns + " FROM '" + from + "' WHERE " + where;
      String ordered = columns.startsWith("count") ? sql : sql + " ORDER BY a LIMIT 500";
      if (random.nextInt(3) == 0) {
        EngineRows.run(engine, "SELECT count(*), min(a), min(e) FROM '" + from + "' WHERE a > 5");
      }
      assertThat(text(run(ordered))).as(ordered).isEqualTo(expected(ordered));
    }
  }

  private static String text(List<List<Object>> rows) {
    return rows.stream().map(Object::toString).collect(Collectors.joining("\n"));
  }

  private static String expected(String sql) throws Exception {
    List<List<Object>> rows = new ArrayList<>();
    try (Statement statement = duck.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<Object> row = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          row.add(plain(result.getObject(i)));
        }
        rows.add(row);
      }
    }
    return text(rows);
  }

  private static Object plain(Object value) throws Exception {
    return switch (value) {
      case null -> "null";
      case java.sql.Array array -> List.of((Object[]) array.getArray());
      case java.sql.Date date -> date.toLocalDate();
      default -> value;
    };
  }

  private static String condition(Random random, int depth) {
    int kind = random.nextInt(depth > 0 ? 9 : 6);
    int n = random.nextInt(ROWS + 2000) - 1000;
    int m = n + random.nextInt(8000);
    return switch (kind) {
      case 0 -> compared(random, n);
      case 1 -> compared(random, n);
      case 2 -> "a BETWEEN " + n + " AND " + m;
      case 3 -> "a IN (" + n + ", " + m + ", " + random.nextInt(ROWS) + ")";
      case 4 ->
          List.of("c", "d").get(random.nextInt(2))
              + List.of(" IS NULL", " IS NOT NULL").get(random.nextInt(2));
      case 5 -> "MOD(a, 1000) = " + random.nextInt(1000);
      case 6 -> "(" + condition(random, depth - 1) + " OR " + condition(random, depth - 1) + ")";
      default -> "(" + condition(random, depth - 1) + " AND " + condition(random, depth - 1) + ")";
    };
  }

  private static String compared(Random random, int n) {
    String operator = List.of("=", "<", "<=", ">", ">=", "<>").get(random.nextInt(6));
    String side =
        switch (random.nextInt(9)) {
          case 0 -> "a %s " + n;
          case 1 -> "b %s " + n;
          case 2 -> "c %s " + n / 100;
          case 3 -> "d %s " + n % 10007;
          case 4 ->
              "e %s 'a common beginning that is longer than the bounds of pages are, by far:"
                  + (n + 1000000)
                  + "'";
          case 5 -> "f %s 'w" + Math.abs(n) / 1000 + "'";
          case 6 -> "g %s " + n + ".5 / 3";
          case 7 -> "h %s " + n / 10 + ".00";
          default -> "j %s DATE '" + java.time.LocalDate.of(2020, 1, 1).plusDays(n / 500) + "'";
        };
    return side.formatted(operator);
  }
}
