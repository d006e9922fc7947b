package io.bauplan.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallInfo;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.FlightServerMiddleware;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.RequestContext;
import org.apache.arrow.flight.auth2.BasicCallHeaderAuthenticator;
import org.apache.arrow.flight.auth2.CallHeaderAuthenticator;
import org.apache.arrow.flight.auth2.GeneratedBearerTokenAuthenticator;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Who calls, and which calls belong together.
@SuppressWarnings("NullAway") // implements foreign, unannotated interfaces
class SessionTest {
  private final List<String> seen = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger sessions = new AtomicInteger();
  private volatile boolean forgetful;
  private BufferAllocator allocator;
  private DuckDbFlightProducer producer;
  private FlightServer server;

  @BeforeEach
  void start() throws Exception {
    allocator = new RootAllocator();
    producer = new DuckDbFlightProducer(DriverManager.getConnection("jdbc:duckdb:"), allocator);
    server =
        FlightServer.builder(allocator, Location.forGrpcInsecure("127.0.0.1", 0), producer)
            .headerAuthenticator(
                new GeneratedBearerTokenAuthenticator(
                    new BasicCallHeaderAuthenticator(SessionTest::check)))
            .middleware(
                FlightServerMiddleware.Key.of("session"),
                (CallInfo info, CallHeaders headers, RequestContext context) -> record(headers))
            .build()
            .start();
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    producer.close();
    allocator.close();
  }

  private static CallHeaderAuthenticator.AuthResult check(String user, String password) {
    if (user.equals("ann") && password.equals("p:w")) {
      return () -> user;
    }
    throw CallStatus.UNAUTHENTICATED
        .withDescription("[28000] wrong user or password")
        .toRuntimeException();
  }

  private FlightServerMiddleware record(CallHeaders headers) {
    seen.add(
        headers.get("x-bauplan-session")
            + " "
            + headers.get("x-bauplan-ref")
            + " "
            + headers.get("x-bauplan-namespace")
            + " "
            + headers.get("authorization").split(" ")[0]);
    boolean fresh = forgetful || headers.get("x-bauplan-session") == null;
    return new FlightServerMiddleware() {
      @Override
      public void onBeforeSendingHeaders(CallHeaders outgoing) {
        if (fresh) {
          outgoing.insert("set-cookie", "bauplan-session=s" + sessions.incrementAndGet() + "; x");
        }
      }

      @Override
      public void onCallCompleted(CallStatus status) {}

      @Override
      public void onCallErrored(Throwable error) {}
    };
  }

  private String url(String options) {
    return "jdbc:bauplan://127.0.0.1:" + server.getPort() + "/sales.eu?ref=dev" + options;
  }

  @Test
  void logsInOnceAndStaysInItsSession() throws SQLException {
    try (Connection connection = DriverManager.getConnection(url(""), "ann", "p:w");
        ResultSet rows = connection.createStatement().executeQuery("SELECT 1")) {
      assertThat(rows.next()).isTrue();
    }
    assertThat(sessions).hasValue(1);
    assertThat(seen.get(0)).isEqualTo("null dev sales.eu Basic");
    assertThat(seen.subList(1, seen.size())).containsOnly("s1 dev sales.eu Bearer");
  }

  @Test
  void doesNotGoOnInAnotherSession() throws SQLException {
    try (Connection connection = DriverManager.getConnection(url(""), "ann", "p:w");
        Statement statement = connection.createStatement()) {
      statement.executeQuery("SELECT 1").close();
      forgetful = true;
      assertThatThrownBy(() -> statement.executeQuery("SELECT 1"))
          .hasMessageContaining("no longer knows this session")
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08006"));
      forgetful = false;
      assertThatThrownBy(() -> statement.executeUpdate("CREATE TABLE t (a INTEGER)"))
          .hasMessageContaining("connect again");
      assertThat(connection.isValid(1)).isFalse();
    }
  }

  @Test
  void refusesAWrongPasswordWhenConnecting() {
    assertThatThrownBy(() -> DriverManager.getConnection(url(""), "ann", "no"))
        .isInstanceOf(SQLInvalidAuthorizationSpecException.class)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28000"));
  }

  @Test
  void refusesAWrongTokenWhenConnecting() {
    assertThatThrownBy(() -> DriverManager.getConnection(url("&token=stale")))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28000"));
  }
}
