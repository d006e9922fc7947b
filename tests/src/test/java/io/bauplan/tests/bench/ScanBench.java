package io.bauplan.tests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.tests.support.DuckDb;
import io.bauplan.tests.support.EngineRows;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Scans of Parquet files, ours and DuckDB's by turns in one process with the same number of
/// threads, the column cache off, the files in the operating system's cache, the answers compared.
/// Sums and maxima over the columns read are what consumes them, for both engines.
///
/// Beside the time on the clock stands the time on all cores, which a busy machine stretches less.
///
/// Run by `tests/bench/scan`, which names the properties.
class ScanBench {
  private static final int WARM_UP_ROUNDS = 3;
  private static final OperatingSystemMXBean MACHINE =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private record Time(double clock, double core) {}

  private record Result(ScanBenchQuery query, Time ours, Time duck, double pyarrow, boolean same) {
    double clockRatio() {
      return ours.clock() / duck.clock();
    }

    double coreRatio() {
      return ours.core() / duck.core();
    }

    double pyarrowRatio() {
      return ours.clock() / pyarrow;
    }
  }

  @Test
  void scansAreQuick(@TempDir Path temporary) throws IOException {
    int rounds = Integer.getInteger("scan.rounds", 9);
    double scale = Double.parseDouble(System.getProperty("scan.sf", "0.1"));
    String only = System.getProperty("scan.only", "");
    String kept = System.getProperty("scan.folder", "");
    Path folder = kept.isEmpty() ? temporary : Files.createDirectories(Path.of(kept));
    ScanBenchPython python = ScanBenchPython.of(System.getProperty("scan.python", ""));
    EngineConfig config = EngineConfig.of(folder.resolve("warehouse")).withColumnCache(0, 0);
    List<Result> results = new ArrayList<>();
    try (Engine engine = Engine.open(config);
        DuckDb duck = DuckDb.open();
        python) {
      duck.execute("SET threads = " + config.threads());
      List<Path> files = new ScanBenchFiles(folder, scale, engine, duck, python).make();
      List<ScanBenchQuery> queries =
          files.stream()
              .flatMap(file -> ScanBenchQuery.of(file).stream())
              .filter(query -> query.name().contains(only))
              .toList();
      // A server's kernels are compiled: by all queries, not just by the one being measured.
      for (int pass = 0; pass < WARM_UP_ROUNDS; pass++) {
        queries.forEach(query -> EngineRows.run(engine, query.sql()));
      }
      for (ScanBenchQuery query : queries) {
        results.add(measure(query, engine, duck, python, rounds, config.threads()));
      }
    }
    report(results, scale);
    assertThat(results).isNotEmpty().allMatch(Result::same);
  }

  private static Result measure(
      ScanBenchQuery query,
      Engine engine,
      DuckDb duck,
      ScanBenchPython python,
      int rounds,
      int threads) {
    List<Time> ours = new ArrayList<>();
    List<Time> theirs = new ArrayList<>();
    boolean same = true;
    for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
      List<List<Object>> mine = timed(() -> EngineRows.run(engine, query.sql()), ours);
      List<List<Object>> other = timed(() -> duck.query(query.sql()), theirs);
      same &= equal(mine, other);
    }
    double pyarrow =
        query.selective() ? Double.NaN : python.seconds(query.file(), query.columns(), threads);
    Result result =
        new Result(
            query,
            median(ours.subList(WARM_UP_ROUNDS, ours.size())),
            median(theirs.subList(WARM_UP_ROUNDS, theirs.size())),
            pyarrow * 1e3,
            same);
    System.out.println(line(result));
    return result;
  }

  private static List<List<Object>> timed(Supplier<List<List<Object>>> work, List<Time> times) {
    long core = CoreTime.nanos();
    long clock = System.nanoTime();
    List<List<Object>> rows = work.get();
    clock = System.nanoTime() - clock;
    times.add(new Time(clock / 1e6, (CoreTime.nanos() - core) / 1e6));
    return rows;
  }

  private static Time median(List<Time> times) {
    return new Time(median(times, Time::clock), median(times, Time::core));
  }

  private static double median(List<Time> times, ToDoubleFunction<Time> part) {
    double[] sorted = times.stream().mapToDouble(part).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private static boolean equal(List<List<Object>> ours, List<List<Object>> theirs) {
    return ours.size() == 1
        && theirs.size() == 1
        && ours.getFirst().size() == theirs.getFirst().size()
        && java.util.stream.IntStream.range(0, ours.getFirst().size())
            .allMatch(i -> equal(ours.getFirst().get(i), theirs.getFirst().get(i)));
  }

  /// Sums of doubles depend on the order of their terms, which threads leave open.
  private static boolean equal(@Nullable Object ours, @Nullable Object theirs) {
    if (ours == null || theirs == null) {
      return ours == theirs;
    }
    if (ours instanceof Double a && theirs instanceof Double b) {
      return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
    }
    if (ours instanceof Number && theirs instanceof Number) {
      return new BigDecimal(ours.toString()).compareTo(new BigDecimal(theirs.toString())) == 0;
    }
    return ours.equals(theirs) || ours.toString().equals(theirs.toString());
  }

  private static String line(Result r) {
    return String.format(
        Locale.ROOT,
        "%-44s %9.1f %9.1f %8.2f %8.2f %8.2f%s",
        r.query().name(),
        r.ours().clock(),
        r.duck().clock(),
        r.clockRatio(),
        r.coreRatio(),
        r.pyarrowRatio(),
        r.same() ? "" : "  ANSWERS DIFFER");
  }

  private static double geomean(List<Result> results, ToDoubleFunction<Result> ratio) {
    return Math.exp(
        results.stream()
            .mapToDouble(ratio)
            .filter(x -> !Double.isNaN(x))
            .map(Math::log)
            .average()
            .orElse(Double.NaN));
  }

  private static double worst(List<Result> results, ToDoubleFunction<Result> ratio) {
    return results.stream().mapToDouble(ratio).max().orElse(Double.NaN);
  }

  private static void report(List<Result> results, double scale) {
    System.out.printf(
        Locale.ROOT,
        "%n%-44s %9s %9s %8s %8s %8s%n",
        "file, columns, rows",
        "ours ms",
        "duck ms",
        "ratio",
        "on cores",
        "/pyarrow");
    results.forEach(r -> System.out.println(line(r)));
    String pyarrow =
        Arrays.stream(results.stream().mapToDouble(Result::pyarrowRatio).toArray())
                .allMatch(Double::isNaN)
            ? "null"
            : String.format(Locale.ROOT, "%.3f", geomean(results, Result::pyarrowRatio));
    System.out.printf(
        Locale.ROOT,
        "{\"geomean\": %.3f, \"worst\": %.3f, \"worst_query\": \"%s\", \"mismatches\": %d,"
            + " \"geomean_cores\": %.3f, \"worst_cores\": %.3f, \"pyarrow_geomean\": %s,"
            + " \"sf\": %s, \"load\": %.1f}%n",
        geomean(results, Result::clockRatio),
        worst(results, Result::clockRatio),
        results.stream()
            .max(java.util.Comparator.comparingDouble(Result::clockRatio))
            .map(r -> r.query().name())
            .orElse(""),
        results.stream().filter(r -> !r.same()).count(),
        geomean(results, Result::coreRatio),
        worst(results, Result::coreRatio),
        pyarrow,
        Objects.toString(scale),
        MACHINE.getSystemLoadAverage());
  }
}
