package io.bauplan.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.engine.StatementResult;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.EngineRows;
import io.bauplan.tests.support.LiveFolder;
import io.bauplan.tests.support.TpcdsQueries;
import io.bauplan.tests.support.TpchQueries;
import io.bauplan.tests.support.TpchWarehouse;
import io.bauplan.udf.api.OutputListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Queries of TPC-H and TPC-DS that are cancelled, closed, or reach their deadline at random
/// moments: each ends soon, and leaves neither memory, nor threads at work, nor files. In little
/// memory, so that some spill. `tests/cancellations --count N --seed N` for more.
class CancellationTest {
  private static final int COUNT = Integer.getInteger("cancellations.count", 40);
  private static final long SEED = Long.getLong("cancellations.seed", 20_261_122L);
  private static final long LATE_MILLIS = Long.getLong("cancellations.late.millis", 1_000);
  private static final long IDLE_MILLIS = 1_000;
  private static final String SCALE = System.getProperty("cancellations.scale", "0.01");
  private static final long MEMORY_BYTES = 48L << 20;

  private enum Way {
    CANCEL,
    CLOSE,
    DEADLINE
  }

  private record Asked(Session session, String text) {}

  private final Random random = new Random(SEED);
  private final Map<String, Long> outcomes = new TreeMap<>();
  private final List<String> wrong = new ArrayList<>();
  private final List<Long> lateMillis = new ArrayList<>();

  @Test
  void nothingIsLeft(@TempDir Path folder) throws Exception {
    EngineConfig defaults = EngineConfig.of(folder);
    EngineConfig config =
        new EngineConfig(
            folder,
            defaults.catalog(),
            defaults.dataLocation(),
            defaults.cacheDirectory(),
            4,
            MEMORY_BYTES);
    List<Asked> queries = new ArrayList<>();
    TpchQueries.names()
        .forEach(name -> queries.add(new Asked(Session.DEFAULT, TpchQueries.text(name))));
    if (COUNT > 200) {
      TpcdsQueries.names()
          .forEach(
              name ->
                  queries.add(
                      new Asked(
                          Session.DEFAULT.withNamespace(List.of("ds")),
                          TpcdsQueries.textWithNullForZeroDivisors(name))));
    }
    try (Engine roomy = Engine.open(EngineConfig.of(folder))) {
      TpchWarehouse.generateIfAbsent(roomy, SCALE);
      if (COUNT > 200) {
        // Both have a table of customers.
        EngineRows.run(
            roomy, "CALL system.generate_tpcds(scale => " + SCALE + ", namespace => 'ds')");
      }
    }
    Map<Asked, Long> nanos = new HashMap<>();
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    try (Engine engine = Engine.open(config)) {
      for (int i = 0; i < COUNT; i++) {
        Asked sql = queries.get(random.nextInt(queries.size()));
        Long whole = nanos.get(sql);
        if (whole == null) {
          // Twice, the second time with its plan known.
          run(engine, sql, Duration.ofMinutes(5));
          long start = System.nanoTime();
          run(engine, sql, Duration.ofMinutes(5));
          whole = System.nanoTime() - start;
          nanos.put(sql, whole);
        }
        Way way = Way.values()[random.nextInt(Way.values().length)];
        long delay = (long) (random.nextDouble() * 0.8 * whole);
        end(engine, timer, sql, way, delay);
        leavesNothing(engine, folder, sql, way, delay);
      }
    } finally {
      timer.shutdownNow();
    }
    lateMillis.sort(null);
    System.out.printf(
        "seed %d: %d endings %s; late ms: median %d, 99 of 100 %d, most %d%n",
        SEED, COUNT, outcomes, late(0.5), late(0.99), late(1));
    assertThat(wrong).isEmpty();
    assertThat(outcomes.keySet()).contains("CANCELLED", "TIMEOUT");
  }

  private long late(double share) {
    return lateMillis.get((int) Math.min(lateMillis.size() - 1, share * lateMillis.size()));
  }

