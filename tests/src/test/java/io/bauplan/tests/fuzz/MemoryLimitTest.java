package io.bauplan.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.engine.StatementResult;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.session.Session;
import io.bauplan.udf.api.OutputListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Statements that reach the limit of memory, at every stage of their work: each says so, and gives
/// back all that it took.
class MemoryLimitTest {
  private static final List<String> STATEMENTS =
      List.of(
          "SELECT * FROM big WHERE n % 2 = 0",
          "SELECT a || a, upper(s), CAST(a AS VARCHAR ARRAY), ROW(s, a), MAP[s || n, a] FROM big",
          "SELECT CASE WHEN n % 3 = 0 THEN a ELSE ARRAY[n] END, array_reverse(sa) FROM big",
          "SELECT list_transform(a, x -> x + n), list_filter(sa, x -> x > s) FROM big",
          "SELECT list_reduce(a, 0, (t, x) -> t + x + n) FROM big",
          "SELECT CAST(r AS ROW(x VARCHAR, y VARCHAR)), CAST(mp AS MAP<VARCHAR, VARCHAR>) FROM big",
          "SELECT e FROM big b, UNNEST(b.a) AS u(e)",
          "SELECT UNNEST(list_repeat(s, 3000)) FROM big WHERE n < 20",
          "SELECT n, k, v FROM big b, UNNEST(b.mp) AS u(k, v)",
          "SELECT n % 10, array_agg(s ORDER BY n), string_agg(s, '-'), max(s) FROM big GROUP BY 1",
          "SELECT n % 1000, count(DISTINCT s), median(d), map_agg(n, a) FROM big GROUP BY 1",
          "SELECT s, n, count(*), sum(m), min(sa) FROM big GROUP BY s, n",
          "SELECT array_agg(a), string_agg(s, '-'), count(DISTINCT s), max(sa), sum(n) FROM big",
          "SELECT * FROM big ORDER BY n DESC, s",
          "SELECT s, a, r, n FROM big ORDER BY n DESC LIMIT 100",
          "SELECT sum(n) OVER (PARTITION BY s ORDER BY n), lag(a) OVER (ORDER BY n), r FROM big",
          "SELECT x.s, y.a, y.r FROM big x JOIN big y ON x.n = y.n",
          "SELECT x.s, y.a, y.r FROM big x LEFT JOIN big y ON x.n = y.n + 500 AND x.s < y.s",
          "SELECT x.s, y.mp FROM big x FULL JOIN big y ON x.n = y.n + 500",
          "SELECT x.n, y.sa FROM big x, everything y WHERE x.d < y.d",
          "SELECT s, sa, n FROM big UNION SELECT s, sa, n + 1 FROM big",
          "SELECT s, n FROM big INTERSECT SELECT s, n + 1 FROM big",
          "SELECT DISTINCT a, sa, r FROM big",
          "SELECT s, (SELECT max(y.s) FROM big y WHERE y.n = x.n) FROM big x WHERE n IN (SELECT i"
              + " FROM big)",
          "SELECT n, f.e FROM few t, LATERAL (SELECT n, a AS e FROM big b WHERE b.n < t.i) f",
          "WITH RECURSIVE c AS (SELECT 1 AS k, 'a' AS t UNION ALL SELECT k + 1, t || t FROM c"
              + " WHERE k < 15) SELECT * FROM c",
          "SELECT * FROM big PIVOT (sum(n) FOR s IN ('Hello', ''))",
          "SELECT json_extract(to_json_text(r), '$.x'), regexp_replace(s, 'l', 'LL') FROM big",
          "CREATE OR REPLACE TABLE copied AS SELECT * FROM big",
          "UPDATE big SET s = s || 'x', a = a || ARRAY[1] WHERE n % 7 = 0");

  @TempDir Path warehouse;

  @Test
  void everythingIsGivenBack() {
    List<String> wrong = new ArrayList<>();
    int reached = 0;
    int leaked = 0;
    try (Engine engine = Engine.open(EngineConfig.of(warehouse))) {
      FuzzTables.STATEMENTS.forEach(sql -> drain(engine, sql));
      drain(
          engine,
          "CREATE TABLE big AS SELECT e.*, q.n FROM everything e, UNNEST(range(200)) AS q(n)");
      BufferAllocator memory = engine.worker().allocator();
      for (String sql : STATEMENTS) {
        boolean done = false;
        for (double limit = 1 << 10; !done && wrong.size() < 20; limit *= 2.1) {
          memory.setLimit((long) limit);
          done = runs(engine, sql, wrong);
          reached += done ? 0 : 1;
          memory.setLimit(Long.MAX_VALUE);
          String kept = kept(memory, leaked);
          if (!kept.isEmpty()) {
            wrong.add(sql + " with " + (long) limit + " bytes keeps " + kept);
            leaked = memory.getChildAllocators().size();
            break;
          }
        }
      }
      System.out.println(reached + " times at the limit");
      wrong.forEach(System.out::println);
      assertThat(wrong).isEmpty();
      assertThat(reached).isGreaterThan(4 * STATEMENTS.size());
    }
  }

  /// Whether the memory sufficed.
  private static boolean runs(Engine engine, String sql, List<String> wrong) {
    try {
      drain(engine, sql);
      return true;
    } catch (EngineException e) {
      if (e.code() == ErrorCode.OUT_OF_MEMORY) {
        return false;
      }
      wrong.add(sql + ": " + e.code() + " " + e.getMessage());
      return true;
    }
  }

  private static void drain(Engine engine, String sql) {
    StatementOptions options =
        new StatementOptions(List.of(), Duration.ofSeconds(30), OutputListener.NONE);
    if (engine.execute(Session.DEFAULT, sql, options) instanceof StatementResult.Rows rows) {
      try (var query = rows.query()) {
        for (var batch = query.next(); batch != null; batch = query.next()) {
          batch.close();
        }
      }
    }
  }

  /// What queries still have when their drivers had the time to stop.
  private static String kept(BufferAllocator memory, int leaked) {
    for (int i = 0; i < 300 && memory.getChildAllocators().size() > leaked; i++) {
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    if (memory.getChildAllocators().size() <= leaked) {
      return "";
    }
    StringBuilder kept = new StringBuilder();
    for (BufferAllocator child : memory.getChildAllocators()) {
      kept.append(child.getName()).append(": ").append(child.getAllocatedMemory()).append(' ');
    }
    return kept.toString();
  }
}
