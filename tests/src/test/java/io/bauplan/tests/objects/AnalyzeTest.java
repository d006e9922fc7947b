package io.bauplan.tests.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.yahoo.memory.NativeMemory;
import com.yahoo.sketches.theta.Sketches;
import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.EngineRows;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.puffin.BlobMetadata;
import org.apache.iceberg.puffin.Puffin;
import org.apache.iceberg.puffin.PuffinReader;
import org.apache.iceberg.util.Pair;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `ANALYZE`: what it leaves beside a table, and what planning makes of it.
class AnalyzeTest {
  private static final String ROWS =
      "SELECT x AS id, x % 40000 AS person, 'p' || (x % 40000) AS code, x % 7 = 0 AS flag,"
          + " CAST(x % 300 AS SMALLINT) AS small, CAST(x % 5000 AS DECIMAL(30, 4)) AS money,"
          + " CAST(x % 11 AS FLOAT) AS f, CAST(x % 13 AS DOUBLE) AS d,"
          + " DATE '2024-01-01' + CAST(x % 366 AS INTEGER) AS day,"
          + " TIMESTAMP '2024-01-01 00:00:00' AS at, ARRAY[x] AS list"
          + " FROM (SELECT generate_series AS x FROM generate_series(1, 100000))";

  private static final Map<String, Integer> DISTINCT =
      Map.of(
          "id", 100_000, "person", 40_000, "code", 40_000, "flag", 2, "small", 300, "money", 5_000,
          "f", 11, "d", 13, "day", 366, "at", 1);

  private static final Pattern ABOUT = Pattern.compile("about ([\\d,]+) rows");

  @TempDir static Path warehouse;
  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.open(EngineConfig.of(warehouse));
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  private static List<List<Object>> run(String sql) {
    return EngineRows.run(engine, sql);
  }

  private static void create(String table) {
    run("CREATE TABLE " + table + " AS " + ROWS);
  }

  private static CatalogTable table(String name) {
    return ((CatalogEntry.Table)
            engine
                .catalog()
                .find(engine.catalog().resolve("main"), new TableRef(List.of("bauplan"), name))
                .orElseThrow())
        .table();
  }

  private static JsonNode statistics(String name) throws IOException {
    String metadata = table(name).metadataLocation().replaceFirst("^file:", "");
    return JsonMapper.builder().build().readTree(Path.of(metadata).toFile()).path("statistics");
  }

  private static Map<String, Long> known(String name) {
    Map<String, Long> known = new HashMap<>();
    CatalogTable table = table(name);
    table
        .columns()
        .forEach(
            column ->
                table
                    .statistics(column.fieldId())
                    .flatMap(s -> s.distinctCount().stream().boxed().findFirst())
                    .ifPresent(count -> known.put(column.column().name(), count)));
    return known;
  }

  /// What the planner thinks of the topmost operator that has an estimate.
  private static double estimate(String query) {
    for (List<Object> line : run("EXPLAIN " + query)) {
      Matcher rows = ABOUT.matcher((String) line.getFirst());
      if (rows.find()) {
        return Double.parseDouble(rows.group(1).replace(",", ""));
      }
    }
    throw new AssertionError("no estimate in the plan of " + query);
  }

  @Test
  void countsTheValuesOfEveryType() {
    create("types");
    assertThat(known("types")).isEmpty();
    run("ANALYZE TABLE types");
    Map<String, Long> known = known("types");
    assertThat(known.keySet()).isEqualTo(DISTINCT.keySet());
    DISTINCT.forEach(
        (column, count) ->
            assertThat(known.get(column).doubleValue())
                .as(column)
                .isCloseTo(count, within(count * 0.05)));
  }

