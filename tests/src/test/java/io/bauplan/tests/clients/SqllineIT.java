package io.bauplan.tests.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.server.auth.Credentials;
import io.bauplan.server.endpoint.EndpointConfig;
import io.bauplan.server.endpoint.SqlEndpoint;
import io.bauplan.tests.support.EngineRows;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// SQLLine, a JDBC shell that knows nothing of Bauplan, with the driver's jar as users take it.
class SqllineIT {
  private static final String DRIVER = System.getProperty("driver.jar", "");
  private static final String SQLLINE = System.getProperty("sqlline.jar", "");
  private static final int SECONDS = 90;
  private static final String QUERY = "SELECT country, usd FROM usd_by_country ORDER BY usd DESC;";
  private static final List<String> ROWS = List.of("'DE','null'", "'IT','20.5'", "'FR','10.0'");

  @TempDir static Path folder;

  private static Path warehouse() {
    return folder.resolve("warehouse");
  }

  @BeforeAll
  static void publish() {
    try (Engine engine = Engine.open(EngineConfig.of(warehouse()))) {
      EngineRows.run(engine, "CREATE TABLE usd_by_country (country VARCHAR, usd DOUBLE)");
      EngineRows.run(
          engine, "INSERT INTO usd_by_country VALUES ('FR', 10), ('DE', NULL), ('IT', 20.5)");
    }
  }

  /// What SQLLine prints to its standard output, line by line.
  private static List<String> sqlline(String url, String classPath, List<String> flags)
      throws Exception {
    Path script = Files.writeString(folder.resolve("script.sql"), QUERY + "\n");
    Path output = Files.createTempFile(folder, "sqlline", ".out");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-cp", classPath, "sqlline.SqlLine", "--silent=true"));
    command.addAll(List.of("--outputformat=csv", "--showHeader=false", "--isolation=default"));
    command.addAll(List.of("-d", "io.bauplan.jdbc.BauplanDriver", "-u", url));
    command.addAll(List.of("-n", "", "-p", "", "-f", script.toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("HOME", folder.toString());
    Process process = builder.start();
    if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("sqlline hangs: " + Files.readString(output));
    }
    assertThat(process.exitValue()).as(Files.readString(output)).isZero();
    return Files.readAllLines(output);
  }

  @Test
  void readsAPublishedTableFromAServer() throws Exception {
    try (Engine engine = Engine.open(EngineConfig.of(warehouse()));
        SqlEndpoint endpoint =
            SqlEndpoint.start(
                engine,
                new EndpointConfig(
                    "127.0.0.1",
                    0,
                    Credentials.token("secret", "tester"),
                    Optional.empty(),
                    "t"))) {
      String url = "jdbc:bauplan://127.0.0.1:" + endpoint.port() + "?token=secret";
      assertThat(sqlline(url, DRIVER + File.pathSeparator + SQLLINE, List.of()))
          .containsSubsequence(ROWS);
    }
  }

  /// The driver opens the warehouse within SQLLine's own process, given the server's classes.
  @Test
  void readsAPublishedTableFromAFolder() throws Exception {
    String server =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("jdbc-driver") && !entry.contains("test-classes"))
            .collect(Collectors.joining(File.pathSeparator));
    List<String> flags =
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "-Darrow.allocation.manager.type=Unsafe");
    assertThat(
            sqlline(
                "jdbc:bauplan:" + warehouse(),
                String.join(File.pathSeparator, DRIVER, SQLLINE, server),
                flags))
        .containsSubsequence(ROWS);
  }
}
