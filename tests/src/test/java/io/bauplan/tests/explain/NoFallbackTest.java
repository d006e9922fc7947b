package io.bauplan.tests.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.tests.support.DuckDb;
import io.bauplan.tests.support.EngineRows;
import io.bauplan.tests.support.ResultComparison;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Queries of the kind that ClickBench asks run on our kernels alone, without Calcite's code; those
/// of TPC-H and TPC-DS are held to it where they are compared.
class NoFallbackTest {
  private static final String HITS =
      """
      SELECT CAST(n AS BIGINT) AS watch_id, 435090932899640400 + n % 97 AS user_id,
        CAST(n % 11 AS INTEGER) AS engine_id, CAST(n % 23 AS INTEGER) AS region_id,
        CAST(n % 9 AS INTEGER) AS counter_id, CAST(800 + n % 7 * 160 AS INTEGER) AS width,
        CAST(600 + n % 5 * 120 AS INTEGER) AS height, CAST(n % 5 - 1 AS INTEGER) AS traffic,
        CAST(n * 7919 % 1000003 AS BIGINT) AS client_ip, CAST(n % 2 AS INTEGER) AS is_refresh,
        CAST(n % 31 AS BIGINT) AS url_hash, CAST(n % 4 AS BIGINT) AS referer_hash,
        CAST(n % 6 AS INTEGER) AS phone,
        CASE WHEN n % 3 = 0 THEN '' ELSE 'model ' || CAST(n % 13 AS VARCHAR) END AS phone_model,
        CASE WHEN n % 4 = 0 THEN '' ELSE 'phrase ' || CAST(n % 37 AS VARCHAR) END AS phrase,
        'https://www.site' || CAST(n % 17 AS VARCHAR) || '.com/'
          || CASE WHEN n % 5 = 0 THEN 'shop/' ELSE 'page/' END || CAST(n % 101 AS VARCHAR) AS url,
        CASE WHEN n % 6 = 0 THEN '' ELSE 'http://www.from' || CAST(n % 7 AS VARCHAR)
          || '.org/' || CAST(n % 19 AS VARCHAR) END AS referer,
        CASE WHEN n % 5 = 0 THEN 'Shop ' ELSE 'Page ' END || CAST(n % 43 AS VARCHAR) AS title,
        CAST(TIMESTAMP '2013-07-14 00:00:00' + n * INTERVAL '37' SECOND AS TIMESTAMP) AS event_time,
        CAST(TIMESTAMP '2013-07-14 00:00:00' + n * INTERVAL '37' SECOND AS DATE) AS event_date
      FROM numbers AS q(n)
      """;

  @Test
  void clickBenchStyleQueries(@TempDir Path folder) throws IOException {
    try (Engine engine = Engine.open(EngineConfig.of(folder));
        DuckDb duck = DuckDb.open()) {
      EngineRows.run(
          engine, "CREATE TABLE hits AS " + HITS.replace("numbers", "UNNEST(range(5000))"));
      duck.execute("CREATE TABLE hits AS " + HITS.replace("numbers", "range(5000)"));
      List<String> wrong = new ArrayList<>();
      List<String> queries = queries();
      for (String sql : queries) {
        ResultComparison.difference(EngineRows.runOnKernels(engine, sql), duck.query(sql))
            .ifPresent(difference -> wrong.add(sql + ": " + difference));
      }
      assertThat(wrong).isEmpty();
      assertThat(queries).hasSizeGreaterThan(40);
    }
  }

  @Test
  void theCounterCounts(@TempDir Path folder) {
    try (Engine engine = Engine.open(EngineConfig.of(folder))) {
      assertThatThrownBy(
              () -> EngineRows.runOnKernels(engine, "SELECT soundex(s) FROM (VALUES ('a')) t(s)"))
          .hasMessageContaining("soundex");
    }
  }

  private static List<String> queries() throws IOException {
    try (InputStream in = NoFallbackTest.class.getResourceAsStream("/hits/queries.sql")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return List.of(text.replaceAll("(?m)^--.*\n", "").strip().split(";\\s*\n|;$"));
    }
  }
}
