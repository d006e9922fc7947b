package io.bauplan.tests.memory;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.engine.StatementResult;
import io.bauplan.exec.worker.QueryFigures;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.EngineRows;
import io.bauplan.tests.support.ResultComparison;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// Runs queries under limits of memory, and compares with what they give without.
public final class LimitedQueries {
  /// Less is not asked for: buffers of scans and blocks of files have to be somewhere.
  static final long LEAST_BYTES = 8L << 20;

  private static final int SHARE = 4;

  /// @param problem what is wrong; empty = the same rows, or an honest error
  /// @param refused whether it ended in an error that says that memory is short
  public record Outcome(
      long limit,
      long peak,
      long spilled,
      double millis,
      boolean refused,
      Optional<String> problem) {}

  private final Engine engine;

  public LimitedQueries(Engine engine) {
    this.engine = engine;
  }

  /// How a query goes with a quarter of the memory that it takes.
  ///
  /// @param least bytes that it may have in any case
  public Outcome withAQuarter(String sql, long least) {
    Free free = free(sql);
    return limited(free, Math.max(least, free.peak / SHARE));
  }

  /// The rows without a limit, and how it went.
  record Free(String sql, List<List<Object>> rows, long peak, double millis) {}

  Free free(String sql) {
    long start = System.nanoTime();
    QueryFigures[] figures = new QueryFigures[1];
    List<List<Object>> rows = EngineRows.run(engine, Session.DEFAULT, sql, f -> figures[0] = f);
    return new Free(sql, rows, figures[0].peakMemoryBytes(), (System.nanoTime() - start) / 1e6);
  }

  Outcome limited(Free free, long limit) {
    Session session = limited(limit);
    QueryFigures[] figures = new QueryFigures[1];
    long start = System.nanoTime();
    try {
      List<List<Object>> rows = EngineRows.run(engine, session, free.sql, f -> figures[0] = f);
      double millis = (System.nanoTime() - start) / 1e6;
      return new Outcome(
          limit,
          figures[0].peakMemoryBytes(),
          figures[0].spilledBytes(),
          millis,
          false,
          ResultComparison.difference(rows, free.rows));
    } catch (EngineException e) {
      boolean refused = e.code() == ErrorCode.OUT_OF_MEMORY;
      if (Boolean.getBoolean("memory.traces")) {
        print(e);
      }
      return new Outcome(
          limit,
          0,
          0,
          (System.nanoTime() - start) / 1e6,
          refused,
          refused ? Optional.empty() : Optional.of(e.code() + " " + e.getMessage()));
    }
  }

  /// Where the memory was short.
  private static void print(Throwable error) {
    Throwable cause = error;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    System.out.println(error.getMessage() + ": " + cause);
    for (StackTraceElement frame : List.of(cause.getStackTrace()).subList(0, 12)) {
      System.out.println("    at " + frame);
    }
  }

  private Session limited(long limit) {
    TreeMap<String, String> settings = new TreeMap<>(Session.DEFAULT.settings());
    settings.put(Session.MEMORY_LIMIT, Long.toString(limit));
    return new Session(
        Session.DEFAULT.principal(),
        Session.DEFAULT.reference(),
        Session.DEFAULT.namespace(),
        Session.DEFAULT.zone(),
        settings);
  }

  /// Rows of a statement that are not looked at.
  void drain(String sql) {
    if (engine.execute(Session.DEFAULT, sql, StatementOptions.DEFAULT)
        instanceof StatementResult.Rows rows) {
      try (RunningQuery query = rows.query()) {
        for (var batch = query.next(); batch != null; batch = query.next()) {
          batch.close();
        }
      }
    }
  }
}
