package io.bauplan.tests.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.tests.support.EngineRows;
import io.bauplan.tests.support.LiveFolder;
import io.bauplan.tests.support.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// Tables larger than the cache and the memory, and a disk that is full. `tests/bench/large-scan`
/// runs the first one with gigabytes.
@EnabledIfSystemProperty(named = "s3.server.jar", matches = ".+")
@Timeout(value = 60, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class CacheLimitsTest {
  private static final int FILES = 8;

  /// Of a row in memory: five numbers and a code.
  private static final int ROW_BYTES = 5 * 8 + 1;

  /// Java's heap may grow by this beside what an engine may take.
  private static final long HEAP_MEGABYTES = 192;

  private static final String TOTALS =
      "SELECT COUNT(*), CAST(SUM(id) AS BIGINT), MIN(a), MAX(b), MIN(c), MAX(d), MAX(country) FROM"
          + " t";

  @TempDir static Path folder;
  private static S3Server server;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    server = S3Server.start(Path.of(System.getProperty("s3.server.jar")), folder);
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  private static EngineConfig config(String name) {
    return EngineConfig.of(folder.resolve(name)).withDataLocation("s3://bucket/" + name);
  }

  private static List<List<Object>> fill(EngineConfig config, long rows) {
    try (Engine engine = Engine.open(config.withColumnCache(0, 0))) {
      EngineRows.run(
          engine,
          "CREATE TABLE t (id BIGINT, a DOUBLE, b DOUBLE, c DOUBLE, d DOUBLE, country VARCHAR)");
      for (int i = 0; i < FILES; i++) {
        EngineRows.run(
            engine,
            ("INSERT INTO t SELECT n, random(), random(), random(), random(), 'c' || (n %% 40)"
                    + " FROM generate_series(%d, %d) AS g(n)")
                .formatted(i * rows / FILES + 1, (i + 1) * rows / FILES));
      }
      List<List<Object>> totals = EngineRows.run(engine, TOTALS);
      assertThat(totals.getFirst().subList(0, 2)).containsExactly(rows, rows * (rows + 1) / 2);
      return totals;
    }
  }

  private static List<Object> tier(Engine engine, String name) {
    return EngineRows.run(
            engine,
            "SELECT budget_bytes, bytes, columns, hits, misses, evictions, refused, problem"
                + " FROM sys.cache_tiers WHERE tier = '%s'".formatted(name))
        .getFirst();
  }

  private static long number(List<Object> row, int column) {
    return ((Number) row.get(column)).longValue();
  }

  private static long columnFileBytes(EngineConfig config) throws IOException {
    Path columns = config.warehouse().resolve("cache").resolve("columns");
    return LiveFolder.files(columns).stream()
        .filter(file -> file.toString().endsWith(".column"))
        // 0 for one that is gone by now.
        .mapToLong(file -> file.toFile().length())
        .sum();
  }

  /// Samples of what this process holds in memory, in megabytes.
  private static final class Resident implements AutoCloseable {
    private final List<Long> samples = new ArrayList<>();
    private final Thread thread;
    private volatile boolean ended;

    Resident(long pauseMillis) {
      thread =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (!ended) {
                      samples.add(now());
                      try {
                        Thread.sleep(pauseMillis);
                      } catch (InterruptedException e) {
                        return;
                      }
                    }
                  });
    }

    static long now() {
      try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
        return lines
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
            .findFirst()
            .orElse(0);
      } catch (IOException e) {
        // Not Linux.
        return 0;
      }
    }

    long most() {
      return samples.stream().mapToLong(each -> each).max().orElse(0);
    }

    @Override
    public void close() throws InterruptedException {
      ended = true;
      thread.join();
    }
  }

  @Test
  void aTableLargerThanCacheAndMemoryIsReadInSteadyMemory() throws Exception {
    long rows = Long.getLong("large.rows", 2_000_000);
    long bytes = rows * ROW_BYTES;
    EngineConfig usual = config("large");
    List<List<Object>> expected = fill(usual, rows);
    EngineConfig small =
        new EngineConfig(
            usual.warehouse(),
            usual.catalog(),
            usual.dataLocation(),
            usual.cacheDirectory(),
            usual.threads(),
            bytes / 2,
            bytes / 5,
            bytes / 5);
    List<Long> most = new ArrayList<>();
    List<Long> changes = new ArrayList<>();
    long hits = 0;
    try (Engine engine = Engine.open(small)) {
      for (int scan = 0; scan < 4; scan++) {
        long before = number(tier(engine, "memory"), 5);
        long hitsBefore = number(tier(engine, "memory"), 3) + number(tier(engine, "disk"), 3);
        long start = System.nanoTime();
        try (Resident resident = new Resident(Math.max(10, bytes / 40_000_000))) {
          assertThat(EngineRows.run(engine, TOTALS)).isEqualTo(expected);
          resident.close();
          most.add(resident.most());
          System.out.printf(
              Locale.ROOT,
              "scan %d: %d ms, MB resident: %s%n",
              scan,
              (System.nanoTime() - start) / 1_000_000,
              resident.samples);
        }
        List<Object> memory = tier(engine, "memory");
        List<Object> disk = tier(engine, "disk");
        System.out.println("  memory " + memory + ", disk " + disk);
        assertThat(number(memory, 1)).isLessThanOrEqualTo(number(memory, 0));
        assertThat(number(disk, 1)).isLessThanOrEqualTo(number(disk, 0));
        assertThat(columnFileBytes(small)).isLessThanOrEqualTo(bytes / 5);
        changes.add(number(memory, 5) - before);
        hits = number(memory, 3) + number(disk, 3) - hitsBefore;
      }
      assertThat(number(tier(engine, "memory"), 2)).isPositive();
      assertThat(number(tier(engine, "disk"), 2)).isPositive();
    }
    assertThat(hits).as("columns that stayed").isPositive();
    assertThat(changes.getLast()).as("columns pushed out by the last scan").isLessThan(hits);
    assertThat(most.getLast()).isLessThanOrEqualTo(most.getFirst() + HEAP_MEGABYTES);
    System.out.printf(
        Locale.ROOT,
        "{\"bytes\": %d, \"cache_bytes\": %d, \"memory_bytes\": %d, \"most_mb\": %s}%n",
        bytes,
        bytes / 5,
        bytes / 2,
        most);
  }

  @Test
  void queriesGoOnWhenTheDiskOfTheCacheIsFull() throws Exception {
    EngineConfig config = config("full");
    List<List<Object>> expected = fill(config, 80_000);
    Path cache = Files.createDirectories(config.warehouse().resolve("cache"));
    List<String> command =
        new ArrayList<>(
            List.of(
                "unshare",
                "-rm",
                "sh",
                "-c",
                "mount -t tmpfs -o size=1m none \"$0\" || exit 77; exec \"$@\"",
                cache.toString()));
    command.addAll(ChildEngine.command(Reading.class, config.warehouse().toString()));
    Path log = folder.resolve("full.log");
    int status;
    try {
      status =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start()
              .waitFor();
    } catch (IOException e) {
      // No unshare.
      status = 77;
    }
    String said = Files.exists(log) ? Files.readString(log) : "";
    if (status == 77 || said.contains("unshare failed")) {
      System.err.println(
          "NOT RUN: a full disk for the column cache, because this machine lets nobody mount one: "
              + said);
      assumeThat(status).as("mounting a small disk").isZero();
    }
    assertThat(status).as(said).isZero();
    assertThat(said)
        .contains("first: " + expected)
        .contains("second: " + expected)
        .contains("full: " + expected)
        .contains("the column cache leaves columns out of ")
        .contains("problem: its disk is almost full");
  }

  /// The process whose cache has a small disk.
  static final class Reading {
    private Reading() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
      Path warehouse = Path.of(arguments[0]);
      EngineConfig config =
          EngineConfig.of(warehouse).withDataLocation("s3://bucket/" + warehouse.getFileName());
      try (Engine engine = Engine.open(config.withColumnCache(1 << 20, 1 << 30))) {
        System.out.println("first: " + EngineRows.run(engine, TOTALS));
        System.out.println("second: " + EngineRows.run(engine, TOTALS));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (tier(engine, "disk").get(7) == null && System.nanoTime() < end) {
          Thread.sleep(50);
        }
        System.out.println("problem: " + tier(engine, "disk").get(7));
        System.out.println("refused: " + tier(engine, "disk").get(6));
      }
      // Not a byte is left.
      Path filler = warehouse.resolve("cache").resolve("filler");
      try (var out = Files.newOutputStream(filler)) {
        byte[] bytes = new byte[1 << 12];
        while (true) {
          out.write(bytes);
        }
      } catch (IOException e) {
        System.out.println(e.getMessage());
      }
      try (Engine engine = Engine.open(config.withColumnCache(1 << 20, 1 << 30))) {
        System.out.println("full: " + EngineRows.run(engine, TOTALS));
      }
    }
  }
}
