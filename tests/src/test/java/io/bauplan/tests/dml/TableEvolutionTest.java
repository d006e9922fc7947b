package io.bauplan.tests.dml;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Tables whose schema and partitioning change while they hold rows.
@SuppressWarnings("NullAway.Init")
final class TableEvolutionTest {
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

  private static String text(String sql) {
    return run(sql).toString();
  }

  private static EngineException error(String sql) {
    try {
      run(sql);
    } catch (EngineException e) {
      return e;
    }
    throw new AssertionError("no error: " + sql);
  }

  @Test
  void columnsComeGoMoveAndChangeTheirNamesAndTypes() {
    run("CREATE TABLE e (id INTEGER, a INTEGER, place ROW(city VARCHAR, zip INTEGER))");
    run("INSERT INTO e VALUES (1, 10, ROW('Rome', 100))");
    run(
        "ALTER TABLE e ADD COLUMN b VARCHAR AFTER id, RENAME COLUMN a TO c, ALTER COLUMN c TYPE"
            + " BIGINT");
    run("ALTER TABLE e ADD COLUMN place.country VARCHAR FIRST, RENAME COLUMN place.zip TO code");
    run("INSERT INTO e VALUES (2, 'two', 9876543210, ROW('IT', 'Bari', 200))");
    assertThat(
            text("SELECT id, b, c, e.place.country, e.place.city, e.place.code FROM e ORDER BY id"))
        .isEqualTo("[[1, null, 10, null, Rome, 100], [2, two, 9876543210, IT, Bari, 200]]");
    run(
        "ALTER TABLE e DROP COLUMN place.city, ALTER COLUMN c FIRST, DROP COLUMN IF EXISTS nope,"
            + " ADD COLUMN IF NOT EXISTS b INTEGER");
    assertThat(text("SELECT c, id, b, e.place.code FROM e ORDER BY id"))
        .isEqualTo("[[10, 1, null, 100], [9876543210, 2, two, 200]]");
    // A name that comes back is another column.
    run("ALTER TABLE e DROP COLUMN b");
    run("ALTER TABLE e ADD COLUMN b VARCHAR");
    assertThat(text("SELECT b FROM e")).isEqualTo("[[null], [null]]");
    run("UPDATE e SET b = 'x' WHERE id = 1");
    assertThat(text("SELECT id, b FROM e ORDER BY id")).isEqualTo("[[1, x], [2, null]]");
  }

  @Test
  void notNullComesWhereThereIsNoNullAndGoesAlways() {
    run("CREATE TABLE n (id INTEGER NOT NULL, v INTEGER)");
    run("INSERT INTO n VALUES (1, 1)");
    run("ALTER TABLE n ALTER COLUMN v SET NOT NULL, ALTER COLUMN id DROP NOT NULL");
    assertThat(error("INSERT INTO n VALUES (1, NULL)").code())
        .isEqualTo(ErrorCode.NOT_NULL_VIOLATION);
    run("INSERT INTO n VALUES (NULL, 5)");
    EngineException refused = error("ALTER TABLE n ALTER COLUMN id SET NOT NULL");
    assertThat(refused.code()).isEqualTo(ErrorCode.NOT_NULL_VIOLATION);
    assertThat(refused.hint()).isPresent();
  }

  @Test
  void partitioningEvolvesAndOldFilesStayReadable() {
    run("CREATE TABLE p (id INTEGER, ts TIMESTAMP, s VARCHAR) PARTITIONED BY (day(ts))");
    run("INSERT INTO p VALUES (1, TIMESTAMP '2024-01-01 10:00:00', 'aa')");
    run(
        "ALTER TABLE p REPLACE PARTITION FIELD day(ts) WITH hour(ts), ADD PARTITION FIELD bucket(4,"
            + " id)");
    run("INSERT INTO p VALUES (2, TIMESTAMP '2024-01-01 11:00:00', 'bb')");
    run("ALTER TABLE p ADD PARTITION FIELD truncate(1, s), DROP PARTITION FIELD bucket(4, id)");
    run("INSERT INTO p VALUES (3, TIMESTAMP '2024-01-02 11:00:00', 'cc'), (4, NULL, NULL)");
    assertThat(text("SELECT id FROM p WHERE ts < TIMESTAMP '2024-01-02 00:00:00' ORDER BY id"))
        .isEqualTo("[[1], [2]]");
    assertThat(text("SELECT id FROM p WHERE s = 'cc' OR id = 2 ORDER BY id"))
        .isEqualTo("[[2], [3]]");
    run("UPDATE p SET s = s || '!' WHERE id <= 3");
    run("DELETE FROM p WHERE ts < TIMESTAMP '2024-01-01 10:30:00'");
    assertThat(text("SELECT id, s FROM p ORDER BY id"))
        .isEqualTo("[[2, bb!], [3, cc!], [4, null]]");
    run("ALTER TABLE p DROP PARTITION FIELD truncate(1, s), DROP PARTITION FIELD hour(ts)");
    run("ALTER TABLE p DROP COLUMN s");
    run("INSERT INTO p VALUES (5, NULL)");
    assertThat(text("SELECT id FROM p ORDER BY id")).isEqualTo("[[2], [3], [4], [5]]");
    run("INSERT OVERWRITE p VALUES (9, NULL)");
    assertThat(text("SELECT id FROM p")).isEqualTo("[[9]]");
  }

