package io.bauplan.jdbc;

import io.bauplan.jdbc.wire.Channels;
import io.bauplan.jdbc.wire.Execution;
import io.bauplan.jdbc.wire.FlightClient;
import io.bauplan.jdbc.wire.SqlErrors;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/// The client side of one session, with what has to be closed behind it.
///
/// @param server what the server says about itself
/// @param engine the engine that was opened for this session; null for a remote server
record Session(FlightClient client, ServerInfo server, @Nullable EmbeddedEndpoint engine)
    implements AutoCloseable {

  /// Connects, logs in and asks the server for its name and version, so that a wrong address or a
  /// refused user fails here and not at the first statement.
  static Session open(ConnectionSpec spec) throws SQLException {
    EmbeddedEndpoint engine = null;
    String host;
    int port;
    String token = spec.get(DriverProperty.TOKEN);
    if (spec.target() instanceof ConnectionSpec.Target.Server server) {
      host = server.host();
      port = server.port();
    } else {
      engine = openEngine(((ConnectionSpec.Target.Warehouse) spec.target()).folder(), spec);
      host = engine.host();
      port = engine.port();
      token = engine.token().isEmpty() ? token : engine.token();
    }
    boolean encrypted = engine == null && spec.tls();
    FlightClient client =
        new FlightClient(
            Channels.open(
                host,
                port,
                encrypted ? Channels.Security.TLS : Channels.Security.PLAINTEXT,
                spec.get(DriverProperty.TLS_ROOT_CERTS)),
            spec.get(DriverProperty.REF),
            spec.get(DriverProperty.NAMESPACE));
    try {
      return new Session(client, greet(client, spec, token), engine);
    } catch (SQLException e) {
      client.close();
      if (engine != null) {
        engine.close();
      }
      throw explain(e, host + ":" + port, encrypted);
    }
  }

  private static ServerInfo greet(FlightClient client, ConnectionSpec spec, @Nullable String token)
      throws SQLException {
    Execution execution = Execution.limitedTo(spec.loginTimeoutSeconds());
    String user = spec.get(DriverProperty.USER);
    if (token != null) {
      client.useToken(token);
    } else if (user != null) {
      String password = spec.get(DriverProperty.PASSWORD);
      client.logIn(user, password == null ? "" : password, execution);
    }
    return ServerInfo.ask(client, execution);
  }

  private static SQLException explain(SQLException e, String address, boolean encrypted) {
    boolean unreachable =
        SqlErrors.CONNECTION_LOST.equals(e.getSQLState())
            || SqlErrors.TIMEOUT.equals(e.getSQLState());
    if (!unreachable) {
      return e;
    }
    return SqlErrors.of(
        SqlErrors.CONNECTION_REFUSED,
        "no answer from "
            + address
            + (encrypted ? " over TLS" : "")
            + "; is the server running there"
            + (encrypted ? " with TLS" : " without TLS (else add tls=true)")
            + "? "
            + e.getMessage(),
        e);
  }

  private static EmbeddedEndpoint openEngine(Path warehouse, ConnectionSpec spec)
      throws SQLException {
    Optional<AttachFile> running = AttachFile.find(warehouse);
    // An engine of this very process counts its connections, so it is asked first.
    if (running.isPresent() && running.get().pid() != ProcessHandle.current().pid()) {
      return running.get();
    }
    Properties properties = new Properties();
    properties.putAll(spec.properties());
    properties.remove(DriverProperty.PASSWORD.key);
    try {
      for (EmbeddedEngineProvider provider :
          ServiceLoader.load(
              EmbeddedEngineProvider.class, EmbeddedEngineProvider.class.getClassLoader())) {
        return provider.open(warehouse, properties);
      }
    } catch (ServiceConfigurationError | LinkageError e) {
      throw SqlErrors.of(
          SqlErrors.CONNECTION_REFUSED, "the engine on the class path cannot be loaded: " + e, e);
    } catch (SQLException e) {
      throw e;
    } catch (Exception e) {
      throw SqlErrors.of(SqlErrors.CONNECTION_REFUSED, String.valueOf(e.getMessage()), e);
    }
    if (running.isPresent()) {
      return running.get();
    }
    throw SqlErrors.of(
        SqlErrors.CONNECTION_REFUSED,
        "no engine runs on the warehouse "
            + warehouse
            + ", and the engine's jar is not on the class path; start one with"
            + " `bauplan serve --warehouse "
            + warehouse
            + "`, or add the flight-sql-server jar");
  }

  @Override
  public void close() {
    client.close();
    if (engine != null) {
      engine.close();
    }
  }
}
