package io.bauplan.tests.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.server.auth.Credentials;
import io.bauplan.server.endpoint.EndpointConfig;
import io.bauplan.server.endpoint.SqlEndpoint;
import io.bauplan.tests.pipelines.RecordedRun;
import io.bauplan.tests.support.EngineRows;
import io.bauplan.tests.support.S3Server;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// What a query fetches from the object store after others have been there, as counted outside of
/// the engine.
@SuppressWarnings("NullAway.Init")
@EnabledIfSystemProperty(named = "s3.server.jar", matches = ".+")
final class DifferentialReadsTest {
  private static final String EVENTS =
      "CREATE TABLE events AS SELECT n AS id, random() AS usd, 'c' || (n % 40) AS country,"
          + " 'client ' || (n * 7919 % 100003) AS client_id FROM generate_series(1, 60000) AS g(n)";

  @TempDir static Path folder;
  private static S3Server server;
  private static S3Proxy proxy;

  private String name;
  private Engine engine;

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

  @BeforeEach
  void open(TestInfo test) {
    name = test.getTestMethod().orElseThrow().getName();
    engine = open();
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private Engine open() {
    return Engine.open(
        EngineConfig.of(folder.resolve(name)).withDataLocation("s3://bucket/" + name));
  }

  private void reopen() {
    engine.close();
    engine = open();
  }

  private List<List<Object>> run(String sql) {
    return EngineRows.run(engine, sql);
  }

  /// Bytes of data files that a query fetches.
  private long fetched(String sql) {
    proxy.take();
    run(sql);
    return bytes(proxy.take());
  }

  private static long bytes(List<S3Proxy.Request> requests) {
    return requests.stream()
        .filter(S3Proxy.Request::ofData)
        .mapToLong(S3Proxy.Request::bodyBytes)
        .sum();
  }

  @Test
  void aWiderQueryFetchesOnlyTheColumnThatIsNew() {
    run(EVENTS);
    reopen();
    long all = fetched("SELECT id, usd, country FROM events");
    assertThat(all).isPositive();
    long wider = fetched("SELECT id, usd, country, client_id FROM events");
    long again = fetched("SELECT client_id, id FROM events");
    assertThat(again).isZero();
    // The column by itself, in an engine that knows nothing but the footer.
    engine.close();
    try (Engine other =
        Engine.open(
            EngineConfig.of(folder.resolve(name))
                .withDataLocation("s3://bucket/" + name)
                .withColumnCache(0, 0))) {
      EngineRows.run(other, "SELECT id FROM events LIMIT 1");
      proxy.take();
      EngineRows.run(other, "SELECT client_id FROM events");
      assertThat(wider).isPositive().isEqualTo(bytes(proxy.take()));
    }
    engine = open();
  }

  @Test
  void aLaterMonthFetchesOnlyItsFiles() {
    run("CREATE TABLE trips (id BIGINT, day DATE, usd DOUBLE) PARTITIONED BY (month(day))");
    run(
        "INSERT INTO trips SELECT n, DATE '2023-01-01' + CAST(n % 90 AS INTEGER), random()"
            + " FROM generate_series(1, 60000) AS g(n)");
    reopen();
    fetched("SELECT id, usd FROM trips WHERE day < DATE '2023-02-01'");
    proxy.take();
    run("SELECT id, usd FROM trips WHERE day < DATE '2023-03-01'");
    List<S3Proxy.Request> both = proxy.take();
    assertThat(both.stream().filter(S3Proxy.Request::ofData))
        .isNotEmpty()
        .allSatisfy(request -> assertThat(request.object()).contains("2023-02"));
  }

  @Test
  void otherClientsAndBranchesFetchNothing() throws Exception {
    run(EVENTS);
    reopen();
    String query = "SELECT id, usd, country FROM events";
    assertThat(fetched(query)).isPositive();
    proxy.take();
    // A warm query asks the object store for nothing at all.
    run(query);
    assertThat(proxy.take()).isEmpty();
    run("CREATE BRANCH dev");
    proxy.take();
    run(query + " AT BRANCH dev");
    assertThat(proxy.take()).isEmpty();
    overJdbc(query, 60_000);
    assertThat(proxy.take()).isEmpty();
    RecordedRun outcome =
        RecordedRun.of(
            engine,
            RecordedRun.project(
                folder.resolve("project"),
                """
                import bauplan

                @bauplan.model()
                @bauplan.python("3.11")
                def total(data=bauplan.Model("events", columns=["id", "country"])):
                    return data.slice(0, 1)
                """));
    assertThat(outcome.result().error()).isEmpty();
    assertThat(bytes(proxy.take())).isZero();
  }

  /// The page index comes with the footer: no request is made for it alone.
  @Test
  void aPointQueryFetchesOnlyItsPages() {
    run(
        "CREATE TABLE points AS SELECT n AS id, random() AS a, random() AS b"
            + " FROM generate_series(1, 300000) AS g(n)");
    reopen();
    String query = "SELECT id, a, b FROM points WHERE id = 123456";
    proxy.take();
    assertThat(run(query)).hasSize(1);
    List<S3Proxy.Request> made = proxy.take().stream().filter(S3Proxy.Request::ofData).toList();
    long files = (Long) run("SELECT COUNT(*) FROM \"points$files\"").getFirst().getFirst();
    long size =
        ((Number)
                run("SELECT CAST(SUM(file_size_in_bytes) AS BIGINT) FROM \"points$files\"")
                    .getFirst()
                    .getFirst())
            .longValue();
    assertThat(bytes(made)).isLessThan(size / 4);
    // The footer, and the pages of three columns.
    assertThat((long) made.size()).isLessThanOrEqualTo(files + 3);
  }

  @Test
  void aNewCommitFetchesOnlyItsOwnManifest() {
    run("CREATE TABLE log (id BIGINT, v DOUBLE)");
    for (int i = 0; i < 5; i++) {
      run("INSERT INTO log SELECT n, random() FROM generate_series(1, 1000) AS g(n)");
    }
    reopen();
    String query = "SELECT COUNT(*), SUM(id) FROM log";
    proxy.take();
    run(query);
    long cold = manifests(proxy.take());
    run("INSERT INTO log VALUES (1, 2.0)");
    proxy.take();
    assertThat(run(query).getFirst().getFirst()).isEqualTo(5_001L);
    List<S3Proxy.Request> warm = proxy.take();
    assertThat(manifests(warm)).isLessThanOrEqualTo(2).isLessThan(cold);
  }

  /// Manifests and lists of manifests that were read.
  private static long manifests(List<S3Proxy.Request> requests) {
    return requests.stream()
        .filter(request -> request.method().equals("GET") && request.object().endsWith(".avro"))
        .map(S3Proxy.Request::object)
        .count();
  }

  private void overJdbc(String query, int rows) throws Exception {
    EndpointConfig config =
        new EndpointConfig(
            "127.0.0.1", 0, Credentials.token("secret", "tester"), Optional.empty(), "test");
    try (SqlEndpoint endpoint = SqlEndpoint.start(engine, config);
        Connection connection =
            DriverManager.getConnection(
                "jdbc:bauplan://127.0.0.1:" + endpoint.port() + "?token=secret");
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      int count = 0;
      while (result.next()) {
        count++;
      }
      assertThat(count).isEqualTo(rows);
    }
  }

  @Test
  void anOverwriteFetchesOnlyTheNewFiles() {
    run("CREATE TABLE parts (part BIGINT, v DOUBLE) PARTITIONED BY (part)");
    run("INSERT INTO parts SELECT n % 4, random() FROM generate_series(1, 40000) AS g(n)");
    reopen();
    fetched("SELECT part, v FROM parts");
    run("DELETE FROM parts WHERE part = 2");
    run("INSERT INTO parts SELECT 2, 1.0 FROM generate_series(1, 10000) AS g(n)");
    proxy.take();
    assertThat(run("SELECT COUNT(v), SUM(CASE WHEN part = 2 THEN v END) FROM parts"))
        .containsExactly(List.of(40_000L, 10_000.0));
    assertThat(proxy.take().stream().filter(S3Proxy.Request::ofData))
        .isNotEmpty()
        .allSatisfy(request -> assertThat(request.object()).contains("part%3D2"));
  }

  @Test
  void aRestartFetchesNothing() {
    run(EVENTS);
    reopen();
    String query = "SELECT COUNT(country), CAST(SUM(id) AS BIGINT), MAX(usd) FROM events";
    List<List<Object>> before = run(query);
    run("SELECT id FROM events WHERE id < 100");
    reopen();
    proxy.take();
    assertThat(run(query)).isEqualTo(before);
    assertThat(proxy.take().stream().filter(S3Proxy.Request::ofData)).isEmpty();
  }

  @Test
  void randomWritesAndReadsNeverSeeStaleRows() {
    int steps = Integer.getInteger("stale.steps", 25);
    long seed = Long.getLong("stale.seed", System.nanoTime());
    System.out.println("stale.seed=" + seed + " stale.steps=" + steps);
    SplittableRandom random = new SplittableRandom(seed);
    run("CREATE TABLE t (id BIGINT, v BIGINT)");
    Map<Long, Long> main = new TreeMap<>();
    @Nullable Map<Long, Long> branch = null;
    for (int step = 0; step < steps; step++) {
      long value = step;
      long id = random.nextInt(20);
      switch (random.nextInt(8)) {
        case 0 -> {
          if (!main.containsKey(id)) {
            run("INSERT INTO t VALUES (%d, %d)".formatted(id, value));
            main.put(id, value);
          }
        }
        case 1 -> {
          run("UPDATE t SET v = %d WHERE id = %d".formatted(value, id));
          main.computeIfPresent(id, (key, old) -> value);
        }
        case 2 -> {
          run("DELETE FROM t WHERE id = " + id);
          main.remove(id);
        }
        case 3 -> {
          run("INSERT OVERWRITE t SELECT id, v + 1 FROM t WHERE id <> " + id);
          main.remove(id);
          main.replaceAll((key, old) -> old + 1);
        }
        case 4 -> {
          if (branch != null) {
            run("DROP BRANCH dev");
          }
          run("CREATE BRANCH dev");
          branch = new TreeMap<>(main);
        }
        case 5 -> {
          if (random.nextInt(10) == 0) {
            reopen();
          }
        }
        default -> {}
      }
      boolean atBranch = branch != null && random.nextBoolean();
      List<List<Object>> expected = new ArrayList<>();
      (atBranch ? branch : main).forEach((key, each) -> expected.add(List.of(key, each)));
      String at = atBranch ? " AT BRANCH dev" : "";
      assertThat(run("SELECT id, v FROM t" + at + " ORDER BY id"))
          .as("seed %d, step %d%s", seed, step, at)
          .isEqualTo(expected);
    }
  }
}
