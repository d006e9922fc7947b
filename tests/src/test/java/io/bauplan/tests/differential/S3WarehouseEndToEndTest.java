package io.bauplan.tests.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.tests.support.DuckDb;
import io.bauplan.tests.support.EngineRows;
import io.bauplan.tests.support.LiveFolder;
import io.bauplan.tests.support.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// A warehouse whose tables' files are in an object store: s3proxy, in a process of its own.
@EnabledIfSystemProperty(named = "s3.server.jar", matches = ".+")
final class S3WarehouseEndToEndTest {
  @TempDir static Path folder;
  private static S3Server server;
  private static Engine engine;

  @BeforeAll
  static void open() throws IOException, InterruptedException {
    server = S3Server.start(Path.of(System.getProperty("s3.server.jar")), folder);
    engine = engine("warehouse");
  }

  private static Engine engine(String name) {
    return Engine.open(
        EngineConfig.of(folder.resolve(name)).withDataLocation("s3://bucket/" + name));
  }

  @AfterAll
  static void close() {
    if (engine != null) {
      engine.close();
    }
    if (server != null) {
      server.close();
    }
  }

  @Test
  void keepsTheFilesOfATableInTheBucket() throws IOException {
    run(
        "CREATE TABLE trips AS SELECT v AS id, v % 10 AS zone"
            + " FROM generate_series(1, 100000) AS g(v)");
    run("INSERT INTO trips VALUES (100001, 3)");
    assertThat(run("SELECT COUNT(*), CAST(SUM(id) AS BIGINT) FROM trips WHERE zone = 3"))
        .isEqualTo(List.of(List.of(10001L, 499_980_000L + 100_001L)));
    assertThat(objects("warehouse", ".parquet"))
        .filteredOn(path -> path.toString().contains("/trips_"))
        .hasSize(2);
    assertThat(objects("warehouse", ".metadata.json")).isNotEmpty();
    // The cache alone keeps columns here, and writes them in the background.
    Path local = folder.resolve("warehouse");
    assertThat(LiveFolder.files(local, local.resolve("cache")))
        .isNotEmpty()
        .filteredOn(path -> path.toString().endsWith(".parquet"))
        .isEmpty();
  }

  @Test
  void copiesFilesOfTheBucketIntoTables() throws IOException {
    Path input = Files.createDirectories(server.root().resolve("bucket/input"));
    try (DuckDb duck = DuckDb.open()) {
      duck.execute(
          "COPY (SELECT range AS id, 'n' || range AS name FROM range(1000)) TO '"
              + input.resolve("a.parquet")
              + "'");
      duck.execute(
          "COPY (SELECT range AS id, 'n' || range AS name FROM range(1000, 1500)) TO '"
              + input.resolve("b.parquet")
              + "'");
      duck.execute(
          "COPY (SELECT 7 AS id, 'a \"quoted\", name' AS name) TO '"
              + input.resolve("c.csv")
              + "' (HEADER)");
    }
    run("CREATE TABLE people (id BIGINT, name VARCHAR)");
    run("COPY INTO people FROM 's3://bucket/input/*.parquet'");
    run("COPY INTO people FROM 's3://bucket/input/c.csv'");
    assertThat(run("SELECT COUNT(*), CAST(SUM(id) AS BIGINT) FROM people"))
        .isEqualTo(List.of(List.of(1501L, 1499L * 750 + 7)));
    assertThat(run("SELECT name FROM people WHERE id = 7 ORDER BY name"))
        .isEqualTo(List.of(List.of("a \"quoted\", name"), List.of("n7")));
    assertThat(run("SELECT COUNT(*) FROM read_parquet('s3://bucket/input/*.parquet') WHERE id < 9"))
        .isEqualTo(List.of(List.of(9L)));
  }

  @Test
  void writesQueriesToTheBucket() {
    for (String format : List.of("parquet", "csv", "json", "arrow")) {
      String file = "s3://bucket/output/result." + format;
      run("COPY (SELECT 1 AS a, 'x' AS b UNION ALL SELECT 2, NULL) TO '" + file + "'");
      assertThat(run("SELECT COUNT(*), COUNT(b), SUM(a) FROM '" + file + "'"))
          .as(format)
          .hasSize(1)
          .first()
          .satisfies(row -> assertThat(row.subList(0, 2)).isEqualTo(List.of(2L, 1L)));
    }
  }

  @Test
  void tellsAMissingBucket() {
    EngineException error = failure("SELECT * FROM read_parquet('s3://nowhere/x.parquet')");
    assertThat(error.code()).isEqualTo(ErrorCode.OBJECT_STORE_ERROR);
    assertThat(error.getMessage()).contains("bucket").contains("s3://nowhere/x.parquet");
    assertThat(error.hint().orElse("")).contains("AWS");
    error = failure("COPY (SELECT 1 AS a) TO 's3://nowhere/x.csv'");
    assertThat(error.code()).isEqualTo(ErrorCode.OBJECT_STORE_ERROR);
    assertThat(error.hint().orElse("")).contains("AWS");
  }

  @Test
  void tellsAMissingFile() {
    EngineException error = failure("SELECT * FROM read_csv('s3://bucket/none.csv')");
    assertThat(error.code()).isEqualTo(ErrorCode.FILE_NOT_FOUND);
    assertThat(error.getMessage()).contains("s3://bucket/none.csv");
  }

  @Test
  void tellsAFileThatWasDeletedBehindTheTable() throws IOException {
    try (Engine other = engine("deleted")) {
      EngineRows.run(other, "CREATE TABLE lost AS SELECT 1 AS a");
      for (Path file : objects("deleted", ".parquet")) {
        Files.delete(file);
      }
      EngineException error =
          catchThrowableOfType(
              EngineException.class, () -> EngineRows.run(other, "SELECT a FROM lost"));
      assertThat(error.code()).isEqualTo(ErrorCode.FILE_NOT_FOUND);
      assertThat(error.getMessage()).contains("s3://bucket/deleted/").contains(".parquet");
      assertThat(error.hint().orElse("")).isNotBlank();
    }
  }

  @Test
  void tellsWrongCredentials() {
    server.withWrongSecret(
        () -> {
          try (Engine other = Engine.open(EngineConfig.of(folder.resolve("refused")))) {
            EngineException error =
                catchThrowableOfType(
                    EngineException.class,
                    () -> EngineRows.run(other, "SELECT * FROM 's3://bucket/input/a.parquet'"));
            assertThat(error.code()).isEqualTo(ErrorCode.OBJECT_STORE_ERROR);
            assertThat(error.getMessage()).contains("refuses access");
            assertThat(error.hint().orElse("")).contains("credentials");
          }
        });
  }

  @Test
  void tellsWrongCredentialsOfAWarehouse() {
    server.withWrongSecret(
        () -> {
          EngineException error =
              catchThrowableOfType(
                  EngineException.class,
                  () -> {
                    try (Engine other = engine("locked")) {
                      EngineRows.run(other, "CREATE TABLE t AS SELECT 1 AS a");
                    }
                  });
          assertThat(error.code()).isEqualTo(ErrorCode.OBJECT_STORE_ERROR);
          assertThat(error.hint().orElse("")).contains("credentials");
        });
  }

  private static List<Path> objects(String under, String suffix) throws IOException {
    return LiveFolder.files(server.root().resolve("bucket").resolve(under)).stream()
        .filter(path -> path.toString().endsWith(suffix))
        .toList();
  }

  private static EngineException failure(String sql) {
    return catchThrowableOfType(EngineException.class, () -> run(sql));
  }

  private static List<List<Object>> run(String sql) {
    return EngineRows.run(engine, sql);
  }
}
