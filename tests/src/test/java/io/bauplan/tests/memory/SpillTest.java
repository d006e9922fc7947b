package io.bauplan.tests.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.tests.support.LiveFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every operator that keeps rows, with too little memory for them: the rows are the same, they
/// have been on disk, and nothing of them stays there.
class SpillTest {
  /// Of a table that takes about 6 MB.
  private static final List<String> STATEMENTS =
      List.of(
          "SELECT * FROM t ORDER BY s DESC, n",
          "SELECT * FROM t ORDER BY k, d NULLS FIRST, n DESC LIMIT 60000 OFFSET 7",
          "SELECT s, n, list FROM (SELECT s, n, ARRAY[n, k] AS list FROM t) ORDER BY n DESC",
          "SELECT n, count(*), sum(d), min(s), max(k) FROM t GROUP BY n",
          "SELECT s, n % 1000, avg(d), count(k), stddev_samp(k) FROM t GROUP BY s, n % 1000",
          "SELECT k, count(DISTINCT s), count(DISTINCT n % 7) FROM t GROUP BY k",
          "SELECT n % 8000, array_agg(s ORDER BY n), string_agg(s, '-' ORDER BY n) FROM t GROUP BY"
              + " 1",
          "SELECT k, n % 3, grouping(k), count(*), sum(d) FROM t GROUP BY CUBE (k, n % 3)",
          "SELECT n % 12000, median(d), count(*) FILTER (WHERE k > 5000) FROM t GROUP BY 1",
          "SELECT DISTINCT s, d FROM t",
          "SELECT count(*), sum(x.n), max(y.s) FROM t x JOIN t y ON x.n = y.n",
          "SELECT x.n, x.s, y.s, y.d FROM t x LEFT JOIN t y ON x.n = y.n + 60000",
          "SELECT x.n, y.n, y.s FROM t x FULL JOIN t y ON x.n = y.n + 40000 AND x.k < y.k",
          "SELECT x.n, y.n, y.s FROM t x RIGHT JOIN t y ON x.n = y.n + 40000 AND x.k < 5000",
          "SELECT n, s FROM t x WHERE EXISTS (SELECT 1 FROM t y WHERE y.n = x.n * 2 AND y.s <>"
              + " x.s)",
          "SELECT n, s FROM t x WHERE NOT EXISTS (SELECT 1 FROM t y WHERE y.n = x.n * 2 AND y.k >"
              + " x.k)",
          "SELECT count(*) FROM t WHERE n * 2 NOT IN (SELECT n FROM t)",
          "SELECT count(*) FROM t WHERE k * 2 NOT IN (SELECT k FROM t WHERE n > 10) OR n < 100",
          // One key has most of the rows.
          "SELECT count(*), sum(x.k) FROM t x JOIN t y ON x.one = y.one AND y.s > 'u' AND x.n < 40",
          "SELECT x.n, y.n FROM few x JOIN t y ON x.n * 20000 < y.n AND y.s > x.s",
          "SELECT x.n, count(y.s), max(y.s) FROM few x LEFT JOIN t y ON x.n * 20000 < y.n GROUP BY"
              + " x.n",
          "SELECT s, n FROM t INTERSECT SELECT s, n FROM t WHERE n % 3 = 0",
          "SELECT s, n FROM t EXCEPT ALL SELECT s, n FROM t WHERE n % 3 = 0",
          "SELECT s, n FROM t UNION SELECT s, n + 1 FROM t",
          "SELECT n, row_number() OVER (PARTITION BY k ORDER BY n), sum(d) OVER (PARTITION BY k)"
              + " FROM t",
          "WITH c AS (SELECT s, n, k FROM t WHERE k > 10) SELECT count(*), sum(x.n) FROM c x JOIN c"
              + " y ON x.n = y.n WHERE x.k = y.k");

  private static final long LIMIT_BYTES = 6L << 20;

  @Test
  void givesTheSameRowsFromDisk(@TempDir Path folder) throws Exception {
    List<String> wrong = new ArrayList<>();
    Path spill = folder.resolve("spilled");
    try (Engine engine =
        Engine.open(EngineConfig.of(folder.resolve("w")).withSpill(spill, 1L << 30))) {
      LimitedQueries queries = new LimitedQueries(engine);
      queries.drain(
          "CREATE TABLE t AS SELECT CAST(i AS BIGINT) AS n, 'text of row ' || (i * 7919 % 50000) AS"
              + " s, CASE WHEN i % 11 = 0 THEN NULL ELSE i * 31 % 10007 END AS k, CAST(i AS"
              + " DECIMAL(15, 2)) / 4 AS d, i / 75000 AS one FROM (SELECT UNNEST(range(80000)) AS"
              + " i)");
      queries.drain("CREATE TABLE few AS SELECT n, s FROM t WHERE n < 4");
      int spilled = 0;
      for (String sql : STATEMENTS) {
        LimitedQueries.Free free = queries.free(sql);
        LimitedQueries.Outcome outcome = queries.limited(free, LIMIT_BYTES);
        System.out.printf(
            "%6.1f MB, limited %6.1f MB, spilled %6.1f MB, %5.0f ms, limited %5.0f ms %s %s%n",
            free.peak() / 1e6,
            outcome.peak() / 1e6,
            outcome.spilled() / 1e6,
            free.millis(),
            outcome.millis(),
            sql,
            outcome.problem().orElse(outcome.refused() ? "REFUSED" : ""));
        outcome.problem().ifPresent(problem -> wrong.add(sql + ": " + problem));
        if (outcome.refused()) {
          wrong.add(sql + " was refused");
        }
        spilled += outcome.spilled() > 0 ? 1 : 0;
      }
      assertThat(wrong).isEmpty();
      assertThat(spilled).isGreaterThan(STATEMENTS.size() / 2);
      assertThat(LiveFolder.files(spill))
          .filteredOn(path -> path.toString().endsWith(".spill"))
          .isEmpty();
    }
    assertThat(spill).isEmptyDirectory();
  }
}
