package io.bauplan.tests.dml;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Sessions that write one table at the same time: what can stand side by side does, the rest ends
/// with a conflict, and no change that was reported done is ever lost.
@SuppressWarnings("NullAway.Init")
final class ConcurrentWritersTest {
  private static final int THREADS = 8;
  private static final int ROUNDS = 4;

  @TempDir static Path folder;
  private static Engine engine;

  @BeforeAll
  static void open() {
    engine = Engine.open(EngineConfig.of(folder.resolve("warehouse")));
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  private static List<List<Object>> run(String sql) {
    return EngineRows.run(engine, sql);
  }

  /// @param done the statements that succeeded, by their number
  private record Outcome(List<Integer> done, int conflicts) {}

  /// Spreads four kinds of statements over the threads of each round.
  private static int kind(int number) {
    return (number + number / ROUNDS) % 4;
  }

  /// Each thread runs its statement once a round, all at once. Only conflicts may go wrong.
  private static Outcome race(IntFunction<String> statements) throws Exception {
    List<Integer> done = new CopyOnWriteArrayList<>();
    AtomicInteger conflicts = new AtomicInteger();
    CyclicBarrier barrier = new CyclicBarrier(THREADS);
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        int thread = t;
        all.add(
            threads.submit(
                () -> {
                  for (int round = 0; round < ROUNDS; round++) {
                    barrier.await();
                    int number = thread * ROUNDS + round;
                    try {
                      run(statements.apply(number));
                      done.add(number);
                    } catch (EngineException e) {
                      assertThat(e.code()).as(e.getMessage()).isEqualTo(ErrorCode.COMMIT_CONFLICT);
                      assertThat(e.hint()).isPresent();
                      conflicts.incrementAndGet();
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
    System.out.println("ConcurrentWritersTest done " + done.size() + ", conflicts " + conflicts);
    return new Outcome(done, conflicts.get());
  }

  @Test
  void insertsAllArrive() throws Exception {
    run("CREATE TABLE inserts (id INTEGER)");
    Outcome outcome = race(i -> "INSERT INTO inserts VALUES (" + i + ")");
    assertThat(outcome.conflicts()).isZero();
    assertThat(run("SELECT count(*), count(DISTINCT id) FROM inserts"))
        .containsExactly(List.of((long) THREADS * ROUNDS, (long) THREADS * ROUNDS));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"format-version\" = '2'",
        "\"format-version\" = '3'",
        "\"write.update.mode\" = 'copy-on-write'"
      })
  void incrementsAreNeverLost(String properties) throws Exception {
    run("DROP TABLE IF EXISTS counters");
    run("CREATE TABLE counters (id INTEGER, n BIGINT) WITH (" + properties + ")");
    run("INSERT INTO counters VALUES (1, 0), (2, 100)");
    Outcome outcome = race(i -> "UPDATE counters SET n = n + 1 WHERE id = 1");
    assertThat(outcome.done()).isNotEmpty();
    assertThat(run("SELECT id, n FROM counters ORDER BY id"))
        .containsExactly(List.of(1L, (long) outcome.done().size()), List.of(2L, 100L));
  }

  @Test
  void changesOfDifferentPartitionsStandSideBySide() throws Exception {
    run("CREATE TABLE parts (p INTEGER, n BIGINT) PARTITIONED BY (p)");
    run("INSERT INTO parts SELECT i, 0 FROM generate_series(0, " + (THREADS - 1) + ") AS g(i)");
    Outcome outcome = race(i -> "UPDATE parts SET n = n + 1 WHERE p = " + i / ROUNDS);
    assertThat(outcome.conflicts()).isZero();
    assertThat(run("SELECT min(n), max(n), count(*) FROM parts"))
        .containsExactly(List.of((long) ROUNDS, (long) ROUNDS, (long) THREADS));
  }

  @Test
  void mergesMakeNoRowTwiceWhileOthersDelete() throws Exception {
    run("CREATE TABLE merged (id INTEGER, n BIGINT)");
    Outcome outcome =
        race(
            i ->
                i % 3 == 2
                    ? "DELETE FROM merged WHERE id = " + i % 2
                    : "MERGE INTO merged USING (VALUES (0), (1), (2)) AS s(id) ON merged.id = s.id"
                        + " WHEN MATCHED THEN UPDATE SET n = merged.n + 1"
                        + " WHEN NOT MATCHED THEN INSERT VALUES (s.id, 1)");
    assertThat(outcome.done()).isNotEmpty();
    List<List<Object>> rows = run("SELECT id, n FROM merged ORDER BY id");
    assertThat(rows).extracting(row -> row.get(0)).doesNotHaveDuplicates();
    // Nothing deletes id 2: each merge that was reported done is in it.
    long merges = outcome.done().stream().filter(i -> i % 3 != 2).count();
    assertThat(rows.getLast()).isEqualTo(List.of(2L, merges));
  }

  @Test
  void overwritesAndInsertsOfOnePartitionLoseNothing() throws Exception {
    run("CREATE TABLE bags (p INTEGER, n BIGINT) PARTITIONED BY (p)");
    run("INSERT INTO bags VALUES (1, 0)");
    Outcome outcome =
        race(
            i ->
                i % 2 == 0
                    ? "INSERT INTO bags VALUES (1, 1)"
                    : "INSERT OVERWRITE bags SELECT 1, sum(n) FROM bags");
    long inserts = outcome.done().stream().filter(i -> i % 2 == 0).count();
    assertThat(inserts).isEqualTo(THREADS * ROUNDS / 2);
    assertThat(run("SELECT sum(n) FROM bags").toString()).isEqualTo("[[" + inserts + "]]");
  }

  /// A replacement that reads the table it replaces is an update of all of it.
  @Test
  void replacementsLoseNoInsert() throws Exception {
    run("CREATE TABLE replaced AS SELECT -1 AS id");
    // Takes its time to plan: what is committed meanwhile is not in it.
    String more = " UNION ALL SELECT id + 1 FROM replaced WHERE id < -1".repeat(40);
    Outcome outcome =
        race(
            i ->
                i % 3 == 0
                    ? "CREATE OR REPLACE TABLE replaced AS SELECT id FROM replaced" + more
                    : "INSERT INTO replaced VALUES (" + i + ")");
    List<Long> inserted =
        outcome.done().stream().filter(i -> i % 3 != 0).map(Integer::longValue).sorted().toList();
    assertThat(run("SELECT id FROM replaced WHERE id >= 0 ORDER BY id"))
        .extracting(row -> (Object) row.getFirst())
        .isEqualTo(inserted);
  }

  @Test
  void overwritesOfAWholeTableLoseNoInsert() throws Exception {
    run("CREATE TABLE whole AS SELECT -1 AS id");
    Outcome outcome =
        race(
            i ->
                i % 3 == 0
                    ? "INSERT OVERWRITE whole SELECT id FROM whole"
                    : "INSERT INTO whole VALUES (" + i + ")");
    List<Long> inserted =
        outcome.done().stream().filter(i -> i % 3 != 0).map(Integer::longValue).sorted().toList();
    assertThat(run("SELECT id FROM whole WHERE id >= 0 ORDER BY id"))
        .extracting(row -> (Object) row.getFirst())
        .isEqualTo(inserted);
  }

  /// Columns, properties, rows and changes of rows, all at once.
  @Test
  void alterationsStandBesideRows() throws Exception {
    run("CREATE TABLE altered (id INTEGER, n BIGINT)");
    run("INSERT INTO altered VALUES (-1, 0)");
    Outcome outcome =
        race(
            i ->
                switch (kind(i)) {
                  case 0 -> "ALTER TABLE altered ADD COLUMN c" + i + " INTEGER";
                  case 1 -> "INSERT INTO altered (id, n) VALUES (" + i + ", 0)";
                  case 2 ->
                      "MERGE INTO altered USING (VALUES (-1)) AS s(id) ON altered.id = s.id"
                          + " WHEN MATCHED THEN UPDATE SET n = altered.n + 1";
                  default -> "ALTER TABLE altered SET PROPERTIES ('p" + i + "' = 'x')";
                });
    List<Long> inserted =
        outcome.done().stream().filter(i -> kind(i) == 1).map(Integer::longValue).sorted().toList();
    assertThat(run("SELECT id FROM altered WHERE id >= 0 ORDER BY id"))
        .extracting(row -> (Object) row.getFirst())
        .isEqualTo(inserted);
    assertThat(run("SELECT n FROM altered WHERE id = -1"))
        .containsExactly(List.of(outcome.done().stream().filter(i -> kind(i) == 2).count()));
    assertThat(run("DESCRIBE altered"))
        .extracting(row -> (Object) row.getFirst())
        .containsAll(
            outcome.done().stream()
                .filter(i -> kind(i) == 0)
                .map(i -> (Object) ("c" + i))
                .toList());
  }

  @Test
  void compactionsLoseNoChange() throws Exception {
    run("CREATE TABLE compacted (id INTEGER, n BIGINT)");
    run("INSERT INTO compacted VALUES (1, 0)");
    Outcome outcome =
        race(
            i ->
                switch (kind(i)) {
                  case 0 -> "OPTIMIZE compacted";
                  case 1 -> "UPDATE compacted SET n = n + 1 WHERE id = 1";
                  default -> "INSERT INTO compacted VALUES (" + (i + 10) + ", 0)";
                });
    long updates = outcome.done().stream().filter(i -> kind(i) == 1).count();
    long inserts = outcome.done().stream().filter(i -> kind(i) > 1).count();
    assertThat(run("SELECT count(*), sum(n) FROM compacted").toString())
        .isEqualTo("[[" + (inserts + 1) + ", " + updates + "]]");
  }
}
