package io.bauplan.server.cli;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.server.auth.Credentials;
import io.bauplan.server.endpoint.EndpointConfig;
import io.bauplan.server.endpoint.SqlEndpoint;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What the launcher runs once after a build, so that the JVM can note which classes everyday
/// commands load and keep them ready. Nothing it prints matters; a command that fails is only not
/// trained. With a warehouse as its argument, whose engine runs in another process, it trains what
/// only talks to an engine: a cache of fewer classes, which loads faster.
public final class Training {
  private Training() {}

  public static void main(String[] arguments) throws IOException {
    Logging.configure(new String[0]);
    if (arguments.length == 1) {
      light(arguments[0]).forEach(Training::run);
      System.exit(0);
    }
    Path folder = Files.createTempDirectory("bauplan-training");
    try {
      for (List<String> command : commands(folder.resolve("warehouse"))) {
        run(command);
      }
      attached(folder.resolve("warehouse"));
    } finally {
      delete(folder);
    }
    System.exit(0);
  }

  private static List<List<String>> commands(Path warehouse) {
    String at = warehouse.toString();
    return List.of(
        List.of("version"),
        List.of("--help"),
        List.of("query", "--warehouse", at, "SELECT 1"),
        List.of(
            "query",
            "--warehouse",
            at,
            "CREATE TABLE t AS SELECT 1 AS id, 'a' AS name, 1.5 AS x, DATE '2024-01-01' AS d;"
                + "SELECT name, COUNT(*) AS n, SUM(x) FROM t WHERE id < 5 GROUP BY name ORDER BY n;"
                + "SELECT a.id FROM t a JOIN t b ON a.id = b.id LIMIT 3"),
        List.of("query", "--warehouse", at, "-O", "json", "SELECT * FROM t"),
        List.of("table", "ls", "--warehouse", at),
        List.of("branch", "ls", "--warehouse", at));
  }

  private static List<List<String>> light(String at) {
    return List.of(
        List.of("version"),
        List.of("--help"),
        List.of("query", "--warehouse", at, "SELECT 1 AS a, 'b' AS b, 1.5 AS c"),
        List.of("query", "--warehouse", at, "-O", "json", "SELECT 1 AS a"),
        List.of("table", "ls", "--warehouse", at),
        List.of("branch", "ls", "--warehouse", at));
  }

  /// The same through a server, as when another process has the warehouse open.
  private static void attached(Path warehouse) {
    String token = Credentials.newToken();
    EndpointConfig config =
        new EndpointConfig(
            "127.0.0.1", 0, Credentials.token(token, "training"), Optional.empty(), "training");
    try (Engine engine = Engine.open(EngineConfig.of(warehouse));
        SqlEndpoint endpoint = SqlEndpoint.start(engine, config)) {
      String address = "grpc://training:" + token + "@127.0.0.1:" + endpoint.port();
      run(List.of("query", "--server", address, "SELECT 1 AS a, 'b' AS b, 1.5 AS c"));
      run(List.of("query", "--server", address, "-O", "json", "SELECT 1 AS a"));
      run(List.of("table", "ls", "--server", address));
    } catch (RuntimeException e) {
      // Starts without it are slower, that is all.
    }
  }

  private static void run(List<String> command) {
    Console silent =
        new Console(
            Writer.nullWriter(),
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
            120,
            Console.Liveness.PLAIN);
    BauplanCommand.execute(silent, command.toArray(String[]::new));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
