package io.bauplan.tests.fuzz;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.engine.StatementResult;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.ErrorReport;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.session.Session;
import io.bauplan.udf.api.OutputListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.arrow.memory.BufferAllocator;

/// Sends random statements to an engine. A finding is a hang, an `INTERNAL_ERROR`, or anything
/// thrown that is no error for people.
final class SqlFuzz {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  /// A statement that neither answers nor gives up in this time hangs.
  private static final long HANG_SECONDS = 40;

  /// How long memory of an ended statement may be kept, by drivers that are just stopping.
  private static final int LEAK_MILLIS = 2_000;

  /// Statements that Calcite itself gives up on: refused as not supported, listed here.
  private static final String LIMIT = "the planner cannot handle";

  private static final boolean TRACE = Boolean.getBoolean("fuzz.trace");
  private static final long MEMORY_BYTES = 400L << 20;

  /// A kind of failure, with its shortest statement.
  record Finding(String statement, Throwable cause, int times) {}

  private final long seed;
  private final Random random;
  private final Signatures signatures = new Signatures();
  private final RandomSql statements;
  private final Mutations mutations;
  private final Map<String, Long> outcomes = new TreeMap<>();
  private final Map<String, Finding> findings = new TreeMap<>();
  private final Map<String, Finding> limits = new TreeMap<>();
  private final Set<String> leaks = new HashSet<>();
  private long sent;

  SqlFuzz(long seed) {
    this.seed = seed;
    this.random = new Random(seed);
    this.statements = new RandomSql(random, signatures);
    this.mutations = new Mutations(random);
  }

  Map<String, Finding> findings() {
    return findings;
  }

  long sent() {
    return sent;
  }

  Map<String, Long> outcomes() {
    return outcomes;
  }

  int functionsAccepted() {
    return signatures.accepted();
  }

