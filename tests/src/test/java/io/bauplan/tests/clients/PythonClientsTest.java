package io.bauplan.tests.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

  /// As with tables of other engines everywhere: partitioned, with deletes, elsewhere on the disk.
  @Test
  void insertsIntoAPartitionedTableThatPyIcebergMade() throws Exception {
    Path made = folder.resolve("made by another");
    String metadata = clients.run("iceberg_writer.py", folder, made.toString()).strip();
    EngineRows.run(
        engine,
        "CALL system.register_table(table => 'theirs', metadata_file => '" + metadata + "')");
    String all = "SELECT id, country, at FROM theirs ORDER BY id";
    assertThat(EngineRows.run(engine, "SELECT id FROM theirs ORDER BY id").toString())
        .isEqualTo("[[1], [2], [3], [4], [6]]");
    EngineRows.run(
        engine,
        "INSERT INTO theirs VALUES (7, 'DE', TIMESTAMP '2024-02-01 10:00:00'), (8, NULL, NULL),"
            + " (9, 'IT', TIMESTAMP '2024-01-01 23:59:59')");
    EngineRows.run(engine, "UPDATE theirs SET country = 'AT' WHERE id = 4");
    EngineRows.run(engine, "DELETE FROM theirs WHERE id = 6");
    EngineRows.run(
        engine,
        "INSERT OVERWRITE theirs SELECT id, country, at FROM theirs WHERE country = 'DE'"
            + " UNION ALL SELECT id, country, at FROM theirs WHERE country IS NULL");
    assertThat(EngineRows.run(engine, all).toString())
        .isEqualTo(
            "[[1, IT, 2024-01-01T12:00], [2, IT, 2024-01-02T12:00], [3, null, 2024-01-03T12:00],"
                + " [4, AT, 2024-01-01T12:00], [7, DE, 2024-02-01T10:00], [8, null, null],"
                + " [9, IT, 2024-01-01T23:59:59]]");
    assertThat(EngineRows.run(engine, "SELECT id FROM theirs WHERE country = 'IT' ORDER BY id"))
        .hasSize(3);
    var at = engine.catalog().resolve("main");
    var found = engine.catalog().find(at, new TableRef(List.of("bauplan"), "theirs")).orElseThrow();
    String ours = ((CatalogEntry.Table) found).table().metadataLocation();
    assertThat(clients.run("iceberg_writer.py", folder, made.toString(), ours))
        .isEqualTo(
            """
            1 IT 2024-01-01 12:00:00
            2 IT 2024-01-02 12:00:00
            3 None 2024-01-03 12:00:00
            4 AT 2024-01-01 12:00:00
            7 DE 2024-02-01 10:00:00
            8 None None
            9 IT 2024-01-01 23:59:59
            """);
    EngineRows.run(engine, "OPTIMIZE theirs");
    assertThat(EngineRows.run(engine, all)).hasSize(7);
    assertThatThrownBy(
            () ->
                EngineRows.run(
                    engine, "CALL system.register_table('again', '/nowhere/x.metadata.json')"))
        .hasMessageContaining("there is no metadata file");
    assertThatThrownBy(
            () ->
                EngineRows.run(engine, "CALL system.register_table('theirs', '" + metadata + "')"))
        .hasMessageContaining("already");
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
