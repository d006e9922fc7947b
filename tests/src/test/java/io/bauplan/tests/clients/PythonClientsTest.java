package io.bauplan.tests.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.server.auth.Credentials;
import io.bauplan.server.endpoint.EndpointConfig;
import io.bauplan.server.endpoint.SqlEndpoint;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.tests.support.EngineRows;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Python's libraries over a real server in this process.
@SuppressWarnings("NullAway.Init")
class PythonClientsTest {
  private static final String TOKEN = "token-of-the-test";

  @TempDir static Path folder;
  private static PythonClients clients;
  private static Engine engine;
  private static SqlEndpoint endpoint;

  @BeforeAll
  static void serve() throws Exception {
    clients = PythonClients.make(Path.of("target"));
    engine = Engine.open(EngineConfig.of(folder.resolve("warehouse")));
    endpoint =
        SqlEndpoint.start(
            engine,
            new EndpointConfig(
                "127.0.0.1", 0, Credentials.token(TOKEN, "tester"), Optional.empty(), "test"));
  }

  @AfterAll
  static void stop() {
    if (endpoint != null) {
      endpoint.close();
      engine.close();
    }
  }

  private static String address() {
    return "grpc://127.0.0.1:" + endpoint.port();
  }

  @Test
  void adbcReadsEveryTypeAndWritesAndSeesSqlStates() throws Exception {
    assertThat(clients.run("flight_sql.py", folder, address(), TOKEN)).endsWith("ok\n");
  }

  @Test
  void bauplanClientQueriesBranchesImportsAndRuns() throws Exception {
    Path project = Path.of("src", "test", "resources", "clients", "project").toAbsolutePath();
    Path files = Files.createDirectory(folder.resolve("files"));
    assertThat(
            clients.run(
                "bauplan_client.py",
                folder,
                address(),
                TOKEN,
                project.toString(),
                files.toString()))
        .contains("rows 4\n")
        .endsWith("ok\n");
  }

  @Test
  void icebergReadsAPublishedTableByItsFilesAlone() throws Exception {
    EngineRows.run(engine, "CREATE TABLE lake (country VARCHAR, usd DOUBLE)");
    EngineRows.run(engine, "INSERT INTO lake VALUES ('IT', 10), ('FR', 20.5), ('DE', 1)");
    EngineRows.run(engine, "DELETE FROM lake WHERE country = 'DE'");
    var at = engine.catalog().resolve("main");
    var found = engine.catalog().find(at, new TableRef(List.of("bauplan"), "lake")).orElseThrow();
    String metadata = ((CatalogEntry.Table) found).table().metadataLocation();
    assertThat(clients.run("iceberg.py", folder, metadata))
        .endsWith("[('FR', 20.5), ('IT', 10.0)]\n");
  }
}
