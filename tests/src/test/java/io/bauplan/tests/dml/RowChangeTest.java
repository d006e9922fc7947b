package io.bauplan.tests.dml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.tests.support.DuckDb;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// UPDATE, DELETE and MERGE in every form in which deletes are written down.
@SuppressWarnings("NullAway.Init")
final class RowChangeTest {
  private static final String POSITION_FILES = "\"format-version\" = '2'";
  private static final String VECTORS = "\"format-version\" = '3'";
  private static final String FIRST_FORMAT = "\"format-version\" = '1'";
  private static final String COPY_ON_WRITE =
      "\"write.delete.mode\" = 'copy-on-write', \"write.update.mode\" = 'copy-on-write',"
          + " \"write.merge.mode\" = 'copy-on-write'";

  @TempDir static Path folder;
  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.open(EngineConfig.of(folder.resolve("warehouse")));
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  private static List<List<Object>> run(String sql) {
    return EngineRows.run(engine, sql);
  }

  private static void bothRun(DuckDb duck, String sql) {
    run(sql);
    duck.execute(sql);
  }

  private static ErrorCode code(String sql) {
    try {
      run(sql);
    } catch (EngineException e) {
      assertThat(e.getMessage()).doesNotContain("calcite");
      return e.code();
    }
    throw new AssertionError("no error: " + sql);
  }

