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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Warm planning times of `SELECT 1`, TPC-H and TPC-DS: from text to physical plan with the files
/// of its scans, over a real catalog. All statements are planned in rounds; the first rounds warm
/// up, and of the others the median counts. Beside the time on the clock stands the thread's time
/// on a core, which a busy machine does not stretch; targets hold for the former.
///
/// Run by `tests/bench/planning`. `-Dplanning.rounds` says how many rounds are measured,
/// `-Dplanning.scale` the tables' scale factor, `-Dplanning.warehouse` a folder to keep them in.
class PlanningBench {
  private static final int WARM_UP_ROUNDS = 12;
  private static final double SELECT_1_MS = 1;
  private static final double TPCH_JOINS_MS = 15;
  private static final double TPCDS_MEDIAN_MS = 40;
  private static final double TPCDS_MOST_MS = 100;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /// Milliseconds of one round, or the median of many.
  private record Time(double clock, double core) {}

  @Test
  void planningIsQuick(@TempDir Path temporary) {
    int rounds = Integer.getInteger("planning.rounds", 15);
    String scale = System.getProperty("planning.scale", "0.01");
    Path warehouse = Path.of(System.getProperty("planning.warehouse", temporary.toString()));
    Map<String, Time> times;
    try (Engine engine = Engine.open(EngineConfig.of(warehouse))) {
      TpcdsWarehouse.generateIfAbsent(engine, scale);
      EngineRows.run(
          engine, "CALL system.generate_tpch(scale => " + scale + ", namespace => 'tpch')");
      times = measure(engine, rounds);
    }
    report(times);
  }

  private static Map<String, Time> measure(Engine engine, int rounds) {
    StatementPlanner planner =
        new CalcitePlanner(
            engine.catalog(),
            (format, uri, options) -> {
              throw new AssertionError("no query reads a file by its name");
            },
            SystemTables.with(SystemTables.NONE));
    Session tpch = Session.DEFAULT.withNamespace(List.of("tpch"));
    Map<String, Time[]> all = new LinkedHashMap<>();
    for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
      plan(all, round, rounds, "SELECT 1", planner, "SELECT 1", Session.DEFAULT);
      for (String name : TpchQueries.names()) {
        plan(all, round, rounds, "tpch " + name, planner, TpchQueries.text(name), tpch);
      }
      for (String name : TpcdsQueries.names()) {
        String sql = TpcdsQueries.text(name);
        plan(all, round, rounds, "tpcds " + name, planner, sql, Session.DEFAULT);
      }
    }
    Map<String, Time> medians = new LinkedHashMap<>();
    all.forEach((name, times) -> medians.put(name, median(List.of(times))));
    return medians;
  }

  private static void plan(
      Map<String, Time[]> all,
      int round,
      int rounds,
      String name,
      StatementPlanner planner,
      String sql,
      Session session) {
    long clock = System.nanoTime();
    long core = THREADS.getCurrentThreadCpuTime();
    PlannedStatement planned = planner.plan(sql, session);
    core = THREADS.getCurrentThreadCpuTime() - core;
    clock = System.nanoTime() - clock;
    assertThat(planned).isInstanceOf(PlannedStatement.Query.class);
    if (round >= 0) {
      all.computeIfAbsent(name, n -> new Time[rounds])[round] = new Time(clock / 1e6, core / 1e6);
    }
  }

  private static Time median(List<Time> times) {
    return new Time(
        times.stream()
            .mapToDouble(Time::clock)
            .sorted()
            .skip(times.size() / 2)
            .findFirst()
            .orElse(0),
        times.stream()
            .mapToDouble(Time::core)
            .sorted()
            .skip(times.size() / 2)
            .findFirst()
            .orElse(0));
  }

  private static void report(Map<String, Time> times) {
    System.out.printf(Locale.ROOT, "%-12s %10s %10s%n", "statement", "clock ms", "core ms");
    times.forEach(
        (name, time) ->
            System.out.printf(
                Locale.ROOT, "%-12s %10.2f %10.2f%n", name, time.clock(), time.core()));
    List<Time> tpcds =
        times.entrySet().stream()
            .filter(entry -> entry.getKey().startsWith("tpcds "))
            .map(Map.Entry::getValue)
            .toList();
    Time median = median(tpcds);
    double most = tpcds.stream().mapToDouble(Time::clock).max().orElseThrow();
    boolean met =
        clock(times, "SELECT 1") < SELECT_1_MS
            && clock(times, "tpch q05") < TPCH_JOINS_MS
            && clock(times, "tpch q09") < TPCH_JOINS_MS
            && median.clock() < TPCDS_MEDIAN_MS
            && most < TPCDS_MOST_MS;
    String over =
        times.entrySet().stream()
            .filter(e -> e.getKey().startsWith("tpcds ") && e.getValue().clock() >= TPCDS_MOST_MS)
            .map(e -> '"' + e.getKey() + '"')
            .collect(Collectors.joining(", "));
    System.out.printf(
        Locale.ROOT,
        "{\"select_1_ms\": %.2f, \"tpch_q05_ms\": %.2f, \"tpch_q09_ms\": %.2f, \"tpch_median_ms\":"
            + " %.2f, \"tpcds_median_ms\": %.2f, \"tpcds_median_core_ms\": %.2f, \"tpcds_most_ms\":"
            + " %.2f, \"tpcds_over_limit\": [%s], \"targets_met\": %s}%n",
        clock(times, "SELECT 1"),
        clock(times, "tpch q05"),
        clock(times, "tpch q09"),
        median(
                times.entrySet().stream()
                    .filter(entry -> entry.getKey().startsWith("tpch "))
                    .map(Map.Entry::getValue)
                    .toList())
            .clock(),
        median.clock(),
        median.core(),
        most,
        over,
        met);
  }

  private static double clock(Map<String, Time> times, String name) {
    return java.util.Objects.requireNonNull(times.get(name), name).clock();
  }
}
