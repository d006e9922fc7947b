package io.bauplan.tests.differential;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What reaches storage, as statements see it.
class ColumnCacheEngineTest {
  @TempDir Path warehouse;

  private static long[] scan(Engine engine, String query) throws Exception {
    String json =
        (String)
            EngineRows.run(engine, "EXPLAIN (ANALYZE, FORMAT JSON) " + query).stream()
                .map(row -> row.getFirst())
                .reduce("", (a, b) -> a + "\n" + b);
    JsonNode node = new ObjectMapper().readTree(json).get("plans").get(0).get("plan");
    while (!node.get("inputs").isEmpty()) {
      node = node.get("inputs").get(0);
    }
    JsonNode actual = node.get("actual");
    return new long[] {actual.path("bytesRead").asLong(), actual.path("cacheHits").asLong()};
  }

  @Test
  void aSecondLookReadsNothingOnAnyBranchAndAWiderOneOnlyWhatIsNew() throws Exception {
    try (Engine engine = Engine.open(EngineConfig.of(warehouse))) {
      EngineRows.run(
          engine,
          "CREATE TABLE t AS SELECT n AS id, n * 2.5E0 AS usd, 'c' || (n % 7) AS country,"
              + " n % 1000 AS client FROM TABLE(generate_series(1, 50000)) AS g(n)");
      String narrow = "SELECT sum(id), sum(usd), max(country) FROM t";
      assertThat(scan(engine, narrow)[0]).isPositive();
      assertThat(scan(engine, narrow)).containsExactly(0, 3);
      long[] wider = scan(engine, "SELECT sum(id), sum(usd), max(country), sum(client) FROM t");
      assertThat(wider[0]).isPositive();
      assertThat(wider[1]).isEqualTo(3);
      EngineRows.run(engine, "CREATE BRANCH dev");
      assertThat(scan(engine, "SELECT sum(client), sum(id) FROM t AT BRANCH dev"))
          .containsExactly(0, 2);
      // A new commit is new files, and only these are read.
      EngineRows.run(engine, "INSERT INTO t VALUES (50001, 1.5E0, 'x', 3)");
      long[] after = scan(engine, "SELECT sum(client), sum(id) FROM t");
      assertThat(after[0]).isBetween(1L, 400L);
      assertThat(after[1]).isEqualTo(2);
      assertThat(EngineRows.run(engine, "SELECT count(*), max(id) FROM t"))
          .containsExactly(List.of(50001L, 50001L));
      List<List<Object>> held =
          EngineRows.run(
              engine,
              "SELECT column_name, tier, count(*) FROM sys.cache_entries GROUP BY ALL ORDER BY 1");
      assertThat(held).hasSize(4).contains(List.of("client", "memory", 2L));
    }
  }

  @Test
  void aFileThatIsRewrittenIsReadAgain() throws Exception {
    Path file = warehouse.resolve("rows.parquet");
    try (Engine engine = Engine.open(EngineConfig.of(warehouse))) {
      for (int i = 0; i < 3; i++) {
        EngineRows.run(engine, "COPY (SELECT %d AS a) TO '%s'".formatted(i, file));
        assertThat(EngineRows.run(engine, "SELECT a FROM '" + file + "'"))
            .containsExactly(List.of((long) i));
        Thread.sleep(5);
      }
    }
  }

  @Test
  void aBudgetOfNothingIsNoCache() throws Exception {
    try (Engine engine = Engine.open(EngineConfig.of(warehouse).withColumnCache(0, 0))) {
      EngineRows.run(engine, "CREATE TABLE t AS SELECT 1 AS a");
      assertThat(scan(engine, "SELECT a FROM t")[0]).isPositive();
      assertThat(scan(engine, "SELECT a FROM t")[0]).isPositive();
      assertThat(EngineRows.run(engine, "SELECT count(*) FROM sys.cache_entries"))
          .containsExactly(List.of(0L));
    }
  }
}
