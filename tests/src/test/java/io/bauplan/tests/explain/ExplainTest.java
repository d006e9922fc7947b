package io.bauplan.tests.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.tests.support.EngineRows;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `EXPLAIN` in its forms: figures are those of what really ran.
class ExplainTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path folder;
  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.open(EngineConfig.of(folder.resolve("warehouse")));
    run("CREATE TABLE sales (id BIGINT, shop VARCHAR, usd DOUBLE)");
    run("INSERT INTO sales VALUES (1, 'Rome', 10.0), (2, 'Oslo', 20.0)");
    run("INSERT INTO sales VALUES (101, 'Rome', 30.0), (102, 'Bern', 40.0)");
    run("INSERT INTO sales VALUES (201, 'Rome', 50.0)");
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  private static List<List<Object>> run(String sql) {
    return EngineRows.run(engine, sql);
  }

  private static String text(String sql) {
    return run(sql).stream().map(row -> (String) row.get(0)).collect(Collectors.joining("\n"));
  }

  private static JsonNode json(String sql) throws Exception {
    List<List<Object>> rows = run(sql);
    assertThat(rows).hasSize(1);
    return JSON.readTree((String) rows.get(0).get(0));
  }

  @Test
  void textIsATreeWithEstimatesAndFiles() {
    assertThat(
            text("EXPLAIN SELECT shop, sum(usd) AS total FROM sales WHERE id > 100 GROUP BY shop"))
        .startsWith("Aggregate by (shop) computing [total := sum(usd)]\n│     about ")
        .contains("└─ TableScan bauplan.sales [shop, usd]\n         filter: id > 100\n")
        .containsPattern("reads 2 of 3 files, [\\d,]+ B");
  }

  @Test
  void analyzeCountsWhatRan() throws Exception {
    JsonNode answer =
        json(
            "EXPLAIN (ANALYZE, FORMAT JSON) SELECT shop, soundex(shop), sum(usd) FROM sales"
                + " WHERE id > 100 GROUP BY shop");
    assertThat(answer.get("version").asInt()).isEqualTo(1);
    assertThat(answer.get("mode").asText()).isEqualTo("analyze");
    JsonNode plan = answer.get("plans").get(0);
    assertThat(plan.get("milliseconds").asDouble()).isPositive();
    assertThat(plan.get("peakMemoryBytes").asLong()).isPositive();
    assertThat(plan.get("fallbacks").get(0).asText()).isEqualTo("soundex");
    JsonNode scan = leaf(plan.get("plan"));
    assertThat(scan.get("operator").asText()).isEqualTo("TableScan");
    assertThat(scan.get("filter").asText()).isEqualTo("id > 100");
    assertThat(scan.get("files").get("count").asInt()).isEqualTo(2);
    assertThat(scan.get("files").get("total").asInt()).isEqualTo(3);
    JsonNode actual = scan.get("actual");
    assertThat(actual.get("rows").asInt()).isEqualTo(3);
    assertThat(actual.get("rowsRead").asInt()).isEqualTo(3);
    assertThat(actual.get("rowGroupsRead").asInt()).isEqualTo(2);
    assertThat(actual.get("filesSkipped").asInt()).isEqualTo(1);
    // From storage, or from the cache where a test before this one read the same.
    assertThat(actual.get("bytesRead").asLong() + actual.path("bytesFromMemory").asLong())
        .isPositive();
    assertThat(plan.get("plan").get("actual").get("rows").asInt()).isEqualTo(2);
  }

  private static JsonNode leaf(JsonNode node) {
    return node.get("inputs").isEmpty() ? node : leaf(node.get("inputs").get(0));
  }

  @Test
  void rowGroupsThatStatisticsExcludeAreCounted() throws Exception {
    Path file = folder.resolve("groups.parquet");
    run("COPY (SELECT * FROM TABLE(generate_series(1, 300000)) AS t(n)) TO '%s'".formatted(file));
    JsonNode scan =
        leaf(
            json("EXPLAIN (ANALYZE, FORMAT JSON) SELECT count(*) FROM '%s' WHERE n < 0"
                    .formatted(file))
                .get("plans")
                .get(0)
                .get("plan"));
    JsonNode actual = scan.get("actual");
    assertThat(actual.get("rowGroupsSkipped").asInt()).isPositive();
    assertThat(actual.get("rowsSkipped").asInt()).isEqualTo(300_000);
    assertThat(actual.get("bytesSkipped").asLong()).isPositive();
    assertThat(actual.get("rowsRead").asInt()).isZero();
  }

  @Test
  void analyzeOfAChangeMakesIt() {
    run("CREATE TABLE changed (a INTEGER)");
    String text = text("EXPLAIN ANALYZE INSERT INTO changed VALUES (1), (2)");
    assertThat(text)
        .startsWith("Insert into bauplan.changed on main\nTableWrite bauplan.changed\n")
        .contains("2 rows (estimated 2)")
        .contains("Total: ");
    assertThat(run("SELECT count(*) FROM changed")).containsExactly(List.of(2L));
    text("EXPLAIN DELETE FROM changed");
    assertThat(run("SELECT count(*) FROM changed")).containsExactly(List.of(2L));
  }

  @Test
  void picturesAreWellFormed() throws Exception {
    String query =
        "SELECT a.shop, '<&\">' FROM sales a JOIN sales b ON a.id = b.id WHERE a.usd > 1";
    String svg = text("EXPLAIN ANALYZE FORMAT SVG " + query);
    var document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    int boxes = document.getElementsByTagName("rect").getLength();
    assertThat(boxes).isGreaterThanOrEqualTo(4);
    String dot = text("EXPLAIN (FORMAT DOT) " + query);
    assertThat(dot).startsWith("digraph plan {").endsWith("}\n").contains("'<&\\\">'");
    assertThat(dot.lines().filter(line -> line.contains(" -> ")).count()).isEqualTo(boxes - 1);
  }

  @Test
  void logicalShowsTheTreeBeforeOperatorsAreChosen() {
    assertThat(text("EXPLAIN LOGICAL SELECT count(*) FROM sales a JOIN sales b ON a.id = b.id"))
        .contains("Join condition=[=($0, $1)] joinType=[inner]");
  }

  @Test
  void statementsWithoutAPlanSayWhatTheyDo() {
    assertThat(text("EXPLAIN CREATE BRANCH dev"))
        .isEqualTo("Create reference: changes the catalog, reads no data");
  }

  @Test
  void pipelinesShowEachModelsPlan() throws Exception {
    Path project = Files.createDirectories(folder.resolve("project"));
    Files.writeString(project.resolve("bauplan_project.yml"), "project:\n  id: x\n  name: shops\n");
    Files.writeString(project.resolve("rome.sql"), "SELECT id, usd FROM sales WHERE shop = 'Rome'");
    Files.writeString(
        project.resolve("total.sql"),
        "-- bauplan: materialization_strategy=REPLACE\n"
            + "SELECT sum(usd) AS usd FROM rome WHERE id > 100");
    String plan = text("EXPLAIN PIPELINE '" + project + "'");
    assertThat(plan)
        .contains("rome: SQL, reads sales; planned into its reader")
        .contains("total: SQL, reads rome, materialized (replace)")
        .contains("filter: shop = 'Rome' AND id > 100")
        .contains("reads 2 of 3 files");
    String ran = text("EXPLAIN ANALYZE PIPELINE '" + project + "'");
    assertThat(ran).contains("total: SQL, reads rome, materialized (replace): 1 row, ");
    assertThat(ran).contains("1 row (estimated 1)").contains("Total: ");
    // A dry run: nothing is published.
    assertThat(run("SHOW TABLES LIKE 'total'")).isEmpty();
    JsonNode json = json("EXPLAIN (ANALYZE, FORMAT JSON) PIPELINE '" + project + "'");
    assertThat(json.get("plans").get(1).get("model").asText()).isEqualTo("total");
    assertThat(json.get("plans").get(1).get("reads").get(0).asText()).isEqualTo("rome");
  }

  @Test
  void aModelAfterAFunctionThatNeverRanSaysSo() throws Exception {
    Path project = Files.createDirectories(folder.resolve("python"));
    Files.writeString(project.resolve("bauplan_project.yml"), "project:\n  id: x\n  name: py\n");
    Files.writeString(
        project.resolve("models.py"),
        """
        import bauplan

        @bauplan.model()
        @bauplan.python("3.11")
        def doubled(data=bauplan.Model("sales", columns=["id", "usd"], filter="id > 200")):
            return data
        """);
    Files.writeString(project.resolve("after.sql"), "SELECT count(*) AS n FROM doubled");
    String plan = text("EXPLAIN PIPELINE '" + project + "'");
    assertThat(plan)
        .contains("doubled: Python function, reads sales")
        .contains("filter: id > 200")
        .contains("not planned: the columns of doubled are known once it ran");
  }
}
