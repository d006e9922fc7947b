package io.bauplan.tests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.exec.engine.StatementOptions;
import io.bauplan.exec.engine.StatementResult;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.server.auth.Credentials;
import io.bauplan.server.endpoint.EndpointConfig;
import io.bauplan.server.endpoint.SqlEndpoint;
import io.bauplan.sql.session.Session;
import io.bauplan.tests.support.EngineRows;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// From a statement's text to its first rows, on a table of some gigabytes of Parquet in several
/// files that was read twice before. What comes after the first rows is not waited for.
///
/// Run by `tests/bench/first-rows`, which names the properties.
class FirstRowsBench {
  private static final int WARM_UP_ROUNDS = 5;
  private static final int ROWS_EACH_INSERT = 16_000_000;
  private static final long CACHE_BYTES = 2L << 30;
  private static final String TOKEN = "first-rows";

  @Test
  void firstRowsComeAtOnce(@TempDir Path temporary) throws Exception {
    int rounds = Integer.getInteger("first.rounds", 15);
    double gigabytes = Double.parseDouble(System.getProperty("first.gb", "5"));
    String kept = System.getProperty("first.folder", "");
    Path folder = kept.isEmpty() ? temporary : Files.createDirectories(Path.of(kept));
    EngineConfig config =
        EngineConfig.of(folder.resolve("warehouse")).withColumnCache(CACHE_BYTES, 0);
    try (Engine engine = Engine.open(config)) {
      long rows = fill(engine, (long) (gigabytes * 1e9));
      for (int i = 0; i < 2; i++) {
        EngineRows.run(
            engine, "SELECT COUNT(*), MAX(id), MAX(a), MAX(b), MAX(c), MAX(country) FROM t");
      }
      Map<String, String> statements =
          Map.of(
              "all", "SELECT * FROM t",
              "one_row", "SELECT * FROM t WHERE id = " + rows / 2,
              "scattered", "SELECT * FROM t WHERE a < 0.0001");
      StringBuilder json = new StringBuilder();
      double worst = 0;
      for (String name : List.of("all", "one_row", "scattered")) {
        String sql = statements.get(name);
        double millis = median(rounds, () -> first(engine, sql));
        worst = Math.max(worst, millis);
        json.append(String.format(Locale.ROOT, "\"%s_ms\": %.1f, ", name, millis));
      }
      double flight = overFlight(engine, statements.get("all"), rounds);
      System.out.printf(
          Locale.ROOT,
          "{%s\"flight_all_ms\": %.1f, \"worst_ms\": %.1f, \"bytes\": %d, \"files\": %s, \"load\":"
              + " %.1f}%n",
          json,
          flight,
          Math.max(worst, flight),
          size(engine),
          EngineRows.run(engine, "SELECT COUNT(*) FROM \"t$files\"").getFirst().getFirst(),
          ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }
  }

  private static long size(Engine engine) {
    return ((Number)
            EngineRows.run(
                    engine, "SELECT CAST(SUM(file_size_in_bytes) AS BIGINT) FROM \"t$files\"")
                .getFirst()
                .getFirst())
        .longValue();
  }

  /// How many rows the table has, which is filled until it is large enough.
  private static long fill(Engine engine, long bytes) {
    EngineRows.run(
        engine,
        "CREATE TABLE IF NOT EXISTS t (id BIGINT, a DOUBLE, b DOUBLE, c DOUBLE, d DOUBLE,"
            + " country VARCHAR)");
    long rows = (Long) EngineRows.run(engine, "SELECT COUNT(*) FROM t").getFirst().getFirst();
    while (rows == 0 || size(engine) < bytes) {
      EngineRows.run(
          engine,
          ("INSERT INTO t SELECT n, random(), random(), random(), random(), 'c' || (n %% 40)"
                  + " FROM generate_series(%d, %d) AS g(n)")
              .formatted(rows, rows + ROWS_EACH_INSERT - 1));
      rows += ROWS_EACH_INSERT;
    }
    return rows;
  }

  private static int first(Engine engine, String sql) {
    return switch (engine.execute(Session.DEFAULT, sql, StatementOptions.DEFAULT)) {
      case StatementResult.Rows(RunningQuery query) -> {
        try (query;
            Batch batch = query.next()) {
          yield batch == null ? 0 : batch.rowCount();
        }
      }
      case StatementResult.Updated ignored -> throw new AssertionError(sql);
      case StatementResult.SessionChanged ignored -> throw new AssertionError(sql);
    };
  }

  private static double overFlight(Engine engine, String sql, int rounds) throws Exception {
    CallHeaders headers = new FlightCallHeaders();
    headers.insert("authorization", "Bearer " + TOKEN);
    CallOption authorized = new HeaderCallOption(headers);
    Credentials credentials = new Credentials(Map.of(TOKEN, "ada"), Map.of(), Optional.empty());
    try (SqlEndpoint endpoint =
            SqlEndpoint.start(
                engine,
                new EndpointConfig("127.0.0.1", 0, credentials, Optional.empty(), "bench"));
        BufferAllocator allocator = new RootAllocator();
        FlightSqlClient client =
            new FlightSqlClient(
                FlightClient.builder(
                        allocator, Location.forGrpcInsecure("127.0.0.1", endpoint.port()))
                    .build())) {
      return median(
          rounds,
          () -> {
            FlightInfo info = client.execute(sql, authorized);
            try (FlightStream stream =
                client.getStream(info.getEndpoints().getFirst().getTicket(), authorized)) {
              int count = stream.next() ? stream.getRoot().getRowCount() : 0;
              stream.cancel("enough", null);
              return count;
            }
          });
    }
  }

  /// Milliseconds until some rows are there.
  private static double median(int rounds, Callable<Integer> work) throws Exception {
    List<Double> times = new ArrayList<>();
    for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
      long start = System.nanoTime();
      assertThat(work.call()).isPositive();
      double millis = (System.nanoTime() - start) / 1e6;
      if (round >= 0) {
        times.add(millis);
      }
    }
    System.out.println(times.stream().map(t -> String.format(Locale.ROOT, "%.1f", t)).toList());
    return times.stream().sorted().toList().get(times.size() / 2);
  }
}
