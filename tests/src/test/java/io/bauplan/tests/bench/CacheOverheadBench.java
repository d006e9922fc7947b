package io.bauplan.tests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.EngineRows;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the column cache costs a scan that finds nothing in it: scans of lineitem, by turns with
/// the cache, which has room for all of it, and without. Every scan reads the file under a name of
/// its own, so that nobody knows its columns or its footer.
///
/// Run by `tests/bench/cache-overhead`, which names the properties.
class CacheOverheadBench {
  private static final int WARM_UP_ROUNDS = 10;
  private static final long BUDGET_BYTES = 6L << 30;

  private record Time(double clock, double core) {
    Time plus(Time other) {
      return new Time(clock + other.clock, core + other.core);
    }
  }

  private static final Session OFF =
      new Session(
          Session.DEFAULT.principal(),
          Session.DEFAULT.reference(),
          Session.DEFAULT.namespace(),
          Session.DEFAULT.zone(),
          Map.of("column_cache", "off"));

  private record Shape(String name, String sql) {}

  private static final List<Shape> SHAPES =
      List.of(
          new Shape(
              "1 small column, kept at once", "SELECT MAX(l_shipdate) FROM read_parquet('%s')"),
          new Shape(
              "4 columns",
              "SELECT SUM(l_quantity), SUM(l_extendedprice), MAX(l_shipdate), MAX(l_shipmode)"
                  + " FROM read_parquet('%s')"),
          new Shape(
              "16 columns",
              "SELECT MAX(l_orderkey), MAX(l_partkey), MAX(l_suppkey), MAX(l_linenumber),"
                  + " SUM(l_quantity), SUM(l_extendedprice), SUM(l_discount), SUM(l_tax),"
                  + " MAX(l_returnflag), MAX(l_linestatus), MAX(l_shipdate), MAX(l_commitdate),"
                  + " MAX(l_receiptdate), MAX(l_shipinstruct), MAX(l_shipmode), MAX(l_comment)"
                  + " FROM read_parquet('%s')"),
          new Shape(
              "7 columns, 1 row of 100,000",
              "SELECT COUNT(*), MAX(l_partkey), MAX(l_suppkey), SUM(l_quantity),"
                  + " SUM(l_extendedprice), MAX(l_shipdate), MAX(l_comment)"
                  + " FROM read_parquet('%s') WHERE l_orderkey %% 100000 = 7"));

  @Test
  void aMissCostsNextToNothing(@TempDir Path folder) throws IOException {
    int rounds = Integer.getInteger("overhead.rounds", 41);
    double scale = Double.parseDouble(System.getProperty("overhead.sf", "2"));
    EngineConfig config =
        EngineConfig.of(folder.resolve("warehouse")).withColumnCache(BUDGET_BYTES, 0);
    try (Engine engine = Engine.open(config)) {
      Path data = folder.resolve("lineitem.parquet");
      EngineRows.run(engine, "CALL system.generate_tpch(scale => " + scale + ")");
      EngineRows.run(engine, "COPY (SELECT * FROM lineitem) TO '" + data + "'");
      EngineRows.run(engine, "SELECT COUNT(*) FROM read_parquet('" + data + "')");
      StringBuilder json = new StringBuilder();
      for (Shape shape : SHAPES) {
        double overhead = measure(engine, shape, data, rounds);
        json.append(String.format(Locale.ROOT, "\"%s\": %.2f, ", shape.name(), overhead));
      }
      System.out.printf(
          Locale.ROOT,
          "{%s\"load\": %.1f}%n",
          json,
          ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }
  }

  /// More time on all cores with the cache, in percent: the median of the rounds, and between what
  /// bounds it lies. A round is with, without, without, with, or the other way round, so that what
  /// drifts and what the one before leaves in the processor's caches falls on both alike.
  private static double measure(Engine engine, Shape shape, Path data, int rounds)
      throws IOException {
    List<Double> clocks = new ArrayList<>();
    List<Double> cores = new ArrayList<>();
    for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
      boolean first = round % 2 == 0;
      Session outer = first ? Session.DEFAULT : OFF;
      Session inner = first ? OFF : Session.DEFAULT;
      Time a = scan(engine, outer, shape, data, round + "a");
      Time b = scan(engine, inner, shape, data, round + "b");
      b = b.plus(scan(engine, inner, shape, data, round + "c"));
      a = a.plus(scan(engine, outer, shape, data, round + "d"));
      Time with = first ? a : b;
      Time without = first ? b : a;
      if (round >= 0) {
        clocks.add((with.clock / without.clock - 1) * 100);
        cores.add((with.core / without.core - 1) * 100);
      }
      System.out.printf(
          Locale.ROOT,
          "%s, round %d: twice %.1f ms (%.1f on cores) with the cache, %.1f ms (%.1f) without%n",
          shape.name(),
          round,
          with.clock,
          with.core,
          without.clock,
          without.core);
    }
    System.out.printf(
        Locale.ROOT,
        "%s: %+.2f %% on the clock (%s), %+.2f %% on cores (%s)%n",
        shape.name(),
        median(clocks),
        bounds(clocks),
        median(cores),
        bounds(cores));
    return median(cores);
  }

  private static Time scan(Engine engine, Session session, Shape shape, Path data, String name)
      throws IOException {
    Path file =
        data.resolveSibling(shape.name().replaceAll("[^0-9a-z]", "") + "-" + name + ".parquet");
    Files.createLink(file, data);
    long core = CoreTime.nanos();
    long clock = System.nanoTime();
    List<List<Object>> rows = EngineRows.run(engine, session, shape.sql().formatted(file));
    clock = System.nanoTime() - clock;
    core = CoreTime.nanos() - core;
    assertThat(rows).hasSize(1);
    Files.delete(file);
    return new Time(clock / 1e6, core / 1e6);
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  /// Where the median lies in 95 of 100 cases: medians of samples drawn from the rounds themselves.
  private static String bounds(List<Double> values) {
    Random random = new Random(1);
    List<Double> medians = new ArrayList<>();
    for (int sample = 0; sample < 2000; sample++) {
      medians.add(
          median(values.stream().map(v -> values.get(random.nextInt(values.size()))).toList()));
    }
    medians.sort(null);
    return String.format(Locale.ROOT, "%+.2f to %+.2f", medians.get(50), medians.get(1949));
  }
}