  void run(Path warehouse, Duration time) {
    EngineConfig defaults = EngineConfig.of(warehouse);
    EngineConfig config =
        new EngineConfig(
            defaults.warehouse(),
            defaults.catalog(),
            defaults.dataLocation(),
            defaults.cacheDirectory(),
            defaults.threads(),
            MEMORY_BYTES);
    ExecutorService threads =
        Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("fuzz").factory());
    String before = "SELECT 1";
    try (Engine engine = Engine.open(config)) {
      prepare(engine);
      long end = System.nanoTime() + time.toNanos();
      while (System.nanoTime() < end) {
        String sql = next(before);
        if (TRACE) {
          System.err.println(sql.length() > 2_000 ? sql.substring(0, 2_000) : sql);
        }
        before = sql.length() < 4_000 ? sql : before;
        send(engine, threads, sql);
        findLeak(engine, sql);
      }
    } catch (IllegalStateException e) {
      add(findings, "closing the engine", before, e);
    } finally {
      threads.shutdownNow();
    }
  }

  private String next(String before) {
    int roll = random.nextInt(100);
    if (roll < 1) {
      return mutations.extreme();
    }
    String sql = statements.statement();
    return roll < 12 ? mutations.damaged(sql, before) : sql;
  }

  private static void prepare(Engine engine) {
    for (String sql : FuzzTables.STATEMENTS) {
      execute(engine, sql);
    }
  }

  /// Runs a statement to its end and drops its rows.
  private static Optional<RowType> execute(Engine engine, String sql) {
    StatementOptions options = new StatementOptions(List.of(), TIMEOUT, OutputListener.NONE);
    StatementResult result = engine.execute(Session.DEFAULT, sql, options);
    Optional<RowType> output = Optional.empty();
    if (result instanceof StatementResult.Rows rows) {
      try (var query = rows.query()) {
        output = Optional.of(query.output());
        for (var batch = query.next(); batch != null; batch = query.next()) {
          batch.close();
        }
      }
    }
    return output;
  }

  private void send(Engine engine, ExecutorService threads, String sql) {
    sent++;
    Future<Optional<RowType>> running = threads.submit(() -> execute(engine, sql));
    try {
      Optional<RowType> output = running.get(HANG_SECONDS, TimeUnit.SECONDS);
      outcomes.merge("rows", 1L, Long::sum);
      statements
          .probed()
          .ifPresent(
              call -> signatures.accept(call, output.flatMap(row -> SqlType.of(row.type(0)))));
    } catch (ExecutionException e) {
      failed(sql, e.getCause());
    } catch (TimeoutException e) {
      running.cancel(true);
      add(findings, "hang", sql, new IllegalStateException(stacks(), e));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// What a statement took must be given back soon after its end.
  private void findLeak(Engine engine, String sql) {
    for (int waited = 0; waited < LEAK_MILLIS; waited += 10) {
      boolean free =
          engine.worker().allocator().getChildAllocators().stream()
              .allMatch(child -> leaks.contains(child.getName()));
      if (free) {
        return;
      }
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    for (BufferAllocator child : engine.worker().allocator().getChildAllocators()) {
      if (leaks.add(child.getName())) {
        String text = child.toVerboseString();
        add(findings, "leak", sql, new IllegalStateException(text));
      }
    }
  }

  private void failed(String sql, Throwable cause) {
    if (cause instanceof EngineException error) {
      outcomes.merge(error.code().name(), 1L, Long::sum);
      if (error.code() != ErrorCode.INTERNAL_ERROR) {
        if (isRuntime(error.code())) {
          statements.probed().ifPresent(call -> signatures.accept(call, Optional.empty()));
        }
        if (error.getMessage().startsWith(LIMIT)) {
          add(limits, signature(cause), sql, cause);
        }
        String report = ErrorReport.render(error, sql);
        if (!report.contains(": ")) {
          add(findings, "no report", sql, cause);
        }
        return;
      }
    }
    add(findings, signature(cause), sql, cause);
  }

  /// Codes of errors that only a statement under way can end with: its types were accepted.
  private static boolean isRuntime(ErrorCode code) {
    return switch (code) {
      case NUMERIC_OVERFLOW, DIVISION_BY_ZERO, INVALID_DATETIME, INVALID_CAST, TIMEOUT -> true;
      default -> false;
    };
  }

  private static void add(Map<String, Finding> to, String signature, String sql, Throwable cause) {
    to.merge(
        signature,
        new Finding(sql, cause, 1),
        (old, found) ->
            new Finding(
                old.statement.length() <= sql.length() ? old.statement : sql,
                old.statement.length() <= sql.length() ? old.cause : cause,
                old.times + 1));
  }

  /// Where it broke: the innermost cause and the first frames of it.
  private static String signature(Throwable thrown) {
    Throwable deepest = thrown;
    while (deepest.getCause() != null && deepest.getCause() != deepest) {
      deepest = deepest.getCause();
    }
    StringBuilder text = new StringBuilder(deepest.getClass().getSimpleName());
    int frames = 0;
    for (StackTraceElement frame : deepest.getStackTrace()) {
      if (!frame.getClassName().startsWith("java.") && frames < 3) {
        text.append(" at ").append(frame.getClassName().replaceFirst(".*\\.", ""));
        text.append('.').append(frame.getMethodName());
        frames++;
      }
    }
    return text.toString();
  }

  private static String stacks() {
    StringBuilder text = new StringBuilder("hangs\n");
    Thread.getAllStackTraces()
        .forEach(
            (thread, frames) -> {
              text.append(thread.getName()).append('\n');
              boolean idle =
                  frames.length == 0 || frames[0].getMethodName().matches("park|wait0|.*Pending.*");
              for (int i = 0; i < (idle ? 0 : Math.min(frames.length, 40)); i++) {
                text.append("    ").append(frames[i]).append('\n');
              }
            });
    return text.toString();
  }

  String report() {
    StringBuilder text = new StringBuilder();
    text.append("seed ").append(seed).append(": ").append(sent).append(" statements\n");
    text.append(
        "functions: %d of %d called with arguments that they take%n"
            .formatted(signatures.accepted(), signatures.size()));
    text.append("outcomes: ").append(outcomes).append('\n');
    text.append("features: ").append(statements.features()).append('\n');
    text.append("findings: ").append(findings.size()).append('\n');
    text.append("limits of the planner: ").append(limits.size()).append('\n');
    limits.forEach(
        (signature, found) ->
            text.append(
                "  %d x %s%n      %s%n"
                    .formatted(
                        found.times,
                        signature,
                        found.statement.substring(0, Math.min(400, found.statement.length())))));
    findings.forEach(
        (signature, found) -> {
          text.append("\n== ").append(found.times).append(" x ").append(signature).append('\n');
          String sql = found.statement;
          text.append(sql.length() > 1_500 ? sql.substring(0, 1_500) + "..." : sql).append('\n');
          Throwable deepest = found.cause;
          text.append(deepest).append('\n');
          while (deepest.getCause() != null && deepest.getCause() != deepest) {
            deepest = deepest.getCause();
          }
          String message = String.valueOf(deepest);
          text.append(message, 0, Math.min(4_000, message.length())).append('\n');
          StackTraceElement[] frames = deepest.getStackTrace();
          for (int i = 0; i < Math.min(frames.length, 12); i++) {
            text.append("    at ").append(frames[i]).append('\n');
          }
        });
    return text.toString();
  }
}
