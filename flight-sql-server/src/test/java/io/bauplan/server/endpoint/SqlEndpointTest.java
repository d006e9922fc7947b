package io.bauplan.server.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.server.auth.Credentials;
import io.bauplan.server.connection.EngineConnection;
import io.bauplan.server.connection.RemoteConnection;
import io.bauplan.server.connection.Reply;
import io.bauplan.server.connection.ServerAddress;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.udf.api.OutputListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.flight.sql.FlightSqlClient.PreparedStatement;
import org.apache.arrow.flight.sql.FlightSqlColumnMetadata;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SqlEndpointTest {
  private static final String TOKEN = "the-token";

  @TempDir static Path folder;
  private Engine engine;
  private SqlEndpoint endpoint;
  private BufferAllocator allocator;
  private FlightSqlClient client;
  private CallOption authorized;

  @BeforeAll
  void start() {
    engine = Engine.open(EngineConfig.of(folder.resolve("warehouse")));
    endpoint =
        SqlEndpoint.start(
            engine,
            new EndpointConfig(
                "127.0.0.1",
                0,
                new Credentials(Map.of(TOKEN, "ada"), Map.of("bob", "pw"), Optional.empty()),
                Optional.empty(),
                "test"));
    allocator = new RootAllocator();
    client =
        new FlightSqlClient(
            FlightClient.builder(allocator, Location.forGrpcInsecure("127.0.0.1", endpoint.port()))
                .build());
    authorized = header("authorization", "Bearer " + TOKEN);
    client.executeUpdate(
        "CREATE TABLE people AS SELECT * FROM (VALUES (1, 'Ada', 1.50), (2, 'Bob', NULL))"
            + " AS v(id, name, amount)",
        authorized);
  }

  @AfterAll
  void stop() throws Exception {
    client.close();
    endpoint.close();
    engine.close();
    allocator.close();
  }

  private static CallOption header(String name, String value) {
    CallHeaders headers = new FlightCallHeaders();
    headers.insert(name, value);
    return new HeaderCallOption(headers);
  }

  private List<List<String>> rows(FlightInfo info, CallOption... options) throws Exception {
    List<List<String>> rows = new ArrayList<>();
    try (FlightStream stream = client.getStream(info.getEndpoints().get(0).getTicket(), options)) {
      while (stream.next()) {
        for (int row = 0; row < stream.getRoot().getRowCount(); row++) {
          List<String> cells = new ArrayList<>();
          for (FieldVector vector : stream.getRoot().getFieldVectors()) {
            cells.add(String.valueOf(vector.getObject(row)));
          }
          rows.add(cells);
        }
      }
    }
    return rows;
  }

  @Test
  void answersAQueryWithTypedColumns() throws Exception {
    FlightInfo info = client.execute("SELECT id, name, amount FROM people ORDER BY id", authorized);
    assertThat(rows(info, authorized))
        .containsExactly(List.of("1", "Ada", "1.50"), List.of("2", "Bob", "null"));
    var metadata = new FlightSqlColumnMetadata(info.getSchema().findField("amount").getMetadata());
    assertThat(metadata.getTypeName()).startsWith("DECIMAL");
    assertThat(metadata.getScale()).isEqualTo(2);
    assertThat(new String(info.getAppMetadata(), java.nio.charset.StandardCharsets.UTF_8))
        .isEqualTo("query");
  }

  @Test
  void sendsAResultOfManyBatches() throws Exception {
    client.executeUpdate(
        "CREATE TABLE digits AS SELECT * FROM (VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)) AS"
            + " v(d)",
        authorized);
    String elevenfold =
        String.join(" UNION ALL ", java.util.Collections.nCopies(10, "SELECT d FROM digits"));
    for (int i = 0; i < 4; i++) {
      client.executeUpdate("INSERT INTO digits " + elevenfold, authorized);
    }
    assertThat(rows(client.execute("SELECT d FROM digits", authorized), authorized))
        .hasSize(146_410);
  }

  @Test
  void runsAnUpdateAskedForAsAQueryExactlyOnce() throws Exception {
    client.executeUpdate("CREATE TABLE once (id INTEGER)", authorized);
    FlightInfo info = client.execute("INSERT INTO once VALUES (1), (2)", authorized);
    assertThat(rows(info, authorized)).containsExactly(List.of("2"));
    assertThat(rows(info, authorized)).containsExactly(List.of("2"));
    assertThat(rows(client.execute("SELECT COUNT(*) FROM once", authorized), authorized))
        .containsExactly(List.of("2"));
  }

  @Test
  void bindsParametersOfPreparedQueries() throws Exception {
    PreparedStatement prepared = client.prepare("SELECT name FROM people WHERE id = ?", authorized);
    try (VectorSchemaRoot values =
        VectorSchemaRoot.create(prepared.getParameterSchema(), allocator)) {
      values.allocateNew();
      FieldVector first = values.getVector(0);
      if (first instanceof BigIntVector longs) {
        longs.setSafe(0, 2);
      } else {
        ((org.apache.arrow.vector.IntVector) first).setSafe(0, 2);
      }
      values.setRowCount(1);
      prepared.setParameters(values);
      assertThat(rows(prepared.execute(authorized), authorized)).containsExactly(List.of("Bob"));
      prepared.clearParameters();
    }
    prepared.close(authorized);
  }

  @Test
  void showsErrorsWithSqlStateAndPlace() {
    assertThatThrownBy(() -> client.execute("SELECT nope FROM people", authorized))
        .isInstanceOfSatisfying(
            FlightRuntimeException.class,
            e -> {
              assertThat(e.status().code()).isEqualTo(FlightStatusCode.INVALID_ARGUMENT);
              assertThat(e.getMessage()).startsWith("[42703]");
              assertThat(e.status().metadata().get("x-bauplan-sqlstate")).isEqualTo("42703");
            });
    try (EngineConnection connection = connection()) {
      assertThatThrownBy(() -> connection.execute("SELECT nope FROM people", OutputListener.NONE))
          .isInstanceOfSatisfying(
              EngineException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.COLUMN_NOT_FOUND);
                assertThat(e.position()).isPresent();
              });
    }
  }

  @Test
  void refusesCallersWithoutAToken() {
    assertThatThrownBy(() -> client.execute("SELECT 1"))
        .isInstanceOfSatisfying(
            FlightRuntimeException.class,
            e -> assertThat(e.status().code()).isEqualTo(FlightStatusCode.UNAUTHENTICATED));
    assertThatThrownBy(() -> client.execute("SELECT 1", header("authorization", "Bearer x")))
        .hasMessageContaining("not valid");
  }

  private EngineConnection connection() {
    return new RemoteConnection(
        ServerAddress.parse("grpc://bob:pw@127.0.0.1:" + endpoint.port(), Optional.empty()),
        "main",
        "bauplan");
  }

  @Test
  void keepsTheStateOfASession() {
    try (EngineConnection connection = connection()) {
      connection.execute("CREATE BRANCH side", OutputListener.NONE).close();
      connection.execute("USE BRANCH side", OutputListener.NONE).close();
      assertThat(connection.reference()).isEqualTo("side");
      connection.execute("CREATE TABLE only_here (id INTEGER)", OutputListener.NONE).close();
      try (Reply reply = connection.execute("SELECT * FROM only_here", OutputListener.NONE)) {
        assertThat(reply).isInstanceOf(Reply.Rows.class);
      }
    }
    assertThatThrownBy(() -> client.execute("SELECT * FROM only_here", authorized))
        .hasMessageContaining("[42P01]");
  }

  @Test
  void listsTablesWithTheirColumns() throws Exception {
    FlightInfo info = client.getTables(null, "baup%", "peop%", null, true, authorized);
    try (FlightStream stream =
        client.getStream(info.getEndpoints().get(0).getTicket(), authorized)) {
      assertThat(stream.next()).isTrue();
      assertThat(stream.getRoot().getRowCount()).isEqualTo(1);
      assertThat(((VarCharVector) stream.getRoot().getVector("table_name")).getObject(0))
          .hasToString("people");
      assertThat(stream.getRoot().getVector("catalog_name").isNull(0)).isTrue();
      assertThat((byte[]) stream.getRoot().getVector("table_schema").getObject(0)).isNotEmpty();
    }
    assertThat(rows(client.getTables("other", null, null, null, false, authorized), authorized))
        .isEmpty();
    assertThat(rows(client.getTableTypes(authorized), authorized))
        .containsExactly(List.of("TABLE"), List.of("VIEW"), List.of("SYSTEM VIEW"));
    assertThat(rows(client.getSchemas(null, null, authorized), authorized))
        .contains(List.of("null", "bauplan"));
    assertThat(rows(client.getXdbcTypeInfo(authorized), authorized)).isNotEmpty();
    assertThat(rows(client.getSqlInfo(new int[0], authorized), authorized)).isNotEmpty();
    assertThat(rows(client.getCatalogs(authorized), authorized)).isEmpty();
  }
}
