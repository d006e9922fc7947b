package io.bauplan.exec.engine;

import io.bauplan.exec.worker.QueryOptions;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.exec.worker.Worker;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.session.CalcitePlanner;
import io.bauplan.sql.session.Session;
import io.bauplan.sql.session.SystemTables;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has the JVM compile planner and kernels before somebody waits for them: queries of many shapes
/// over generated files, in the background of a server that has just started. They touch no table,
/// appear in no list of jobs, leave nothing in the column cache, and give way to every other query.
public final class WarmUp implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
  private static final String SCRIPT = "warm-up.sql";
  private static final long MEMORY_BYTES = 256L << 20;

  /// After as many rounds the kernels are compiled.
  private static final int ROUNDS = 12;

  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final long CLOSE_MILLIS = 2_000;

  private final int most;
  private final Worker worker;
  private final CalcitePlanner planner;
  private final Thread thread;
  private int executed;
  private boolean closed;
  private @Nullable RunningQuery running;

  private WarmUp(Engine engine, int rounds) {
    this.most = rounds;
    this.worker = engine.worker();
    this.planner =
        new CalcitePlanner(
            engine.catalog(), worker.fileSchemas(), SystemTables.with(() -> List.of()));
    this.thread = Thread.ofPlatform().daemon().name("warm-up").unstarted(this::run);
    thread.setPriority(Thread.MIN_PRIORITY);
  }

  /// Returns at once. To be closed before the engine.
  public static WarmUp start(Engine engine) {
    return start(engine, ROUNDS);
  }

  /// @param rounds times that every query is asked
  public static WarmUp start(Engine engine, int rounds) {
    WarmUp warmUp = new WarmUp(engine, rounds);
    warmUp.thread.start();
    return warmUp;
  }

  /// Waits until everything is warm.
  ///
  /// @return how many statements came to their end
  public int await() throws InterruptedException {
    thread.join();
    return executed;
  }

  private void run() {
    long start = System.nanoTime();
    int rounds = 0;
    Path folder = null;
    try {
      folder = Files.createTempDirectory("bauplan-warm-up");
      List<String> statements = statements(folder);
      while (rounds < most && goesOn(start)) {
        for (String statement : statements) {
          // The files are written once.
          if (goesOn(start) && (rounds == 0 || !statement.startsWith("COPY"))) {
            execute(statement);
          }
        }
        rounds++;
      }
    } catch (IOException | RuntimeException e) {
      if (!isClosed()) {
        // Everything works without it, the first queries take longer.
        LOG.warn("event=warm_up_failed error={}", e.toString());
      }
    } finally {
      delete(folder);
    }
    LOG.info(
        "event=warm_up_ended rounds={} ms={}",
        rounds,
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private boolean goesOn(long start) {
    return !isClosed() && System.nanoTime() - start < LONGEST.toNanos();
  }

  /// The statements of the script, over files in a folder.
  private static List<String> statements(Path folder) throws IOException {
    try (InputStream script = WarmUp.class.getResourceAsStream(SCRIPT)) {
      if (script == null) {
        throw new IOException(SCRIPT + " is missing");
      }
      String text = new String(script.readAllBytes(), StandardCharsets.UTF_8);
      String quoted = folder.toString().replace("'", "''");
      text = text.replace("{folder}", quoted);
      for (String file : List.of("lines", "orders", "customers")) {
        text =
            text.replace("{" + file + "}", "read_parquet('" + quoted + "/" + file + ".parquet')");
      }
      return Arrays.stream(text.split(";")).map(String::strip).filter(s -> !s.isEmpty()).toList();
    }
  }

  private void execute(String sql) {
    PhysicalPlan plan =
        switch (planner.plan(sql, Session.DEFAULT)) {
          case PlannedStatement.Query query -> query.plan();
          case PlannedStatement.CopyTo copy ->
              new PhysicalPlan.FileWrite(
                  copy.query().plan(), copy.format(), copy.uri(), copy.options());
          default -> throw new IllegalStateException("not for warming up: " + sql);
        };
    QueryOptions options =
        QueryOptions.builder("warm-up-" + UUID.randomUUID())
            .memoryBytes(MEMORY_BYTES)
            .timeout(LONGEST)
            .zone(Session.DEFAULT.zone())
            .cached(false)
            .batchRows(Session.DEFAULT.batchRows())
            .inBackground()
            .build();
    RunningQuery query;
    synchronized (this) {
      if (closed) {
        return;
      }
      query = worker.execute(plan, options);
      running = query;
    }
    try (query) {
      StatementRunner.drain(query);
      executed++;
    } finally {
      synchronized (this) {
        running = null;
      }
    }
  }

  private static void delete(@Nullable Path folder) {
    if (folder == null) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("event=warm_up_left folder={} error={}", folder, e.toString());
    }
  }

  /// Stops what goes on; any number of times.
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      if (running != null) {
        running.cancel();
      }
    }
    try {
      thread.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
