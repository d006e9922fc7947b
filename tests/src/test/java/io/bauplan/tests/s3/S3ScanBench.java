package io.bauplan.tests.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.sql.catalog.iceberg.S3Clients;
import io.bauplan.tests.support.EngineRows;
import io.bauplan.tests.support.S3Server;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/// Scans of a table in an object store with a latency, without the column cache, by turns with a
/// loop that fetches the same ranges with eight requests in flight and throws them away.
///
/// Run by `tests/bench/s3-scan`, which names the properties.
class S3ScanBench {
  private static final int IN_FLIGHT = 8;
  /// Both sides take several times as long before they are compiled.
  private static final int WARM_UP_ROUNDS = 60;
  private static final String QUERY =
      "SELECT COUNT(*), CAST(SUM(id) AS BIGINT), MAX(usd), MAX(country), MAX(weight) FROM events"
          + System.getProperty("s3scan.where", "");

  @Test
  void aScanIsAsQuickAsItsRequests(@TempDir Path folder) throws Exception {
    int rounds = Integer.getInteger("s3scan.rounds", 7);
    int files = Integer.getInteger("s3scan.files", 4);
    int rows = Integer.getInteger("s3scan.rows", 500_000);
    Duration latency = Duration.ofMillis(Integer.getInteger("s3scan.latency", 20));
    try (S3Server server =
            S3Server.start(Path.of(System.getProperty("s3.server.jar", "")), folder);
        S3Proxy proxy = S3Proxy.start(server.port())) {
      server.through(proxy.port());
      proxy.bandwidth(Integer.getInteger("s3scan.link", 0) * 1_000_000L);
      EngineConfig config =
          EngineConfig.of(folder.resolve("wh"))
              .withDataLocation("s3://bucket/wh")
              .withColumnCache(0, 0);
      try (Engine engine = Engine.open(config);
          S3Client client = S3Clients.create()) {
        EngineRows.run(
            engine,
            "CREATE TABLE events (id BIGINT, usd DOUBLE, country VARCHAR, client VARCHAR,"
                + " weight DOUBLE)");
        for (int i = 0; i < files; i++) {
          EngineRows.run(
              engine,
              ("INSERT INTO events SELECT n, random(), 'c' || (n %% 40), 'client ' || (n * 7919),"
                      + " random() FROM generate_series(%d, %d) AS g(n)")
                  .formatted(i * (long) rows + 1, (i + 1) * (long) rows));
        }
        proxy.latency(latency);
        if (Boolean.getBoolean("s3scan.cache")) {
          engine.close();
          cacheOverhead(config, rounds);
          return;
        }
        measure(engine, client, server, proxy, rounds, (long) files * rows);
      }
    }
  }

