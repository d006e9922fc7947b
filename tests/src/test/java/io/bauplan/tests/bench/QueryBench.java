package io.bauplan.tests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.engine.StatementResult;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.DuckDb;
import io.bauplan.tests.support.EngineRows;
import io.bauplan.tests.support.ResultComparison;
import io.bauplan.tests.support.TpcdsQueries;
import io.bauplan.tests.support.TpcdsWarehouse;
import io.bauplan.tests.support.TpchQueries;
import io.bauplan.tests.support.TpchWarehouse;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// TPC-H and TPC-DS against DuckDB on the same data, threads and process, turn and turn about.
///
/// DuckDB has its best case, an attached database file that it has read before. Warm means that our
/// column cache holds the columns; cold that it is not used, and that DuckDB reads the same Parquet
/// files. Planning is part of both times; ours keeps the plan of a query that is asked again at the
/// same commit, so that it is the warm-up that plans. Answers are compared before anything is
/// timed. The CPU time beside is that of the whole process, its JIT and collector included: it
/// tells work from waiting, and depends less on what else the machine does.
///
/// Run by `tests/bench/tpch` and `tests/bench/tpcds`.
class QueryBench {
  private static final String SUITE = System.getProperty("bench.suite", "tpch");
  private static final String SCALE = System.getProperty("bench.scale", "1");
  private static final boolean WARM = !System.getProperty("bench.mode", "warm").equals("cold");
  private static final int RUNS = Integer.getInteger("bench.runs", 7);
  private static final int WARM_UPS = 8;
  private static final int THREADS =
      Integer.getInteger("bench.threads", Runtime.getRuntime().availableProcessors());

  /// Queries wanted, empty = all.
  private static final Set<String> ONLY =
      Set.copyOf(
          Arrays.stream(System.getProperty("bench.queries", "").split(","))
              .filter(name -> !name.isBlank())
              .toList());

  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private record Times(String query, double ours, double theirs) {
    double ratio() {
      return ours / theirs;
    }
  }

  @Test
  void measure(@TempDir Path temporary) throws Exception {
    Path folder = Path.of(System.getProperty("bench.folder", temporary.toString()));
    Files.createDirectories(folder);
    EngineConfig config = EngineConfig.of(folder);
    config =
        new EngineConfig(
            config.warehouse(),
            config.catalog(),
            config.dataLocation(),
            config.cacheDirectory(),
            THREADS,
            config.memoryBytes());
    List<Times> all = new ArrayList<>();
    List<String> mismatches = new ArrayList<>();
    try (Engine engine = Engine.open(config);
        DuckDb duck = DuckDb.open()) {
      load(engine, duck, folder);
      duck.execute("SET threads = " + THREADS);
      Session session =
          WARM
              ? Session.DEFAULT
              : ((StatementResult.SessionChanged)
                      engine.execute(
                          Session.DEFAULT, "SET column_cache = 'off'", StatementOptions.DEFAULT))
                  .session();
      System.out.printf(
          Locale.ROOT,
          "%-6s %12s %12s %8s %12s %14s%n",
          "query",
          "ours ms",
          "duckdb ms",
          "ratio",
          "ours CPU ms",
          "duckdb CPU ms");
      List<String> names =
          names().stream().filter(name -> ONLY.isEmpty() || ONLY.contains(name)).toList();
      List<String> correct =
          names.stream().filter(name -> compare(engine, session, duck, name, mismatches)).toList();
      // As in a server that has run for a while, the kernels are compiled, and by all queries, not
      // only by the one that is measured.
      for (int i = 0; i < WARM_UPS; i++) {
        correct.forEach(name -> drain(engine, session, ours(name)));
      }
      correct.forEach(name -> all.add(measure(engine, session, duck, name)));
    }
    report(all, mismatches);
    assertThat(mismatches).isEmpty();
  }

  private static List<String> names() {
    return SUITE.equals("tpch") ? TpchQueries.names() : TpcdsQueries.names();
  }

