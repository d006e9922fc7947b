package io.bauplan.tests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.tests.support.EngineRows;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What it costs to give a table to a function, by copy and by reference, and what scans of columns
/// in shared memory cost beside those in private memory.
///
/// Run by `tests/bench/function-input`, which names the properties.
class FunctionInputBench {
  private static final long BUDGET_BYTES = 6L << 30;
  private static final int SCANS = 15;

  @Test
  void mappedColumnsCostNextToNothing(@TempDir Path folder) {
    long rows = Long.getLong("input.rows", 20_000_000);
    int rounds = Integer.getInteger("input.rounds", 5);
    EngineConfig config =
        EngineConfig.of(folder.resolve("warehouse")).withColumnCache(BUDGET_BYTES, 0);
    try (Engine engine = Engine.open(config)) {
      EngineRows.run(
          engine,
          "CREATE TABLE t AS SELECT i AS id, CAST(i AS DOUBLE) / 3 AS x, CAST(i AS DOUBLE) * 7 AS"
              + " y, TIMESTAMP '2024-01-01 00:00:00' + INTERVAL '1' SECOND * CAST(i AS INTEGER) AS"
              + " ts, 'n' || CAST(i + 1000000000 AS VARCHAR) AS s, DATE '2024-01-01' + INTERVAL '1'"
              + " DAY * CAST(i % 300 AS INTEGER) AS d FROM generate_series(1, "
              + rows
              + ") AS g (i)");
      function(engine, "counted", "data.num_rows");
      function(engine, "summed", "int(pc.sum(data['id']).as_py() + pc.sum(data['y']).as_py())");
      String filtered = "SELECT * FROM t WHERE id >= 0";
      String scan = "SELECT SUM(id), SUM(x), SUM(y), MAX(ts) FROM ";
      EngineRows.run(engine, "CREATE TABLE u AS SELECT id, x, y, ts FROM t");
      // Twice, so that they are kept.
      time(engine, "SELECT MAX(id), MAX(x), MAX(y), MAX(ts), MAX(s), MAX(d) FROM t", 2);
      time(engine, scan + "u", 2);
      double copied = time(engine, call("counted", filtered), rounds);
      double first = time(engine, call("counted", "TABLE t"), 0);
      double mapped = time(engine, call("counted", "TABLE t"), rounds);
      double copiedSum = time(engine, call("summed", filtered), rounds);
      double mappedSum = time(engine, call("summed", "TABLE t"), rounds);
      List<Double> scans = new ArrayList<>();
      for (int round = 0; round < SCANS; round++) {
        scans.add(time(engine, scan + "t", 0) / time(engine, scan + "u", 0));
      }
      scans.sort(null);
      String explained =
          EngineRows.run(engine, "EXPLAIN ANALYZE " + call("counted", "TABLE t")).toString();
      assertThat(explained).contains(" 0 B copied");
      System.out.printf(
          Locale.ROOT,
          "{\"copied\": %.0f, \"first mapped\": %.0f, \"mapped\": %.0f, \"copied sum\": %.0f,"
              + " \"mapped sum\": %.0f, \"scan of shared by scan of private columns\": %.2f,"
              + " \"load\": %.1f}%n",
          copied,
          first,
          mapped,
          copiedSum,
          mappedSum,
          scans.get(SCANS / 2),
          ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }
  }

  private static void function(Engine engine, String name, String result) {
    EngineRows.run(
        engine,
        "CREATE FUNCTION "
            + name
            + " (data TABLE SET SEMANTICS) RETURNS TABLE (n BIGINT) LANGUAGE PYTHON AS $$\n"
            + "import pyarrow as pa, pyarrow.compute as pc\ndef "
            + name
            + "(data):\n    return pa.table({'n': ["
            + result
            + "]})\n$$");
  }

  private static String call(String name, String input) {
    String table = input.startsWith("TABLE") ? input : "TABLE (" + input + ")";
    return "SELECT * FROM TABLE(" + name + "(" + table + "))";
  }

  /// Median milliseconds of the rounds after the first one; those of the first where there are
  /// none.
  private static double time(Engine engine, String sql, int rounds) {
    List<Double> times = new ArrayList<>();
    for (int round = 0; round <= rounds; round++) {
      long start = System.nanoTime();
      assertThat(EngineRows.run(engine, sql)).hasSize(1);
      if (round > 0 || rounds == 0) {
        times.add((System.nanoTime() - start) / 1e6);
      }
    }
    times.sort(null);
    System.out.printf(Locale.ROOT, "%8.1f ms  %s%n", times.get(times.size() / 2), sql);
    return times.get(times.size() / 2);
  }
}
