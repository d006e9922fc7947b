package io.bauplan.exec.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.sql.plan.ArrowTypes;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.RowType;
import io.bauplan.udf.api.SharedTable;
import io.bauplan.udf.python.LocalFunctionRuntime;
import io.bauplan.udf.python.RuntimeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultCacheTest {
  private static final Duration QUICK = Duration.ZERO;
  private static final int ROWS = 1000;

  /// About what one of the tables below takes.
  private static final long BYTES = 18_000;

  private static final Schema SCHEMA =
      ArrowTypes.schema(
          new RowType(
              List.of(
                  new Column("n", new DataType.IntegerType(64), true),
                  new Column("s", new DataType.VarcharType(), true))));

  @TempDir Path folder;

  private final BufferAllocator root = new RootAllocator();
  private LocalFunctionRuntime runtime;
  private Path shared;

  @BeforeEach
  void open() throws IOException {
    runtime = LocalFunctionRuntime.open(RuntimeConfig.of(folder.resolve("store")));
    try (SharedTable probe = table(0)) {
      shared = probe.path().getParent();
    }
  }

  @AfterEach
  void nothingLeaks() throws IOException {
    root.close();
    try (Stream<Path> left = Files.list(shared)) {
      assertThat(left.filter(path -> !path.getFileName().toString().startsWith("."))).isEmpty();
    }
    runtime.close();
  }

  private ColumnCache cache(long memory, long disk) throws IOException {
    Optional<ColumnFiles> files =
        disk == 0
            ? Optional.empty()
            : Optional.of(new ColumnFiles(folder.resolve("columns"), disk));
    return new ColumnCache(root, memory, files);
  }

  private SharedTable table(int first) {
    VectorSchemaRoot rows = VectorSchemaRoot.create(SCHEMA, root);
    BigIntVector n = (BigIntVector) rows.getVector(0);
    VarCharVector s = (VarCharVector) rows.getVector(1);
    for (int i = 0; i < ROWS; i++) {
      n.setSafe(i, first + i);
      if (i % 3 != 0) {
        s.setSafe(i, ("s" + (first + i)).getBytes(java.nio.charset.StandardCharsets.UTF_8));
      }
    }
    rows.setRowCount(ROWS);
    try (rows) {
      return runtime.share(SCHEMA, List.of(rows).iterator());
    }
  }

  private void put(ResultCache results, String key, int first, Duration cost) {
    try (SharedTable table = table(first)) {
      results.put(key, table, cost);
    }
  }

  /// The first number of a table that has the right rows; closes it.
  private long first(SharedTable found) {
    try (found;
        VectorSchemaRoot rows = found.batch(0, root)) {
      assertThat(found.batchCount()).isEqualTo(1);
      assertThat(rows.getRowCount()).isEqualTo(ROWS);
      BigIntVector n = (BigIntVector) rows.getVector(0);
      VarCharVector s = (VarCharVector) rows.getVector(1);
      assertThat(n.get(ROWS - 1)).isEqualTo(n.get(0) + ROWS - 1);
      assertThat(s.isNull(3)).isTrue();
      assertThat(s.getObject(ROWS - 2)).hasToString("s" + (n.get(0) + ROWS - 2));
      return n.get(0);
    }
  }

  @Test
  void aResultIsMadeOnceForAllWhoAsk() throws Exception {
    AtomicInteger made = new AtomicInteger();
    try (ColumnCache cache = cache(1 << 20, 0);
        ExecutorService threads = Executors.newFixedThreadPool(8)) {
      ResultCache results = cache.results(runtime);
      List<Callable<Long>> askers = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        askers.add(
            () ->
                first(
                    results.get(
                        "hash",
                        () -> {
                          made.incrementAndGet();
                          try {
                            Thread.sleep(50);
                          } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                          }
                          return table(7);
                        })));
      }
      for (Future<Long> each : threads.invokeAll(askers)) {
        assertThat(each.get()).isEqualTo(7);
      }
      assertThat(made).hasValue(1);
      assertThat(cache.entries())
          .singleElement()
          .satisfies(
              entry -> {
                assertThat(entry.file()).isEqualTo("hash");
                assertThat(entry.tier()).isEqualTo("memory");
                assertThat(entry.column()).isEmpty();
                assertThat(entry.hits()).isEqualTo(15);
              });
    }
  }

  @Test
  void whoeverComesAfterAMakerThatFailedMakesIt() throws IOException {
    try (ColumnCache cache = cache(1 << 20, 0)) {
      ResultCache results = cache.results(runtime);
      assertThatThrownBy(
              () ->
                  results.get(
                      "hash",
                      () -> {
                        throw new IllegalArgumentException("the function failed");
                      }))
          .hasMessage("the function failed");
      assertThat(first(results.get("hash", () -> table(1)))).isEqualTo(1);
      assertThatThrownBy(() -> results.find("")).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void resultsShareTheBudgetAndWhatWasCostlyStays() throws IOException {
    try (ColumnCache cache = cache(5 * BYTES, 0)) {
      ResultCache results = cache.results(runtime);
      put(results, "costly", 1, Duration.ofSeconds(60));
      for (int i = 0; i < 50; i++) {
        put(results, "cheap" + i, i, QUICK);
        assertThat(cache.statistics().memoryBytes()).isLessThanOrEqualTo(5 * BYTES);
      }
      assertThat(first(results.find("costly").orElseThrow())).isEqualTo(1);
      assertThat(cache.entries().size()).isBetween(2, 6);
      // Without a disk what went is gone.
      assertThat(results.find("absent")).isEmpty();
    }
  }

  @Test
  void aPinnedResultStaysAndOneInUseOutlivesItsEviction() throws IOException {
    try (ColumnCache cache = cache(2 * BYTES, 0)) {
      ResultCache results = cache.results(runtime);
      put(results, "pinned", 1, QUICK);
      SharedTable used = results.find("pinned").orElseThrow();
      try (ResultCache.Pin pin = results.pin("pinned").orElseThrow()) {
        for (int i = 0; i < 20; i++) {
          put(results, "other" + i, i, Duration.ofSeconds(60));
        }
        assertThat(first(pin.table().retain())).isEqualTo(1);
        assertThat(results.find("pinned")).hasValueSatisfying(SharedTable::close);
      }
      for (int i = 20; i < 40; i++) {
        put(results, "other" + i, i, Duration.ofSeconds(60));
      }
      assertThat(results.find("pinned")).isEmpty();
      assertThat(first(used)).isEqualTo(1);
      assertThat(results.pin("absent")).isEmpty();
    }
  }

  @Test
  void resultsSurviveEvictionAndRestartOnDisk() throws IOException {
    try (ColumnCache cache = cache(2 * BYTES, 1 << 20)) {
      ResultCache results = cache.results(runtime);
      for (int i = 0; i < 8; i++) {
        put(results, "key" + i, i, QUICK);
      }
    }
    try (ColumnCache cache = cache(2 * BYTES, 1 << 20)) {
      ResultCache results = cache.results(runtime);
      assertThat(cache.entries().stream().filter(entry -> entry.tier().equals("disk")))
          .hasSize(8)
          .allMatch(entry -> entry.file().startsWith("key"));
      for (int i = 0; i < 8; i++) {
        int wanted = i;
        assertThat(
                first(
                    results.get(
                        "key" + i,
                        () -> {
                          throw new IllegalStateException("it is on disk: " + wanted);
                        })))
            .isEqualTo(i);
      }
      assertThat(cache.entries()).anyMatch(entry -> entry.tier().equals("memory"));
      try (ResultCache.Pin pin = results.pin("key3").orElseThrow()) {
        assertThat(first(pin.table().retain())).isEqualTo(3);
      }
    }
  }

  @Test
  void theDiskHasABudgetOfItsOwn() throws IOException {
    try (ColumnCache cache = cache(BYTES / 2, 6 * BYTES)) {
      ResultCache results = cache.results(runtime);
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 20; i++) {
          put(results, "key" + i, i, QUICK);
        }
      }
      assertThat(cache.statistics().diskBytes()).isLessThanOrEqualTo(6 * BYTES);
      assertThat(cache.statistics().memoryBytes()).isZero();
    }
  }

  @Test
  void damagedFilesAreDroppedAndTheResultIsMadeAgain() throws IOException {
    try (ColumnCache cache = cache(2 * BYTES, 1 << 20)) {
      put(cache.results(runtime), "key", 1, QUICK);
    }
    Path file = file();
    byte[] whole = Files.readAllBytes(file);
    int step = whole.length / 40;
    for (int at = 0; at < whole.length; at += step) {
      byte[] changed = whole.clone();
      changed[at] ^= 0x40;
      Files.write(file, changed);
      assertDropped("byte " + at + " changed");
      Files.write(file, java.util.Arrays.copyOf(whole, at));
      assertDropped("cut at " + at);
    }
    Files.write(file, whole);
    try (ColumnCache cache = cache(2 * BYTES, 1 << 20)) {
      assertThat(first(cache.results(runtime).find("key").orElseThrow())).isEqualTo(1);
    }
  }

  private void assertDropped(String what) throws IOException {
    try (ColumnCache cache = cache(2 * BYTES, 1 << 20)) {
      assertThat(cache.results(runtime).find("key")).as(what).isEmpty();
      try (Stream<Path> files = Files.list(folder.resolve("columns"))) {
        assertThat(files.filter(Files::isRegularFile)).as(what).isEmpty();
      }
    }
  }

  private Path file() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("columns"))) {
      return files.filter(path -> path.toString().endsWith(".result")).findFirst().orElseThrow();
    }
  }
}
