package io.bauplan.tests.modes;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.worker.QueryFigures;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.DuckDb;
import io.bauplan.tests.support.EngineRows;
import io.bauplan.tests.support.ResultComparison;
import io.bauplan.tests.support.TpcdsQueries;
import io.bauplan.tests.support.TpcdsWarehouse;
import io.bauplan.tests.support.TpchQueries;
import io.bauplan.tests.support.TpchWarehouse;
import io.bauplan.udf.api.OutputListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// TPC-H or TPC-DS in modes, each query held to what DuckDB gives over the files that we wrote.
final class ModeRuns implements AutoCloseable {
  /// What became of a query.
  enum Kind {
    EQUAL,
    DIFFERENT,
    /// An error that says that memory is short.
    REFUSED,
    /// It did not end in time.
    LATE,
    FAILED
  }

  /// @param limit of memory, 0 = none
  /// @param detail what is wrong, empty where nothing is
  record Outcome(Kind kind, double millis, long limit, long peak, long spilled, String detail) {}

  private final boolean tpch;
  private final String scale;
  private final Path warehouse;
  private final Duration timeout;
  private final long leastBytes;
  private final DuckDb duck = DuckDb.open();
  private final Map<String, List<List<Object>>> answers = new HashMap<>();
  private boolean loaded;

  /// @param leastBytes that a query may have in any case
  ModeRuns(String suite, String scale, Path warehouse, Duration timeout, long leastBytes) {
    this.tpch =
        switch (suite) {
          case "tpch" -> true;
          case "tpcds" -> false;
          default -> throw new IllegalArgumentException("no suite " + suite);
        };
    this.scale = scale;
    this.warehouse = warehouse;
    this.timeout = timeout;
    this.leastBytes = leastBytes;
  }

  List<String> names() {
    return tpch ? TpchQueries.names() : TpcdsQueries.names();
  }

  /// An engine for a mode, over the data.
  Engine open(Mode mode) {
    EngineConfig of = EngineConfig.of(warehouse);
    Engine engine =
        Engine.open(
            new EngineConfig(
                of.warehouse(),
                of.catalog(),
                of.dataLocation(),
                of.cacheDirectory(),
                mode.threads() == 0 ? of.threads() : mode.threads(),
                of.memoryBytes(),
                of.columnCacheBytes(),
                of.columnCacheDiskBytes(),
                of.spillFolder(),
                of.spillBytes()));
    if (!loaded) {
      if (tpch) {
        TpchWarehouse.generateIfAbsent(engine, scale);
        TpchWarehouse.attach(engine, duck);
      } else {
        TpcdsWarehouse.generateIfAbsent(engine, scale);
        TpcdsWarehouse.load(engine, duck);
      }
      loaded = true;
    }
    return engine;
  }

  private String text(String name) {
    return tpch ? TpchQueries.text(name) : TpcdsQueries.textWithNullForZeroDivisors(name);
  }

  private List<List<Object>> answer(String name) {
    return answers.computeIfAbsent(
        name, n -> duck.query(tpch ? text(n) : TpcdsQueries.forDuckDb(text(n))));
  }

  Outcome run(Engine engine, Mode mode, String name) {
    List<List<Object>> expected = answer(name);
    QueryFigures[] figures = new QueryFigures[1];
    long limit = 0;
    long start = System.nanoTime();
    try {
      Session session = mode.session();
      if (mode.share() > 0) {
        EngineRows.run(engine, session, text(name), f -> figures[0] = f);
        limit = Math.max(leastBytes, (long) (figures[0].peakMemoryBytes() * mode.share()));
        session = mode.session(limit);
        start = System.nanoTime();
      }
      StatementOptions options = new StatementOptions(List.of(), timeout, OutputListener.NONE);
      List<List<Object>> rows =
          EngineRows.run(engine, session, text(name), options, f -> figures[0] = f);
      double millis = millisSince(start);
      // It shows quotients as percentages: ours are decimals of six digits before that.
      int lastDigits = !tpch && name.equals("q58") ? 100 : 1;
      Optional<String> difference = ResultComparison.difference(rows, expected, lastDigits);
      return new Outcome(
          difference.isEmpty() ? Kind.EQUAL : Kind.DIFFERENT,
          millis,
          limit,
          figures[0].peakMemoryBytes(),
          figures[0].spilledBytes(),
          difference.orElse(""));
    } catch (EngineException e) {
      Kind kind =
          e.code() == ErrorCode.OUT_OF_MEMORY
              ? Kind.REFUSED
              : e.code() == ErrorCode.TIMEOUT ? Kind.LATE : Kind.FAILED;
      if (Boolean.getBoolean("modes.traces")) {
        e.printStackTrace(System.out);
      }
      return new Outcome(kind, millisSince(start), limit, 0, 0, e.code() + " " + e.getMessage());
    }
  }

  private static double millisSince(long start) {
    return (System.nanoTime() - start) / 1e6;
  }

  @Override
  public void close() {
    duck.close();
  }
}