  private void end(Engine engine, ScheduledExecutorService timer, Asked sql, Way way, long nanos) {
    AtomicLong asked = new AtomicLong();
    long start = System.nanoTime();
    String outcome;
    try (RunningQuery query =
        start(engine, sql, way == Way.DEADLINE ? Duration.ofNanos(nanos) : Duration.ofMinutes(5))) {
      if (way == Way.CANCEL) {
        timer.schedule(
            () -> {
              asked.set(System.nanoTime());
              query.cancel();
            },
            nanos,
            TimeUnit.NANOSECONDS);
      }
      outcome = "rows";
      for (var batch = query.next(); batch != null; batch = query.next()) {
        batch.close();
        if (way == Way.CLOSE && System.nanoTime() - start > nanos) {
          outcome = "closed";
          break;
        }
      }
      if (way == Way.CLOSE) {
        asked.set(System.nanoTime());
      }
    } catch (EngineException e) {
      outcome = e.code().name();
      if (e.code() == ErrorCode.INTERNAL_ERROR
          || e.code() == ErrorCode.CANCELLED && way != Way.CANCEL) {
        wrong.add(way + " " + e.getMessage() + ": " + sql.text);
      }
    }
    long ended = System.nanoTime();
    outcomes.merge(outcome, 1L, Long::sum);
    long wanted = way == Way.DEADLINE ? start + nanos : asked.get();
    boolean ends =
        outcome.equals("CANCELLED") || outcome.equals("TIMEOUT") || outcome.equals("closed");
    if (ends) {
      long late = TimeUnit.NANOSECONDS.toMillis(ended - wanted);
      lateMillis.add(late);
      if (late > LATE_MILLIS) {
        wrong.add(way + " after " + nanos / 1_000_000 + " ms came " + late + " ms late: " + sql);
      }
    }
  }

  private static void run(Engine engine, Asked sql, Duration timeout) {
    try (RunningQuery query = start(engine, sql, timeout)) {
      for (var batch = query.next(); batch != null; batch = query.next()) {
        batch.close();
      }
    } catch (EngineException e) {
      if (e.code() != ErrorCode.OUT_OF_MEMORY) {
        throw e;
      }
    }
  }

  private static RunningQuery start(Engine engine, Asked sql, Duration timeout) {
    StatementOptions options = new StatementOptions(List.of(), timeout, OutputListener.NONE);
    return ((StatementResult.Rows) engine.execute(sql.session, sql.text, options)).query();
  }

  private void leavesNothing(Engine engine, Path folder, Asked sql, Way way, long nanos)
      throws IOException, InterruptedException {
    String left = "";
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS);
    do {
      left = left(engine, folder);
      if (left.isEmpty()) {
        return;
      }
      Thread.sleep(5);
    } while (System.nanoTime() < end);
    wrong.add(way + " after " + nanos / 1_000_000 + " ms leaves " + left + ": " + sql.text);
  }

  private static String left(Engine engine, Path folder) throws IOException {
    StringBuilder left = new StringBuilder();
    engine
        .worker()
        .allocator()
        .getChildAllocators()
        .forEach(child -> left.append(child.getName()).append(" has memory "));
    Thread.getAllStackTraces()
        .forEach(
            (thread, frames) -> {
              if (thread.getName().startsWith("worker-") && isAtWork(frames)) {
                left.append(thread.getName()).append(" works ");
              }
            });
    Path spill = folder.resolve("spill");
    if (Files.exists(spill)) {
      LiveFolder.files(spill).stream()
          .filter(file -> !file.toString().endsWith(".lock"))
          .forEach(file -> left.append(file.getFileName()).append(" is there "));
    }
    return left.toString();
  }

  /// Idle threads wait for work in a queue.
  private static boolean isAtWork(StackTraceElement[] frames) {
    return frames.length > 0
        && Stream.of(frames)
            .noneMatch(
                frame ->
                    frame.getMethodName().equals("getTask")
                        || frame.getClassName().endsWith("worker.Scheduler")
                            && frame.getMethodName().equals("take"));
  }
}
