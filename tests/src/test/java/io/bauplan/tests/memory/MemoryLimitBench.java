package io.bauplan.tests.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.EngineRows;
import io.bauplan.tests.support.TpcdsQueries;
import io.bauplan.tests.support.TpcdsWarehouse;
import io.bauplan.tests.support.TpchQueries;
import io.bauplan.tests.support.TpchWarehouse;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// TPC-H or TPC-DS with a share of the memory that each query takes without a limit: the same rows,
/// or an error that says that memory is short; and what the process takes beyond what it accounts
/// for, from `/proc` of Linux. Run by `tests/memory-limits`.
class MemoryLimitBench {
  private static final String SUITE = System.getProperty("memory.suite", "tpch");
  private static final String SCALE = System.getProperty("memory.scale", "0.1");

  /// Shares of the memory that a query takes.
  private static final double[] SHARES =
      Arrays.stream(System.getProperty("memory.shares", "0.25").split(","))
          .mapToDouble(Double::parseDouble)
          .toArray();

  private static final long LEAST_BYTES =
      Long.getLong("memory.least", LimitedQueries.LEAST_BYTES >> 20) << 20;

  private static final Set<String> ONLY =
      Set.copyOf(
          Arrays.stream(System.getProperty("memory.queries", "").split(","))
              .filter(name -> !name.isBlank())
              .toList());

  @Test
  void measure(@TempDir Path temporary) throws Exception {
    Path folder = Path.of(System.getProperty("memory.folder", temporary.toString()));
    Files.createDirectories(folder);
    List<String> wrong = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    int runs = 0;
    int spilling = 0;
    long needed = 0;
    long cached = 0;
    try (Engine engine = Engine.open(EngineConfig.of(folder))) {
      boolean tpch = SUITE.equals("tpch");
      if (tpch) {
        TpchWarehouse.generateIfAbsent(engine, SCALE);
      } else {
        TpcdsWarehouse.generateIfAbsent(engine, SCALE);
      }
      LimitedQueries queries = new LimitedQueries(engine);
      System.out.printf(
          Locale.ROOT,
          "%-6s %10s %10s %10s %10s %10s %10s%n",
          "query",
          "need MB",
          "limit MB",
          "peak MB",
          "spilled MB",
          "free ms",
          "limited ms");
      for (String name : tpch ? TpchQueries.names() : TpcdsQueries.names()) {
        if (!ONLY.isEmpty() && !ONLY.contains(name)) {
          continue;
        }
        String sql = tpch ? TpchQueries.text(name) : TpcdsQueries.textWithNullForZeroDivisors(name);
        LimitedQueries.Free warm = queries.free(sql);
        LimitedQueries.Free free = queries.free(sql);
        needed = Math.max(needed, Math.max(warm.peak(), free.peak()));
        for (double share : SHARES) {
          long limit = Math.max(LEAST_BYTES, (long) (free.peak() * share));
          LimitedQueries.Outcome outcome = queries.limited(free, limit);
          runs++;
          spilling += outcome.spilled() > 0 ? 1 : 0;
          System.out.printf(
              Locale.ROOT,
              "%-6s %10.1f %10.1f %10.1f %10.1f %10.0f %10.0f %s%n",
              name,
              free.peak() / 1048576.0,
              limit / 1048576.0,
              outcome.peak() / 1048576.0,
              outcome.spilled() / 1048576.0,
              free.millis(),
              outcome.millis(),
              outcome.problem().orElse(outcome.refused() ? "refused" : ""));
          if (outcome.refused()) {
            refused.add(name + " at " + share);
          }
          outcome.problem().ifPresent(problem -> wrong.add(name + " at " + share + ": " + problem));
        }
        assertThat(warm.rows()).hasSameSizeAs(free.rows());
      }
      cached =
          (Long)
              EngineRows.run(
                      engine,
                      Session.DEFAULT,
                      "SELECT bytes FROM sys.cache_tiers WHERE tier = 'memory'",
                      figures -> {})
                  .getFirst()
                  .getFirst();
    }
    Resident resident = Resident.of(needed + cached);
    wrong.forEach(System.out::println);
    System.out.println("refused: " + refused);
    System.out.printf(
        Locale.ROOT,
        "{\"suite\": \"%s\", \"scale\": %s, \"shares\": \"%s\", \"runs\": %d, \"spilling\": %d,"
            + " \"refused\": %d, \"wrong\": %d, \"declared_mb\": %d, \"resident_peak_mb\": %d,"
            + " \"over_mb\": %d, \"over_allowed_mb\": %d}%n",
        SUITE,
        SCALE,
        Arrays.toString(SHARES),
        runs,
        spilling,
        refused.size(),
        wrong.size(),
        resident.declared >> 20,
        resident.peak >> 20,
        resident.peak - resident.declared >> 20,
        resident.allowed() >> 20);
    assertThat(wrong).isEmpty();
    assertThat(resident.peak - resident.declared).isLessThanOrEqualTo(resident.allowed());
  }

  /// The process's memory beside what is accounted for.
  ///
  /// @param declared the most that a query held, the column cache and Java's heap
  /// @param peak the most that was resident
  private record Resident(long declared, long peak) {
    /// For threads, code and what libraries take.
    private static final long BASE_BYTES = 200L << 20;

    static Resident of(long held) throws IOException {
      long heap =
          ManagementFactory.getMemoryPoolMXBeans().stream()
              .filter(pool -> pool.getType() == MemoryType.HEAP)
              .mapToLong(pool -> pool.getPeakUsage().getCommitted())
              .sum();
      try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
        long kilobytes =
            lines
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
        return new Resident(held + heap, kilobytes << 10);
      }
    }

    long allowed() {
      return declared / 10 + BASE_BYTES;
    }
  }
}