  /// Columns that a filter does not need are read only for rows that pass it and are not deleted.
  @ParameterizedTest
  @ValueSource(strings = {POSITION_FILES, VECTORS})
  void filtersSkipRowsOfFilesWithDeletes(String properties) {
    try (DuckDb duck = DuckDb.open()) {
      run("DROP TABLE IF EXISTS filtered");
      run("CREATE TABLE filtered (id BIGINT, v BIGINT, s VARCHAR) WITH (" + properties + ")");
      run(
          "INSERT INTO filtered SELECT n, n * 7919 % 10007, 's' || (n % 100)"
              + " FROM generate_series(1, 50000) AS g(n)");
      duck.execute(
          "CREATE TABLE filtered AS SELECT n::BIGINT AS id, (n * 7919 % 10007)::BIGINT AS v,"
              + " 's' || (n % 100) AS s FROM generate_series(1, 50000) AS g(n)");
      bothRun(duck, "DELETE FROM filtered WHERE id % 3 = 0 OR id BETWEEN 8000 AND 14000");
      for (String filter :
          List.of("id % 1000 = 8", "v > 9990", "v > 100", "s = 's9'", "id > 49990", "v < 0")) {
        String sql = "SELECT id, v, s FROM filtered WHERE " + filter + " ORDER BY id";
        assertThat(run(sql)).as(filter).isEqualTo(duck.query(sql));
        assertThat(run(sql)).as("warm: " + filter).isEqualTo(duck.query(sql));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        POSITION_FILES,
        VECTORS,
        FIRST_FORMAT,
        COPY_ON_WRITE,
        VECTORS + ", " + COPY_ON_WRITE
      })
  void randomChangesLeaveWhatDuckDbHas(String properties) {
    long seed = Long.getLong("dml.seed", System.nanoTime());
    System.out.println("RowChangeTest " + properties + " seed " + seed);
    Random random = new Random(seed);
    try (DuckDb duck = DuckDb.open()) {
      run("DROP TABLE IF EXISTS t");
      run(
          "CREATE TABLE t (id BIGINT NOT NULL, p INTEGER, v BIGINT, s VARCHAR)"
              + " PARTITIONED BY (p) WITH ("
              + properties
              + ")");
      run("CREATE OR REPLACE TABLE s (id BIGINT, p INTEGER, v BIGINT, op VARCHAR)");
      duck.execute("CREATE TABLE t (id BIGINT NOT NULL, p INTEGER, v BIGINT, s VARCHAR)");
      duck.execute("CREATE TABLE s (id BIGINT, p INTEGER, v BIGINT, op VARCHAR)");
      bothRun(
          duck,
          "INSERT INTO t SELECT g, g % 3, g * 10, 'n' || g FROM"
              + " generate_series(1, 60) AS x(g)");
      for (int step = 0; step < 8; step++) {
        bothRun(duck, change(random, duck));
        String all = "SELECT * FROM t ORDER BY id, p, v, s";
        assertThat(text(run(all)))
            .as("seed %s step %s", seed, step)
            .isEqualTo(text(duck.query(all)));
        assertThat(run("SELECT count(*), sum(v) FROM t WHERE p = 1").toString())
            .isEqualTo(duck.query("SELECT count(*), sum(v) FROM t WHERE p = 1").toString());
      }
    }
  }

  /// Numbers of all widths alike.
  private static String text(List<List<Object>> rows) {
    StringBuilder text = new StringBuilder();
    rows.forEach(row -> text.append(row).append('\n'));
    return text.toString();
  }

  private static String change(Random random, DuckDb duck) {
    int low = random.nextInt(80);
    int high = low + random.nextInt(30);
    String range = "id BETWEEN " + low + " AND " + high;
    return switch (random.nextInt(8)) {
      case 0 -> "DELETE FROM t WHERE " + range;
      case 1 -> "DELETE FROM t WHERE p = " + random.nextInt(3) + " AND v % 7 = 1";
      case 2 -> "UPDATE t SET v = v + 1, p = (p + 1) % 3 WHERE " + range;
      case 3 -> "UPDATE t SET s = NULL, v = id WHERE s LIKE '%" + random.nextInt(10) + "%'";
      case 4 ->
          "INSERT INTO t SELECT g, g % 3, g, 'again' FROM generate_series("
              + (100 + low)
              + ", "
              + (100 + high)
              + ") AS x(g) WHERE g NOT IN (SELECT id FROM t)";
      default -> {
        String fill =
            "INSERT INTO s SELECT g, g % 3, g * 100, CASE g % 4 WHEN 0 THEN 'd' WHEN 1 THEN 'u'"
                + " ELSE 'i' END FROM generate_series("
                + low
                + ", "
                + high
                + ") AS x(g)";
        bothRun(duck, "DELETE FROM s");
        bothRun(duck, fill);
        yield merge(random);
      }
    };
  }

  private static String merge(Random random) {
    StringBuilder sql = new StringBuilder("MERGE INTO t USING s ON t.id = s.id");
    if (random.nextBoolean()) {
      sql.append(" WHEN MATCHED AND s.op = 'd' THEN DELETE");
    }
    sql.append(" WHEN MATCHED AND s.v > t.v THEN UPDATE SET v = s.v, s = s.op || t.s");
    if (random.nextBoolean()) {
      sql.append(" WHEN NOT MATCHED AND s.op = 'i' THEN INSERT VALUES (s.id, s.p, s.v, 'new')");
    }
    if (random.nextBoolean()) {
      sql.append(" WHEN NOT MATCHED THEN INSERT (id, v) VALUES (s.id, -s.v)");
    }
    if (random.nextBoolean()) {
      sql.append(
          " WHEN NOT MATCHED BY SOURCE AND t.id % 5 = 0 THEN UPDATE SET s = 'left', v = t.v + 1");
    }
    if (random.nextInt(3) == 0) {
      sql.append(" WHEN NOT MATCHED BY SOURCE AND t.id % 11 = 0 THEN DELETE");
    }
    return sql.toString();
  }

  @Test
  void firstClauseThatFitsIsTakenAndOnlyItsValuesAreComputed() {
    run("CREATE OR REPLACE TABLE f (id INTEGER, v DOUBLE)");
    run("INSERT INTO f VALUES (1, 0), (2, 5), (3, 10)");
    run(
        "MERGE INTO f USING (SELECT 1 AS id UNION ALL SELECT 2 UNION ALL SELECT 4) AS n"
            + " ON f.id = n.id"
            + " WHEN MATCHED AND v = 0 THEN UPDATE SET v = -1"
            + " WHEN MATCHED THEN UPDATE SET v = 100 / v"
            + " WHEN NOT MATCHED THEN INSERT (id) VALUES (n.id)");
    assertThat(run("SELECT * FROM f ORDER BY id").toString())
        .isEqualTo("[[1, -1.0], [2, 20.0], [3, 10.0], [4, null]]");
  }

  @Test
  void starTakesTheSourcesColumnsByName() {
    run("CREATE OR REPLACE TABLE f (id INTEGER, v BIGINT)");
    run("INSERT INTO f VALUES (1, 1)");
    run(
        "MERGE INTO f AS x USING (VALUES (10, 1), (20, 2)) AS n(v, id) ON x.id = n.id"
            + " WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *");
    assertThat(run("SELECT * FROM f ORDER BY id").toString()).isEqualTo("[[1, 10], [2, 20]]");
  }

  @ParameterizedTest
  @ValueSource(strings = {POSITION_FILES, COPY_ON_WRITE})
  void rowMatchedTwiceIsAnErrorAndNothingChanges(String properties) {
    run("CREATE OR REPLACE TABLE f (id INTEGER, v BIGINT) WITH (" + properties + ")");
    run("INSERT INTO f VALUES (1, 1), (2, 2)");
    String merge =
        "MERGE INTO f USING (VALUES (1, 5), (1, 6)) AS n(id, v) ON f.id = n.id"
            + " WHEN MATCHED %s THEN UPDATE SET v = n.v";
    assertThatThrownBy(() -> run(merge.formatted("")))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.CARDINALITY_VIOLATION);
              assertThat(e.hint()).isPresent();
            });
    assertThat(run("SELECT * FROM f ORDER BY id").toString()).isEqualTo("[[1, 1], [2, 2]]");
    // Only one of the two rows does anything: no row is changed twice.
    run(merge.formatted("AND n.v = 6"));
    assertThat(run("SELECT * FROM f ORDER BY id").toString()).isEqualTo("[[1, 6], [2, 2]]");
  }

  @Test
  void sourcesMayBeTheTableItselfAndConditionsMayAskSubQueries() {
    run("CREATE OR REPLACE TABLE f (id INTEGER, v BIGINT)");
    run("INSERT INTO f VALUES (1, 1), (2, 2), (3, 3)");
    run(
        "MERGE INTO f USING (SELECT id + 1 AS id, v FROM f) AS n ON f.id = n.id"
            + " WHEN MATCHED AND EXISTS (SELECT 1 FROM f AS g WHERE g.v = n.v) THEN"
            + " UPDATE SET v = (SELECT max(v) FROM f) + n.v"
            + " WHEN NOT MATCHED THEN INSERT VALUES (n.id, n.v)");
    assertThat(run("SELECT * FROM f ORDER BY id").toString())
        .isEqualTo("[[1, 1], [2, 4], [3, 5], [4, 3]]");
    run("DELETE FROM f WHERE v = (SELECT max(v) FROM f) OR id IN (SELECT v FROM f)");
    assertThat(run("SELECT * FROM f ORDER BY id").toString()).isEqualTo("[[2, 4]]");
    run("UPDATE f SET v = (SELECT count(*) FROM f)");
    assertThat(run("SELECT * FROM f").toString()).isEqualTo("[[2, 1]]");
  }

  @Test
  void updateFromAndDeleteUsingJoinAnotherTable() {
    run("CREATE OR REPLACE TABLE f (id INTEGER, v BIGINT)");
    run("INSERT INTO f VALUES (1, 1), (2, 2), (3, 3)");
    run("UPDATE f SET v = n.v FROM (VALUES (1, 10), (2, 20)) AS n(id, v) WHERE f.id = n.id");
    run("DELETE FROM f USING (VALUES (2)) AS n(id) WHERE f.id = n.id");
    assertThat(run("SELECT * FROM f ORDER BY id").toString()).isEqualTo("[[1, 10], [3, 3]]");
  }

  @Test
  void errorsNameWhatIsWrong() {
    run("CREATE OR REPLACE TABLE f (id INTEGER NOT NULL, v BIGINT)");
    run("INSERT INTO f VALUES (1, 1)");
    assertThat(code("UPDATE f SET id = NULL")).isEqualTo(ErrorCode.NOT_NULL_VIOLATION);
    assertThat(code("UPDATE f SET nope = 1")).isEqualTo(ErrorCode.COLUMN_NOT_FOUND);
    assertThat(code("UPDATE f SET v = 1, V = 2")).isEqualTo(ErrorCode.DUPLICATE_NAME);
    assertThat(code("UPDATE f SET v = 'x'")).isEqualTo(ErrorCode.TYPE_MISMATCH);
    assertThat(code("UPDATE f SET g.v = 1")).isEqualTo(ErrorCode.COLUMN_NOT_FOUND);
    assertThat(code("MERGE INTO f USING nope ON TRUE WHEN MATCHED THEN DELETE"))
        .isEqualTo(ErrorCode.TABLE_NOT_FOUND);
    assertThat(
            code(
                "MERGE INTO f USING (SELECT 2 AS id) AS n ON f.id = n.id"
                    + " WHEN NOT MATCHED THEN INSERT (v) VALUES (n.id)"))
        .isEqualTo(ErrorCode.NOT_NULL_VIOLATION);
    assertThat(
            code(
                "MERGE INTO f USING (SELECT 2 AS id) AS n ON f.id = n.id"
                    + " WHEN NOT MATCHED THEN INSERT VALUES (n.id)"))
        .isEqualTo(ErrorCode.TYPE_MISMATCH);
    assertThat(run("SELECT * FROM f").toString()).isEqualTo("[[1, 1]]");
  }

  @Test
  void bigNumbersSurviveAnUpdateBesideAFloat() {
    run("CREATE OR REPLACE TABLE f (id BIGINT, v BIGINT)");
    run("INSERT INTO f VALUES (1, 9007199254740993), (2, 0)");
    run(
        "MERGE INTO f USING (SELECT 2 AS id) AS n ON f.id = n.id WHEN MATCHED THEN"
            + " UPDATE SET v = 2.5E0 WHEN NOT MATCHED BY SOURCE THEN UPDATE SET id = 7");
    assertThat(run("SELECT * FROM f ORDER BY id").toString())
        .isEqualTo("[[2, 3], [7, 9007199254740993]]");
  }
}
