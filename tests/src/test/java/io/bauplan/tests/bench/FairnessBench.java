package io.bauplan.tests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.engine.StatementResult;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.TpchWarehouse;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How long short queries take beside long ones that keep every thread busy, against how long they
/// take alone.
///
/// Run by `tests/bench/fairness`, which names the properties.
class FairnessBench {
  private static final int WARM_UPS = 30;

  /// Many pipelines each, since each pipeline asks for threads again.
  private static final Map<String, String> SHORT = new LinkedHashMap<>();

  static {
    SHORT.put(
        "scan",
        "SELECT SUM(l_extendedprice * l_discount) FROM lineitem"
            + " WHERE l_shipdate >= DATE '1994-01-01' AND l_shipdate < DATE '1995-01-01'"
            + " AND l_discount BETWEEN 0.05 AND 0.07 AND l_quantity < 24");
    SHORT.put(
        "join",
        "SELECT n_name, COUNT(*), SUM(s_acctbal) FROM supplier, nation, region"
            + " WHERE s_nationkey = n_nationkey AND n_regionkey = r_regionkey"
            + " GROUP BY n_name ORDER BY 3 DESC LIMIT 10");
    SHORT.put("values", "SELECT COUNT(*) FROM region");
  }

  /// Each some minutes long.
  private static final List<String> LONG =
      List.of(
          "SELECT SUM(SIN(l_extendedprice * n)) FROM lineitem, UNNEST(SEQUENCE(1, 10000)) AS t(n)",
          "SELECT l_partkey, SUM(l_quantity + n), COUNT(*) FROM lineitem,"
              + " UNNEST(SEQUENCE(1, 10000)) AS t(n) GROUP BY l_partkey",
          "SELECT COUNT(*) FROM lineitem, UNNEST(SEQUENCE(1, 10000)) AS t(n)"
              + " WHERE CASE WHEN n > 0 THEN l_comment END LIKE '%special%requests%'",
          "SELECT COUNT(*) FROM lineitem a JOIN lineitem b ON a.l_suppkey = b.l_suppkey"
              + " WHERE a.l_extendedprice + b.l_tax < 0");

  private record Latency(double median, double p95, double most) {
    static Latency of(double[] millis) {
      double[] sorted = millis.clone();
      Arrays.sort(sorted);
      return new Latency(
          sorted[sorted.length / 2],
          sorted[(int) (sorted.length * 0.95)],
          sorted[sorted.length - 1]);
    }
  }

  @Test
  void aShortQueryIsNotQueuedBehindLongOnes(@TempDir Path temporary) throws Exception {
    Path folder = Path.of(System.getProperty("bench.folder", temporary.toString()));
    int rounds = Integer.getInteger("fairness.rounds", 60);
    int beside = Integer.getInteger("fairness.long", LONG.size());
    Files.createDirectories(folder);
    try (Engine engine = Engine.open(EngineConfig.of(folder))) {
      TpchWarehouse.generateIfAbsent(engine, System.getProperty("bench.scale", "1"));
      Map<String, Latency> alone = new LinkedHashMap<>();
      SHORT.forEach((name, sql) -> measure(engine, sql, WARM_UPS));
      SHORT.forEach((name, sql) -> alone.put(name, Latency.of(measure(engine, sql, rounds))));
      Map<String, Latency> crowded = crowded(engine, rounds, beside);
      report(alone, crowded, beside);
    }
  }

  private static Map<String, Latency> crowded(Engine engine, int rounds, int beside)
      throws InterruptedException {
    List<RunningQuery> queries = new ArrayList<>();
    List<Thread> readers = new ArrayList<>();
    CountDownLatch begun = new CountDownLatch(beside);
    for (int i = 0; i < beside; i++) {
      RunningQuery query = start(engine, LONG.get(i % LONG.size()));
      queries.add(query);
      readers.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    begun.countDown();
                    try {
                      drain(query);
                      throw new IllegalStateException("a long query was too short");
                    } catch (EngineException cancelled) {
                      // As it should be: it ran until the end of the measurement.
                    }
                  }));
    }
    begun.await();
    Thread.sleep(5_000);
    Map<String, Latency> crowded = new LinkedHashMap<>();
    SHORT.forEach((name, sql) -> crowded.put(name, Latency.of(measure(engine, sql, rounds))));
    for (int i = 0; i < beside; i++) {
      assertThat(readers.get(i).isAlive()).as("long query %d still runs", i).isTrue();
      queries.get(i).cancel();
    }
    for (int i = 0; i < beside; i++) {
      readers.get(i).join();
      queries.get(i).close();
    }
    return crowded;
  }

  private static RunningQuery start(Engine engine, String sql) {
    return ((StatementResult.Rows) engine.execute(Session.DEFAULT, sql, StatementOptions.DEFAULT))
        .query();
  }

  private static void drain(RunningQuery query) {
    for (Batch batch = query.next(); batch != null; batch = query.next()) {
      batch.close();
    }
  }

  private static double[] measure(Engine engine, String sql, int rounds) {
    double[] millis = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      long start = System.nanoTime();
      try (RunningQuery query = start(engine, sql)) {
        drain(query);
      }
      millis[i] = (System.nanoTime() - start) / 1e6;
    }
    return millis;
  }

  private static void report(Map<String, Latency> alone, Map<String, Latency> crowded, int beside) {
    System.out.printf(
        Locale.ROOT,
        "%-8s %10s %10s | beside %d: %10s %10s %10s %8s%n",
        "query",
        "alone ms",
        "p95",
        beside,
        "median",
        "p95",
        "most",
        "ratio");
    StringBuilder json = new StringBuilder();
    alone.forEach(
        (name, single) -> {
          Latency many = crowded.get(name);
          double ratio = many.median() / single.median();
          System.out.printf(
              Locale.ROOT,
              "%-8s %10.1f %10.1f |           %10.1f %10.1f %10.1f %8.1f%n",
              name,
              single.median(),
              single.p95(),
              many.median(),
              many.p95(),
              many.most(),
              ratio);
          json.append(
              String.format(
                  Locale.ROOT,
                  "\"%s\": {\"alone\": %.1f, \"median\": %.1f, \"p95\": %.1f}, ",
                  name,
                  single.median(),
                  many.median(),
                  many.p95()));
        });
    System.out.printf(
        Locale.ROOT,
        "{%s\"beside\": %d, \"load\": %.1f}%n",
        json,
        beside,
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }
}