  @Test
  void defaultsFillOldRowsAndNewOnes() {
    run(
        "CREATE TABLE d (id INTEGER, v INTEGER DEFAULT 7, s VARCHAR DEFAULT 'x')"
            + " WITH (\"format-version\" = '3')");
    run("INSERT INTO d (id) VALUES (1)");
    run("INSERT INTO d VALUES (2, DEFAULT, NULL)");
    run("ALTER TABLE d ADD COLUMN k DECIMAL(5, 2) NOT NULL DEFAULT 1.5");
    run("ALTER TABLE d ADD COLUMN day DATE DEFAULT DATE '2024-02-29'");
    run("ALTER TABLE d ALTER COLUMN v SET DEFAULT 8");
    run("INSERT INTO d (id) VALUES (3)");
    run(
        "MERGE INTO d USING (VALUES (1), (4)) AS n(id) ON d.id = n.id"
            + " WHEN MATCHED THEN UPDATE SET s = DEFAULT, v = DEFAULT"
            + " WHEN NOT MATCHED THEN INSERT (id, day) VALUES (n.id, DEFAULT)");
    assertThat(text("SELECT * FROM d ORDER BY id"))
        .isEqualTo(
            "[[1, 8, x, 1.50, 2024-02-29], [2, 7, null, 1.50, 2024-02-29],"
                + " [3, 8, x, 1.50, 2024-02-29], [4, 8, x, 1.50, 2024-02-29]]");
  }

  @Test
  void insertsByName() {
    run("CREATE TABLE b (a INTEGER, b INTEGER, c INTEGER)");
    run("INSERT INTO b BY NAME SELECT 3 AS c, 1 AS a");
    assertThat(text("SELECT * FROM b")).isEqualTo("[[1, null, 3]]");
    assertThat(error("INSERT INTO b BY NAME SELECT 3 AS z").code())
        .isEqualTo(ErrorCode.COLUMN_NOT_FOUND);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "ALTER TABLE w ADD COLUMN v INTEGER DEFAULT 1; NOT_SUPPORTED",
        "CREATE TABLE w2 (v INTEGER DEFAULT 1); NOT_SUPPORTED",
        "ALTER TABLE w ADD COLUMN v INTEGER NOT NULL; NOT_SUPPORTED",
        "ALTER TABLE w ALTER COLUMN id TYPE VARCHAR; TYPE_MISMATCH",
        "ALTER TABLE w DROP COLUMN p; INVALID_STATEMENT",
        "ALTER TABLE w DROP COLUMN nope; COLUMN_NOT_FOUND",
        "ALTER TABLE w ADD COLUMN nope.x INTEGER; COLUMN_NOT_FOUND",
        "ALTER TABLE w ADD COLUMN ID INTEGER; DUPLICATE_NAME",
        "ALTER TABLE w RENAME COLUMN id TO P; DUPLICATE_NAME",
        "ALTER TABLE w ALTER COLUMN id AFTER nope; COLUMN_NOT_FOUND",
        "ALTER TABLE w DROP PARTITION FIELD day(p); INVALID_ARGUMENT",
        "ALTER TABLE w ADD PARTITION FIELD hour(id); INVALID_ARGUMENT"
      })
  void errorsSayWhatIsWrong(String sql, ErrorCode code) {
    run("CREATE OR REPLACE TABLE w (id INTEGER, p INTEGER) PARTITIONED BY (p)");
    EngineException error = error(sql);
    assertThat(error.code()).as(error.getMessage()).isEqualTo(code);
  }

  /// The history keeps how files were partitioned by columns that have other types now.
  @Test
  void aTableIsReplacedByOneOfOtherTypesAndPartitions() {
    run("CREATE TABLE o (a INTEGER, b VARCHAR) PARTITIONED BY (bucket(4, a))");
    run("INSERT INTO o VALUES (1, 'x')");
    run("CREATE TAG before_o");
    run("CREATE OR REPLACE TABLE o (a DATE, b VARCHAR) PARTITIONED BY (day(a))");
    run("INSERT INTO o VALUES (DATE '2020-01-01', 'y')");
    run("CREATE OR REPLACE TABLE o (a VARCHAR, b ROW(c INTEGER)) PARTITIONED BY (truncate(2, a))");
    run("INSERT INTO o VALUES ('abcd', ROW(1))");
    assertThat(text("SELECT a, b FROM o")).isEqualTo("[[abcd, [1]]]");
    run("CREATE OR REPLACE TABLE o (b ROW(c VARCHAR), a TIMESTAMP) PARTITIONED BY (day(a))");
    run("ALTER TABLE o DROP COLUMN b");
    run("INSERT INTO o VALUES (TIMESTAMP '2020-01-01 00:00:01')");
    run("CREATE OR REPLACE TABLE o AS SELECT 2 AS c, CAST(3 AS BIGINT) AS a");
    run("INSERT INTO o VALUES (4, 5)");
    assertThat(text("SELECT c, a FROM o ORDER BY c")).isEqualTo("[[2, 3], [4, 5]]");
    assertThat(text("SELECT a, b FROM o AT TAG before_o")).isEqualTo("[[1, x]]");
  }

  @Test
  void thePartitionsOfFormatVersion1KeepTheTypesOfTheirColumns() {
    run("CREATE TABLE o1 (a INTEGER) PARTITIONED BY (a) WITH (\"format-version\" = '1')");
    EngineException error = error("CREATE OR REPLACE TABLE o1 (a VARCHAR)");
    assertThat(error.code()).isEqualTo(ErrorCode.NOT_SUPPORTED);
    assertThat(error.hint())
        .hasValueSatisfying(hint -> assertThat(hint).contains("format-version 2"));
    run("ALTER TABLE o1 SET PROPERTIES (\"format-version\" = '2')");
    run("CREATE OR REPLACE TABLE o1 (a VARCHAR) PARTITIONED BY (a)");
    run("INSERT INTO o1 VALUES ('x')");
    assertThat(text("SELECT a FROM o1")).isEqualTo("[[x]]");
  }
}
