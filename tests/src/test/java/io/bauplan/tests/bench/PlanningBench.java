package io.bauplan.tests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.session.CalcitePlanner;
import io.bauplan.sql.session.Session;
import io.bauplan.sql.session.StatementPlanner;
import io.bauplan.sql.session.SystemTables;
import io.bauplan.tests.support.EngineRows;
import io.bauplan.tests.support.TpcdsQueries;
import io.bauplan.tests.support.TpcdsWarehouse;
import io.bauplan.tests.support.TpchQueries;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Warm planning times of `SELECT 1`, TPC-H and TPC-DS: from text to physical plan with the files
/// of its scans, over a real catalog. All statements are planned in rounds; the first rounds warm
/// up, and of the others the median counts; `SELECT 1`, too short for a clock's reading, is planned
/// [#SHORT_REPEATS] times a round. Beside the time on the clock stands the thread's time on a core,
/// which a busy machine stretches less; targets hold for the former.
///
/// Run by `tests/bench/planning`. `-Dplanning.rounds` says how many rounds are measured,
/// `-Dplanning.scale` the tables' scale factor, `-Dplanning.warehouse` a folder to keep them in.
class PlanningBench {
  private static final int WARM_UP_ROUNDS = 12;
  private static final int SHORT_REPEATS = 20;
  private static final double SELECT_1_MS = 1;
  private static final double TPCH_JOINS_MS = 15;
  private static final double TPCDS_MEDIAN_MS = 40;
  private static final double TPCDS_MOST_MS = 100;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /// Milliseconds of one round.
  private record Time(double clock, double core) {}

  /// Milliseconds of many rounds.
  private record Times(double clock, double core, double least) {
    String json() {
      return String.format(
          Locale.ROOT, "{\"ms\": %.2f, \"core_ms\": %.2f, \"least_ms\": %.2f}", clock, core, least);
    }
  }

  @Test
  void planningIsQuick(@TempDir Path temporary) {
    int rounds = Integer.getInteger("planning.rounds", 15);
    String scale = System.getProperty("planning.scale", "0.01");
    Path warehouse = Path.of(System.getProperty("planning.warehouse", temporary.toString()));
    Map<String, Times> times;
    try (Engine engine = Engine.open(EngineConfig.of(warehouse))) {
      TpcdsWarehouse.generateIfAbsent(engine, scale);
      EngineRows.run(
          engine, "CALL system.generate_tpch(scale => " + scale + ", namespace => 'tpch')");
      times = measure(engine, rounds);
    }
    report(times);
  }

  private static Map<String, Times> measure(Engine engine, int rounds) {
    StatementPlanner planner =
        new CalcitePlanner(
            engine.catalog(),
            (format, uri, options) -> {
              throw new AssertionError("no query reads a file by its name");
            },
            SystemTables.with(SystemTables.NONE));
    Session tpch = Session.DEFAULT.withNamespace(List.of("tpch"));
    Map<String, List<Time>> all = new LinkedHashMap<>();
    for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
      for (int i = 0; i < SHORT_REPEATS; i++) {
        plan(all, round, "SELECT 1", planner, "SELECT 1", Session.DEFAULT);
      }
      for (String name : TpchQueries.names()) {
        plan(all, round, "tpch " + name, planner, TpchQueries.text(name), tpch);
      }
      for (String name : TpcdsQueries.names()) {
        String sql = TpcdsQueries.text(name);
        plan(all, round, "tpcds " + name, planner, sql, Session.DEFAULT);
      }
    }
    Map<String, Times> medians = new LinkedHashMap<>();
    all.forEach((name, times) -> medians.put(name, median(times)));
    return medians;
  }

  private static void plan(
      Map<String, List<Time>> all,
      int round,
      String name,
      StatementPlanner planner,
      String sql,
      Session session) {
    // A text that was planned before would just be found again.
    String unlike = sql + " /* " + round + " */";
    long clock = System.nanoTime();
    long core = THREADS.getCurrentThreadCpuTime();
    PlannedStatement planned = planner.plan(unlike, session);
    core = THREADS.getCurrentThreadCpuTime() - core;
    clock = System.nanoTime() - clock;
    assertThat(planned).isInstanceOf(PlannedStatement.Query.class);
    if (round >= 0) {
      all.computeIfAbsent(name, n -> new ArrayList<>()).add(new Time(clock / 1e6, core / 1e6));
    }
  }

  private static Times median(List<Time> times) {
    return new Times(
        median(times.stream().mapToDouble(Time::clock)),
        median(times.stream().mapToDouble(Time::core)),
        times.stream().mapToDouble(Time::clock).min().orElseThrow());
  }

  private static double median(DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private static void report(Map<String, Times> times) {
    System.out.printf(Locale.ROOT, "%-12s %10s %10s %10s%n", "statement", "clock", "core", "least");
    times.forEach(
        (name, time) ->
            System.out.printf(
                Locale.ROOT,
                "%-12s %10.2f %10.2f %10.2f%n",
                name,
                time.clock(),
                time.core(),
                time.least()));
    Times one = of(times, "SELECT 1");
    Times q05 = of(times, "tpch q05");
    Times q09 = of(times, "tpch q09");
    List<Times> tpcds = suite(times, "tpcds ");
    Times middle = middle(tpcds);
    double most = tpcds.stream().mapToDouble(Times::clock).max().orElseThrow();
    boolean met =
        one.clock() < SELECT_1_MS
            && q05.clock() < TPCH_JOINS_MS
            && q09.clock() < TPCH_JOINS_MS
            && middle.clock() < TPCDS_MEDIAN_MS
            && most < TPCDS_MOST_MS;
    String over =
        times.entrySet().stream()
            .filter(e -> e.getKey().startsWith("tpcds ") && e.getValue().clock() >= TPCDS_MOST_MS)
            .map(e -> '"' + e.getKey() + '"')
            .collect(Collectors.joining(", "));
    System.out.printf(
        Locale.ROOT,
        "{\"select_1\": %s, \"tpch_q05\": %s, \"tpch_q09\": %s, \"tpch_median\": %s,"
            + " \"tpcds_median\": %s, \"tpcds_most_ms\": %.2f, \"tpcds_most_core_ms\": %.2f,"
            + " \"tpcds_over_limit\": [%s], \"load\": %.1f, \"targets_met\": %s}%n",
        one.json(),
        q05.json(),
        q09.json(),
        middle(suite(times, "tpch ")).json(),
        middle.json(),
        most,
        tpcds.stream().mapToDouble(Times::core).max().orElseThrow(),
        over,
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
        met);
  }

  private static Times of(Map<String, Times> times, String name) {
    return Objects.requireNonNull(times.get(name), name);
  }

  private static List<Times> suite(Map<String, Times> times, String prefix) {
    return times.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(prefix))
        .map(Map.Entry::getValue)
        .toList();
  }

  /// Medians over the statements of a suite.
  private static Times middle(List<Times> suite) {
    return new Times(
        median(suite.stream().mapToDouble(Times::clock)),
        median(suite.stream().mapToDouble(Times::core)),
        median(suite.stream().mapToDouble(Times::least)));
  }
}
