package io.bauplan.tests.skipping;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Aggregates over all rows have loops of their own, and look at values of a dictionary once: they
/// must give what the same aggregates of one group give.
class ExtremesTest {
  private static final String CALLS =
      "MIN(d), MAX(d), MIN(s), MAX(s), MIN(k), MAX(k), MIN(m), MAX(m), COUNT(d), COUNT(*)";

  @Test
  void allRowsAreOneGroup(@TempDir Path folder) {
    try (Engine engine = Engine.open(EngineConfig.of(folder))) {
      EngineRows.run(
          engine,
          """
          CREATE TABLE t AS SELECT n,
            CASE WHEN n % 7 = 0 THEN NULL WHEN n % 11 = 0 THEN CAST('NaN' AS DOUBLE)
              ELSE CAST(n * 7919 % 100003 AS DOUBLE) - 50000 END AS d,
            CASE WHEN n % 5 = 0 THEN NULL ELSE 'c' || (n * 31 % 13) END AS s,
            n * 17 % 29 AS k,
            CASE WHEN n % 3 = 0 THEN NULL ELSE CAST(n * 13 % 50 AS DECIMAL(9, 2)) / 4 END AS m
          FROM generate_series(1, 30000) AS g(n)\
          """);
      for (String where :
          List.of(
              "n > 0",
              "n < 0",
              "n % 11 <> 0",
              "n % 11 = 0",
              "n % 77 = 0",
              "n % 7 = 0",
              "n BETWEEN 5000 AND 5003",
              "n % 5 = 0",
              "s > 'c2' AND k < 20")) {
        List<List<Object>> all =
            EngineRows.run(engine, "SELECT %s FROM t WHERE %s".formatted(CALLS, where));
        List<List<Object>> grouped =
            EngineRows.run(
                engine, "SELECT %s FROM t WHERE %s GROUP BY n * 0".formatted(CALLS, where));
        if (grouped.isEmpty()) {
          assertThat(all.getFirst().getLast()).as(where).isEqualTo(0L);
        } else {
          assertThat(all).as(where).isEqualTo(grouped);
        }
      }
      assertThat(EngineRows.run(engine, "SELECT MIN(d), MAX(d) FROM t WHERE n % 11 <> 0"))
          .isEqualTo(
              EngineRows.run(
                  engine,
                  "SELECT (SELECT d FROM t WHERE n % 11 <> 0 AND d IS NOT NULL ORDER BY d LIMIT 1),"
                      + " (SELECT d FROM t WHERE n % 11 <> 0 AND d IS NOT NULL"
                      + " ORDER BY d DESC LIMIT 1)"));
    }
  }
}
