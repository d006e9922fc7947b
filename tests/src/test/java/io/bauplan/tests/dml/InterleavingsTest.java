package io.bauplan.tests.dml;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.sql.catalog.Commit;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random interleavings of making branches, committing to them, merging them and reading them, by
/// several threads: whatever a read gave is the state of some commit.
///
/// `-Dinterleavings=1000` for many, `-Dinterleavings.seed=N` to repeat a run's choices (threads
/// still interleave as they will).
final class InterleavingsTest {
  private static final int THREADS = 3;
  private static final int OPERATIONS = 6;
  private static final int COMMITS_SEARCHED = 200;
  private static final String STATE = "SELECT batch, v FROM t AT %s \"%s\" ORDER BY batch, v";
  private static final Set<ErrorCode> ALLOWED =
      Set.of(ErrorCode.COMMIT_CONFLICT, ErrorCode.REF_EXISTS);

  @TempDir Path folder;
  private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

  private record Read(String branch, String rows) {}

  @Test
  void everyReadIsSomeCommittedState() throws Exception {
    int interleavings = Integer.getInteger("interleavings", 20);
    long seed = Long.getLong("interleavings.seed", System.nanoTime());
    System.out.println("InterleavingsTest " + interleavings + " interleavings, seed " + seed);
    long states = 0;
    try (Engine engine = Engine.open(EngineConfig.of(folder.resolve("warehouse")))) {
      EngineRows.run(engine, "CREATE TABLE t (batch INTEGER, v INTEGER)");
      EngineRows.run(engine, "INSERT INTO t VALUES (0, 1), (0, -1)");
      for (int i = 0; i < interleavings; i++) {
        states += interleave(engine, seed + i, "x" + i);
      }
    }
    System.out.println(
        "InterleavingsTest seed "
            + seed
            + ", committed states "
            + states
            + ", operations "
            + new TreeMap<>(counts));
    assertThat(counts.keySet()).contains("read", "commit done", "branch done", "merge done");
  }

  /// Of those who make a branch of one name at once, one has made it.
  @Test
  void oneOfManyMakesABranch() throws Exception {
    try (Engine engine = Engine.open(EngineConfig.of(folder.resolve("race")));
        ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      for (int i = 0; i < 40; i++) {
        String sql = "CREATE BRANCH b" + i;
        List<Future<Boolean>> made = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
          made.add(threads.submit(() -> attempt(engine, "race", sql)));
        }
        int successes = 0;
        for (Future<Boolean> each : made) {
          successes += each.get() ? 1 : 0;
        }
        assertThat(successes).as(sql).isEqualTo(1);
      }
    }
  }

  private void count(String what) {
    counts.computeIfAbsent(what, w -> new LongAdder()).increment();
  }

  /// Returns how many different states were committed.
  private int interleave(Engine engine, long seed, String prefix) throws Exception {
    List<String> branches = new CopyOnWriteArrayList<>(List.of(prefix));
    EngineRows.run(engine, "CREATE BRANCH " + prefix + " FROM main");
    Queue<Read> reads = new ConcurrentLinkedQueue<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        Random random = new Random(seed * THREADS + t);
        int thread = t;
        all.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < OPERATIONS; i++) {
                    operation(engine, random, branches, reads, prefix, thread * OPERATIONS + i + 1);
                  }
                }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
    Set<String> states = states(engine, branches);
    for (Read read : reads) {
      assertThat(states).as("seed %s, a read of %s", seed, read.branch()).contains(read.rows());
    }
    for (String branch : branches) {
      EngineRows.run(engine, "DROP BRANCH " + branch);
    }
    return states.size();
  }

  private void operation(
      Engine engine,
      Random random,
      List<String> branches,
      Queue<Read> reads,
      String prefix,
      int batch) {
    String branch = branches.get(random.nextInt(branches.size()));
    String other = branches.get(random.nextInt(branches.size()));
    switch (random.nextInt(8)) {
      case 0 -> {
        // Two threads may want the same name.
        String name = prefix + "_" + random.nextInt(3);
        if (attempt(engine, "branch", "CREATE BRANCH " + name + " FROM " + branch)) {
          branches.add(name);
        }
      }
      case 1 -> attempt(engine, "merge", "MERGE BRANCH " + other + " INTO " + branch);
      case 2 ->
          attempt(
              engine,
              "commit",
              "UPDATE t AT BRANCH " + branch + " SET v = v * 2 WHERE batch = " + random.nextInt(4));
      case 3 ->
          attempt(
              engine,
              "commit",
              "DELETE FROM t AT BRANCH " + branch + " WHERE batch = " + random.nextInt(10));
      case 4, 5 ->
          attempt(
              engine,
              "commit",
              "INSERT INTO t AT BRANCH "
                  + branch
                  + " VALUES (%1$s, %1$s), (%1$s, -%1$s)".formatted(batch));
      default -> {
        reads.add(
            new Read(branch, EngineRows.run(engine, STATE.formatted("BRANCH", branch)).toString()));
        count("read");
      }
    }
  }

  private boolean attempt(Engine engine, String kind, String sql) {
    try {
      EngineRows.run(engine, sql);
      count(kind + " done");
      return true;
    } catch (EngineException e) {
      assertThat(ALLOWED).as(sql + ": " + e.getMessage()).contains(e.code());
      count(kind + " refused");
      return false;
    }
  }

  /// The table at every commit that the branches reach.
  private static Set<String> states(Engine engine, List<String> branches) {
    Set<String> commits = new HashSet<>();
    for (String branch : branches) {
      for (Commit commit :
          engine.catalog().log(engine.catalog().resolve(branch), COMMITS_SEARCHED)) {
        commits.add(commit.id());
      }
    }
    Set<String> states = new HashSet<>();
    for (String commit : commits) {
      try {
        states.add(EngineRows.run(engine, STATE.formatted("COMMIT", commit)).toString());
      } catch (EngineException e) {
        // Commits from before the table was made.
        assertThat(e.code()).isEqualTo(ErrorCode.TABLE_NOT_FOUND);
      }
    }
    return states;
  }
}