  /// What leaving everything in the cache adds to a scan that finds nothing in it.
  private static void cacheOverhead(EngineConfig off, int rounds) throws IOException {
    EngineConfig on = off.withColumnCache(2L << 30, 2L << 30);
    List<Double> ratios = new ArrayList<>();
    List<Double> with = new ArrayList<>();
    List<Double> without = new ArrayList<>();
    for (int round = -WARM_UP_ROUNDS / 2; round < rounds; round++) {
      boolean first = round % 2 == 0;
      double a = cold(first ? on : off);
      double b = cold(first ? off : on);
      if (round >= 0) {
        with.add(first ? a : b);
        without.add(first ? b : a);
        ratios.add(first ? a / b : b / a);
      }
    }
    System.out.printf(
        Locale.ROOT,
        "{\"percent\": %.2f, \"with_ms\": %.1f, \"without_ms\": %.1f, \"load\": %.1f}%n",
        (median(ratios) - 1) * 100,
        median(with),
        median(without),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }

  private static double cold(EngineConfig config) throws IOException {
    Path cache = config.warehouse().resolve("cache");
    if (Files.exists(cache)) {
      try (Stream<Path> all = Files.walk(cache)) {
        for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      }
    }
    try (Engine engine = Engine.open(config)) {
      long start = System.nanoTime();
      assertThat(EngineRows.run(engine, QUERY)).hasSize(1);
      double millis = (System.nanoTime() - start) / 1e6;
      System.out.printf(
          Locale.ROOT,
          "%s the cache: %.1f ms%n",
          config.columnCacheBytes() > 0 ? "with" : "without",
          millis);
      return millis;
    }
  }

  private static void measure(
      Engine engine, S3Client client, S3Server server, S3Proxy proxy, int rounds, long rows) {
    List<List<Object>> expected = EngineRows.run(engine, QUERY);
    if (!QUERY.contains("WHERE")) {
      assertThat(expected.getFirst().getFirst()).isEqualTo(rows);
    }
    List<Double> ours = new ArrayList<>();
    List<Double> plain = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    List<Double> ourCpu = new ArrayList<>();
    List<Double> loopsCpu = new ArrayList<>();
    int requests = 0;
    long bytes = 0;
    for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
      proxy.take();
      long cpu = cpuNanos(server);
      long start = System.nanoTime();
      assertThat(EngineRows.run(engine, QUERY)).isEqualTo(expected);
      double own = (System.nanoTime() - start) / 1e6;
      cpu = cpuNanos(server) - cpu;
      List<S3Proxy.Request> all = proxy.take();
      List<S3Proxy.Request> made = all.stream().filter(S3Proxy.Request::ofData).toList();
      requests = made.size();
      bytes = made.stream().mapToLong(S3Proxy.Request::bodyBytes).sum();
      if (Boolean.getBoolean("s3scan.timeline") && round == rounds - 1) {
        timeline(all, start);
      }
      long loopCpu = cpuNanos(server);
      start = System.nanoTime();
      assertThat(fetch(client, made)).isEqualTo(bytes);
      double loop = (System.nanoTime() - start) / 1e6;
      loopCpu = cpuNanos(server) - loopCpu;
      if (round >= 0) {
        ours.add(own);
        plain.add(loop);
        ratios.add(own / loop);
        ourCpu.add(cpu / 1e6);
        loopsCpu.add(loopCpu / 1e6);
      }
      System.out.printf(
          Locale.ROOT,
          "round %d: %.1f ms with %.1f ms of CPU, loop %.1f ms with %.1f ms%n",
          round,
          own,
          cpu / 1e6,
          loop,
          loopCpu / 1e6);
    }
    System.out.printf(
        Locale.ROOT,
        "{\"ratio\": %.3f, \"ours_ms\": %.1f, \"loop_ms\": %.1f, \"requests\": %d, \"bytes\": %d,"
            + " \"cpu_ms\": %.1f, \"loop_cpu_ms\": %.1f, \"floor\": %.3f,"
            + " \"load\": %.1f}%n",
        median(ratios),
        median(ours),
        median(plain),
        requests,
        bytes,
        median(ourCpu),
        median(loopsCpu),
        Math.max(1, median(ourCpu) / Runtime.getRuntime().availableProcessors() / median(plain)),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }

  /// Of this process, the proxy in it, and the store.
  private static long cpuNanos(S3Server server) {
    return ProcessHandle.current()
        .info()
        .totalCpuDuration()
        .orElseThrow()
        .plus(server.cpu())
        .toNanos();
  }

  private static void timeline(List<S3Proxy.Request> requests, long start) {
    for (S3Proxy.Request each : requests) {
      System.out.printf(
          Locale.ROOT,
          "  %6.1f to %6.1f ms: %8d bytes, %s %s of %s%n",
          (each.arrived() - start) / 1e6,
          (each.ended() - start) / 1e6,
          each.bodyBytes(),
          each.method(),
          each.range(),
          each.object());
    }
  }

  private static long fetch(S3Client client, List<S3Proxy.Request> requests) {
    AtomicInteger next = new AtomicInteger();
    LongAdder bytes = new LongAdder();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < IN_FLIGHT; i++) {
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    byte[] buffer = new byte[1 << 16];
                    for (int r = next.getAndIncrement();
                        r < requests.size();
                        r = next.getAndIncrement()) {
                      bytes.add(drain(client, requests.get(r), buffer));
                    }
                  }));
    }
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    return bytes.sum();
  }

  private static long drain(S3Client client, S3Proxy.Request request, byte[] buffer) {
    String path = URLDecoder.decode(request.object(), StandardCharsets.UTF_8).substring(1);
    int slash = path.indexOf('/');
    long sum = 0;
    try (InputStream body =
        client.getObject(
            b ->
                b.bucket(path.substring(0, slash))
                    .key(path.substring(slash + 1))
                    .range(request.range()))) {
      for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
        sum += count;
      }
      return sum;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