  private static void load(Engine engine, DuckDb duck, Path folder) {
    if (SUITE.equals("tpch")) {
      TpchWarehouse.generateIfAbsent(engine, SCALE);
      TpchWarehouse.attach(engine, duck);
    } else {
      TpcdsWarehouse.generateIfAbsent(engine, SCALE);
      TpcdsWarehouse.load(engine, duck);
    }
    if (!WARM) {
      return;
    }
    Path file = folder.resolve(SUITE + "-" + SCALE + ".duckdb");
    boolean fresh = !Files.exists(file);
    duck.execute("ATTACH '" + file + "' AS best");
    List<String> tables =
        duck
            .query(
                "SELECT table_name FROM information_schema.tables WHERE table_catalog = 'memory'")
            .stream()
            .map(row -> (String) row.getFirst())
            .toList();
    if (fresh) {
      for (String table : tables) {
        duck.execute("CREATE TABLE best." + table + " AS SELECT * FROM memory." + table);
      }
      duck.execute("CHECKPOINT best");
    }
    duck.execute("USE best");
  }

  private static String ours(String name) {
    return SUITE.equals("tpch")
        ? TpchQueries.text(name)
        : TpcdsQueries.textWithNullForZeroDivisors(name);
  }

  private static String theirs(String name) {
    return SUITE.equals("tpch") ? ours(name) : TpcdsQueries.forDuckDb(ours(name));
  }

  /// Whether both ran; notes where their answers differ.
  private static boolean compare(
      Engine engine, Session session, DuckDb duck, String name, List<String> mismatches) {
    try {
      int lastDigits = SUITE.equals("tpcds") && name.equals("q58") ? 100 : 1;
      ResultComparison.difference(
              EngineRows.run(engine, session, ours(name)), duck.query(theirs(name)), lastDigits)
          .ifPresent(difference -> mismatches.add(name + ": " + difference));
      return true;
    } catch (RuntimeException e) {
      mismatches.add(name + ": " + e.getMessage());
      return false;
    }
  }

  private static Times measure(Engine engine, Session session, DuckDb duck, String name) {
    String sql = ours(name);
    String theirs = theirs(name);
    double[] our = new double[RUNS];
    double[] duckTimes = new double[RUNS];
    double[] ourCpu = new double[RUNS];
    double[] duckCpu = new double[RUNS];
    for (int i = -1; i < RUNS; i++) {
      long startCpu = PROCESS.getProcessCpuTime();
      long start = System.nanoTime();
      drain(engine, session, sql);
      long middle = System.nanoTime();
      long middleCpu = PROCESS.getProcessCpuTime();
      long next = System.nanoTime();
      duck.query(theirs);
      long end = System.nanoTime();
      if (i >= 0) {
        our[i] = (middle - start) / 1e6;
        duckTimes[i] = (end - next) / 1e6;
        ourCpu[i] = (middleCpu - startCpu) / 1e6;
        duckCpu[i] = (PROCESS.getProcessCpuTime() - middleCpu) / 1e6;
      }
    }
    Times times = new Times(name, median(our), median(duckTimes));
    System.out.printf(
        Locale.ROOT,
        "%-6s %12.1f %12.1f %8.2f %12.1f %14.1f%n",
        name,
        times.ours(),
        times.theirs(),
        times.ratio(),
        mean(ourCpu),
        mean(duckCpu));
    return times;
  }

  private static void drain(Engine engine, Session session, String sql) {
    StatementResult.Rows rows =
        (StatementResult.Rows) engine.execute(session, sql, StatementOptions.DEFAULT);
    try (RunningQuery query = rows.query()) {
      for (Batch batch = query.next(); batch != null; batch = query.next()) {
        batch.close();
      }
    }
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /// Of readings too coarse for a median.
  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElse(0);
  }

  private static void report(List<Times> all, List<String> mismatches) {
    double logs = 0;
    Times worst = new Times("none", 0, 1);
    for (Times times : all) {
      logs += Math.log(times.ratio());
      worst = times.ratio() > worst.ratio() ? times : worst;
    }
    mismatches.forEach(mismatch -> System.out.println("differs: " + mismatch));
    System.out.printf(
        Locale.ROOT,
        "{\"suite\": \"%s\", \"scale\": %s, \"mode\": \"%s\", \"threads\": %d, \"runs\": %d,"
            + " \"queries\": %d, \"geomean\": %.3f, \"worst\": %.3f, \"worst_query\": \"%s\","
            + " \"mismatches\": %d}%n",
        SUITE,
        SCALE,
        WARM ? "warm" : "cold",
        THREADS,
        RUNS,
        all.size(),
        all.isEmpty() ? 0 : Math.exp(logs / all.size()),
        worst.ratio(),
        worst.query(),
        mismatches.size());
  }
}