  @Test
  void writesSketchesThatTheLibraryOfOtherEnginesReads() throws IOException {
    create("sketched");
    run("ANALYZE sketched (person, small)");
    JsonNode file = statistics("sketched").get(0);
    assertThat(file.path("snapshot-id").asLong()).isEqualTo(table("sketched").currentSnapshotId());
    Path path = Path.of(file.path("statistics-path").asText().replaceFirst("^file:", ""));
    assertThat(file.path("file-size-in-bytes").asLong()).isEqualTo(Files.size(path));
    try (PuffinReader reader =
        Puffin.read(org.apache.iceberg.Files.localInput(path.toFile())).build()) {
      for (Pair<BlobMetadata, ByteBuffer> blob : reader.readAll(reader.fileMetadata().blobs())) {
        assertThat(blob.first().type()).isEqualTo("apache-datasketches-theta-v1");
        byte[] bytes = new byte[blob.second().remaining()];
        blob.second().get(bytes);
        double counted = Sketches.heapifySketch(new NativeMemory(bytes)).getEstimate();
        assertThat(Math.round(counted))
            .isEqualTo(Long.parseLong(blob.first().properties().get("ndv")));
      }
      assertThat(reader.fileMetadata().blobs()).hasSize(2);
    }
  }

  @Test
  void estimatesBecomeRight() {
    create("people");
    String groups = "SELECT code, count(*) FROM people GROUP BY code";
    double before = estimate(groups);
    run("ANALYZE TABLE people");
    assertThat(estimate(groups)).isCloseTo(40_000, within(2_000.0)).isNotEqualTo(before);
    assertThat(estimate("SELECT * FROM people WHERE code = 'p17'")).isBetween(1.0, 5.0);
    assertThat(estimate("SELECT * FROM people a JOIN people b ON a.code = b.code"))
        .isCloseTo(250_000, within(25_000.0));
  }

  @Test
  void someColumnsAtATimeKeepTheOthersCounts() throws IOException {
    create("parts");
    run("ANALYZE TABLE parts (id, small)");
    run("ANALYZE TABLE parts COMPUTE STATISTICS FOR COLUMNS small, code");
    assertThat(known("parts").keySet()).containsExactlyInAnyOrder("id", "small", "code");
    assertThat(statistics("parts")).hasSize(1);
    run("CALL system.analyze(\"table\" => 'parts', columns => 'flag, day')");
    assertThat(known("parts").keySet())
        .containsExactlyInAnyOrder("id", "small", "code", "flag", "day");
  }

  @Test
  void countsOfAnEarlierSnapshotServeUntilTheNext() {
    create("growing");
    run("ANALYZE TABLE growing");
    run("INSERT INTO growing " + ROWS.replace("SELECT x AS id", "SELECT x + 100000 AS id"));
    // A key grows with the table, other columns are taken to have the values they had.
    assertThat(known("growing").get("id").doubleValue()).isCloseTo(200_000, within(10_000.0));
    assertThat(known("growing").get("small")).isEqualTo(300);
    run("ANALYZE TABLE growing (small)");
    assertThat(known("growing").get("id").doubleValue()).isCloseTo(200_000, within(10_000.0));
  }

  @Test
  void statisticsFollowTheBranchAndSurviveASweep() {
    create("branched");
    run("CREATE BRANCH analyzing");
    EngineRows.run(
        engine, Session.DEFAULT.withReference("analyzing"), "ANALYZE TABLE branched (day)");
    assertThat(known("branched")).isEmpty();
    run("MERGE BRANCH analyzing INTO main");
    assertThat(known("branched")).containsEntry("day", 366L);
    run("CALL system.remove_orphan_files(retention_days => 0)");
    run("ANALYZE TABLE branched (small)");
    assertThat(known("branched")).containsOnlyKeys("day", "small");
  }

  @Test
  void saysWhatCannotBeAnalyzed() {
    create("refused");
    assertThatThrownBy(() -> run("ANALYZE TABLE refused (smal)"))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("has no column \"smal\"")
        .extracting(e -> ((EngineException) e).code())
        .isEqualTo(ErrorCode.COLUMN_NOT_FOUND);
    assertThatThrownBy(() -> run("ANALYZE TABLE refused (list)"))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("ARRAY<BIGINT>")
        .extracting(e -> ((EngineException) e).code())
        .isEqualTo(ErrorCode.NOT_SUPPORTED);
    run("CREATE TABLE nothing (a INT)");
    run("ANALYZE TABLE nothing");
    assertThat(known("nothing")).isEmpty();
  }
}
