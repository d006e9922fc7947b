package io.bauplan.tests.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.memory.Memory;
import io.bauplan.exec.scan.store.RangeReader;
import io.bauplan.exec.scan.store.S3Store;
import io.bauplan.sql.catalog.iceberg.S3Clients;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.tests.support.EngineRows;
import io.bauplan.tests.support.S3Server;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// An object store that misbehaves, a cache folder that cannot be written to, an engine that dies.
@EnabledIfSystemProperty(named = "s3.server.jar", matches = ".+")
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FaultyStoreTest {
  private static final int ROWS = 20_000;
  private static final String TOTALS =
      "SELECT COUNT(*), CAST(SUM(id) AS BIGINT), CAST(SUM(v) AS BIGINT), MAX(s) FROM t";

  @TempDir static Path folder;
  private static S3Server server;
  private static S3Proxy proxy;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    server = S3Server.start(Path.of(System.getProperty("s3.server.jar")), folder);
    proxy = S3Proxy.start(server.port());
    server.through(proxy.port());
  }

  @AfterAll
  static void stop() throws IOException {
    if (proxy != null) {
      proxy.close();
    }
    if (server != null) {
      server.close();
    }
  }

  @AfterEach
  void heal() {
    proxy.faults(Faults.NONE);
  }

  private static EngineConfig config(String name) {
    return EngineConfig.of(folder.resolve(name)).withDataLocation("s3://bucket/" + name);
  }

  private static void fill(Engine engine, int files) {
    EngineRows.run(engine, "CREATE TABLE t (id BIGINT, v BIGINT, s VARCHAR)");
    for (int i = 0; i < files; i++) {
      EngineRows.run(
          engine,
          "INSERT INTO t SELECT n, n * 7919 %% 100003, 's' || n FROM generate_series(%d, %d) AS g(n)"
              .formatted(i * ROWS + 1, (i + 1) * ROWS));
    }
  }

  @Test
  void everyTwentiethRequestMayFail() {
    long seed = Long.getLong("faults.seed", System.nanoTime());
    System.out.println("faults.seed=" + seed);
    int failedBefore = proxy.failed();
    try (Engine engine = Engine.open(config("faults").withColumnCache(0, 0))) {
      proxy.faults(Faults.of(0.05, seed));
      fill(engine, 4);
      proxy.faults(Faults.NONE);
      List<List<Object>> expected = EngineRows.run(engine, TOTALS);
      assertThat(expected.getFirst().subList(0, 2))
          .containsExactly(4L * ROWS, 4L * ROWS * (4L * ROWS + 1) / 2);
      proxy.faults(Faults.of(0.05, seed + 1));
      for (int i = 0; i < 15; i++) {
        assertThat(EngineRows.run(engine, TOTALS)).as("seed %d", seed).isEqualTo(expected);
      }
    }
    assertThat(proxy.failed()).isGreaterThan(failedBefore);
  }

  @Test
  void aStoreThatNeverRecoversIsAnErrorInTime() {
    try (Engine engine = Engine.open(config("down").withColumnCache(0, 0))) {
      fill(engine, 1);
      for (Faults.Kind kind : List.of(Faults.Kind.INTERNAL_ERROR, Faults.Kind.SHORT_BODY)) {
        proxy.faults(
            new Faults(1, 1, List.of(kind), Duration.ZERO), object -> object.endsWith(".parquet"));
        long start = System.nanoTime();
        assertThatThrownBy(() -> EngineRows.run(engine, TOTALS))
            .as(kind.toString())
            .isInstanceOfSatisfying(
                EngineException.class,
                e -> {
                  assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_STORE_ERROR);
                  assertThat(e.getMessage()).contains("s3://bucket/down/");
                  assertThat(e.hint()).isPresent();
                });
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMinutes(1));
      }
    }
  }

  @Test
  void anAnswerThatNeverComesIsAskedForAgain() throws IOException {
    byte[] content = new byte[300_000];
    new java.util.Random(1).nextBytes(content);
    Files.write(server.root().resolve("bucket/silent.bin"), content);
    try (S3Store store = new S3Store(S3Clients.create(Duration.ofMillis(300)));
        RangeReader file = store.open("s3://bucket/silent.bin");
        Arena arena = Arena.ofConfined()) {
      int failedBefore = proxy.failed();
      proxy.faults(new Faults(0.5, 5, List.of(Faults.Kind.SILENCE), Duration.ofSeconds(30)));
      long address = arena.allocate(content.length).address();
      for (int i = 0; i < 10; i++) {
        file.read(0, address, content.length);
        byte[] read = new byte[content.length];
        Memory.copy(address, read, 0, read.length);
        assertThat(read).isEqualTo(content);
      }
      assertThat(proxy.failed()).isGreaterThan(failedBefore);
    }
  }

  @Test
  void aLargeFileGoesUpInPartsOfWhichSomeFail() throws IOException {
    byte[] content = new byte[(33 << 20) + 5];
    new java.util.Random(2).nextBytes(content);
    try (S3Store store = new S3Store(S3Clients.create());
        var sink = store.create("s3://bucket/large.bin")) {
      proxy.take();
      proxy.faults(new Faults(0.3, 11, List.of(Faults.Kind.INTERNAL_ERROR), Duration.ZERO));
      sink.write(java.nio.ByteBuffer.wrap(content));
      assertThat(server.root().resolve("bucket/large.bin")).doesNotExist();
      sink.finish();
    }
    assertThat(server.root().resolve("bucket/large.bin")).hasBinaryContent(content);
    assertThat(proxy.take().stream().filter(each -> each.query().contains("partNumber=3")))
        .isNotEmpty();
  }

  @Test
  void aFileThatIsReplacedWhileItIsReadIsToldApart() throws IOException {
    Path file = server.root().resolve("bucket/replaced.bin");
    Files.write(file, new byte[1000]);
    try (S3Store store = new S3Store(S3Clients.create());
        Arena arena = Arena.ofConfined();
        RangeReader reader = store.open(store.info("s3://bucket/replaced.bin"))) {
      long address = arena.allocate(1000).address();
      reader.read(0, address, 1000);
      byte[] other = new byte[1000];
      other[0] = 1;
      // Through the store, which knows then that its tag changes.
      try (var sink = store.create("s3://bucket/replaced.bin")) {
        sink.write(java.nio.ByteBuffer.wrap(other));
        sink.finish();
      }
      assertThatThrownBy(() -> reader.read(0, address, 1000))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("was replaced while it was read");
    }
  }

  @Test
  void queriesGoOnWithoutADiskForTheCache() throws IOException {
    EngineConfig config = config("nodisk");
    try (Engine engine = Engine.open(config)) {
      fill(engine, 1);
    }
    Path cache = config.warehouse().resolve("cache").resolve("columns");
    // Even who may write everywhere cannot write below a file.
    deleteAll(cache);
    Files.writeString(cache, "in the way");
    List<List<Object>> expected;
    try (Engine engine = Engine.open(config)) {
      expected = EngineRows.run(engine, TOTALS);
      assertThat(expected.getFirst().getFirst()).isEqualTo((long) ROWS);
    }
    Files.delete(cache);
    try (Engine engine = Engine.open(config)) {
      // And one that fails while the engine runs.
      deleteAll(cache);
      Files.writeString(cache, "in the way");
      assertThat(EngineRows.run(engine, TOTALS)).isEqualTo(expected);
      assertThat(EngineRows.run(engine, TOTALS)).isEqualTo(expected);
    }
  }

  private static void deleteAll(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @Test
  void anEngineThatDiesWhileItFillsTheCacheDoesNoHarm() throws Exception {
    EngineConfig config = config("killed");
    List<List<Object>> expected;
    try (Engine engine = Engine.open(config.withColumnCache(0, 0))) {
      fill(engine, 3);
      expected = EngineRows.run(engine, TOTALS);
    }
    Path cache = config.warehouse().resolve("cache").resolve("columns");
    Process child = reader(config.warehouse());
    try {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      // The next file is being written when the one before it has just appeared.
      while (count(cache) == 0 && child.isAlive() && System.nanoTime() < end) {
        Thread.sleep(1);
      }
    } finally {
      child.destroyForcibly().waitFor();
    }
    assertThat(count(cache)).isPositive();
    try (Engine engine = Engine.open(config)) {
      assertThat(EngineRows.run(engine, TOTALS)).isEqualTo(expected);
      assertThat(EngineRows.run(engine, TOTALS)).isEqualTo(expected);
    }
    try (Stream<Path> left = Files.list(cache)) {
      assertThat(left.filter(path -> path.toString().endsWith(".tmp"))).isEmpty();
    }
  }

  private static int count(Path cache) throws IOException {
    if (!Files.isDirectory(cache)) {
      return 0;
    }
    try (Stream<Path> paths = Files.list(cache)) {
      return (int) paths.filter(path -> path.toString().endsWith(".column")).count();
    }
  }

  private static Process reader(Path warehouse) throws IOException {
    return new ProcessBuilder(ChildEngine.command(Reading.class, warehouse.toString()))
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("reader.log").toFile())
        .start();
  }

  /// The process that is killed.
  static final class Reading {
    private Reading() {}

    public static void main(String[] arguments) {
      Path warehouse = Path.of(arguments[0]);
      EngineConfig config =
          EngineConfig.of(warehouse).withDataLocation("s3://bucket/" + warehouse.getFileName());
      try (Engine engine = Engine.open(config)) {
        Collection<List<Object>> rows = EngineRows.run(engine, TOTALS);
        System.out.println(rows);
      }
    }
  }
}
