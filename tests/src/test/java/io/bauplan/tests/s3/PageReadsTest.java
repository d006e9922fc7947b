package io.bauplan.tests.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.tests.support.EngineRows;
import io.bauplan.tests.support.S3Server;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// What a query fetches from the object store where the page index says that a few pages will do,
/// as counted outside of the engine.
@SuppressWarnings("NullAway.Init")
@EnabledIfSystemProperty(named = "s3.server.jar", matches = ".+")
final class PageReadsTest {
  /// Pages have 20,000 rows: 20 of them a column.
  private static final int ROWS = 400_000;

  private static final int PAGES = 20;
  private static final String POINT = "SELECT usd FROM t WHERE id = 123456";

  @TempDir static Path folder;
  private static S3Server server;
  private static S3Proxy proxy;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    server = S3Server.start(Path.of(System.getProperty("s3.server.jar")), folder);
    proxy = S3Proxy.start(server.port());
    server.through(proxy.port());
    try (Engine engine = open()) {
      EngineRows.run(
          engine,
          "CREATE TABLE t AS SELECT n AS id, random() AS usd, random() AS eur"
              + " FROM generate_series(1, "
              + ROWS
              + ") AS g(n) ORDER BY n");
    }
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

  private static Engine open() {
    return Engine.open(
        EngineConfig.of(folder.resolve("pages"))
            .withDataLocation("s3://bucket/pages")
            .withColumnCache(64 << 20, 0));
  }

  private static List<S3Proxy.Request> fetched(Engine engine, String sql, int rows) {
    proxy.take();
    assertThat(EngineRows.run(engine, sql)).hasSize(rows);
    return proxy.take().stream().filter(S3Proxy.Request::ofData).toList();
  }

  private static long bytes(List<S3Proxy.Request> requests) {
    return requests.stream().mapToLong(S3Proxy.Request::bodyBytes).sum();
  }

  /// Where requests ask for bytes that another one asked for too.
  private static long twice(List<S3Proxy.Request> requests) {
    List<long[]> ranges =
        requests.stream()
            .map(request -> request.range().replace("bytes=", "").split("-"))
            .filter(range -> range.length == 2 && !range[0].isEmpty())
            .map(range -> new long[] {Long.parseLong(range[0]), Long.parseLong(range[1])})
            .sorted(Comparator.comparingLong(range -> range[0]))
            .toList();
    long sum = 0;
    for (int i = 1; i < ranges.size(); i++) {
      sum += Math.max(0, ranges.get(i - 1)[1] + 1 - ranges.get(i)[0]);
    }
    return sum;
  }

  @Test
  void aPointQueryFetchesItsPagesAndNoOthers() {
    long footer;
    long pages;
    try (Engine engine = open()) {
      // Whatever a query needs to know of the file: the footer with the indexes.
      footer = bytes(fetched(engine, "SELECT usd FROM t WHERE id = -1", 0));
      List<S3Proxy.Request> requests = fetched(engine, POINT, 1);
      assertThat(twice(requests)).isZero();
      pages = bytes(requests);
    }
    long all;
    try (Engine engine = open()) {
      List<S3Proxy.Request> requests = fetched(engine, "SELECT id, usd FROM t", ROWS);
      assertThat(twice(requests)).isZero();
      all = bytes(requests);
    }
    // A page of each of two columns; random doubles do not compress, and that much is one page.
    long page = 8L * ROWS / PAGES;
    assertThat(all).isGreaterThan(8L * ROWS);
    assertThat(pages).isGreaterThan(page * 9 / 10);
    assertThat(pages + footer).isLessThan(all / (PAGES / 3));
  }

  @Test
  void anotherColumnCostsOnePageMore() {
    long one;
    try (Engine engine = open()) {
      one = bytes(fetched(engine, POINT, 1));
    }
    long two;
    try (Engine engine = open()) {
      two = bytes(fetched(engine, "SELECT usd, eur FROM t WHERE id = 123456", 1));
    }
    long page = 8L * ROWS / PAGES;
    assertThat(two - one).isBetween(page * 9 / 10, page * 11 / 10);
  }

  @Test
  void whatIsAskedForAgainAndAgainIsReadWholeAndThenNoMore() {
    try (Engine engine = open()) {
      long page = 8L * ROWS / PAGES;
      long whole = 0;
      int asked = 0;
      while (whole == 0 && asked < 10) {
        long bytes = bytes(fetched(engine, POINT, 1));
        asked++;
        whole = bytes > 8L * ROWS * 9 / 10 ? bytes : 0;
        assertThat(whole > 0 || bytes < 4 * page)
            .as("bytes of the query number %d", asked)
            .isTrue();
      }
      // A quarter of the rows is five pages.
      assertThat(asked).isBetween(4, 7);
      assertThat(bytes(fetched(engine, POINT, 1))).isZero();
      assertThat(bytes(fetched(engine, "SELECT usd FROM t WHERE id = 399999", 1))).isZero();
    }
  }
}
