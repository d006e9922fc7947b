package io.bauplan.server.connection;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.server.auth.Credentials;
import io.bauplan.server.endpoint.EndpointConfig;
import io.bauplan.server.endpoint.SqlEndpoint;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.session.Principal;
import io.bauplan.sql.session.Session;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens connections: attaches to the engine that has a warehouse open, or opens the warehouse here
/// and lets others attach.
public final class Connections {
  private static final String LOOPBACK = "127.0.0.1";
  private static final Duration ATTACH_PATIENCE = Duration.ofSeconds(10);
  private static final long RETRY_MILLIS = 50;
  private static final Duration ENDPOINT_DELAY = Duration.ofMillis(700);
  private static final long PING_TIMEOUT_MILLIS = 2_000;

  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

  private Connections() {}

  /// @param reference what names resolve at to begin with
  /// @param namespace for unqualified names to begin with
  public record Start(String reference, String namespace) {
    Session session() {
      return Session.DEFAULT
          .withReference(reference)
          .withNamespace(List.of(namespace.split("\\.")));
    }
  }

  /// A session with the engine of a warehouse, wherever it runs. Two processes that open a
  /// warehouse at the same time: one wins its lock, the other attaches.
  public static EngineConnection open(EngineConfig config, Start start, String version) {
    long deadline = System.nanoTime() + ATTACH_PATIENCE.toNanos();
    while (true) {
      Optional<EngineConnection> attached = attach(config, start);
      if (attached.isPresent()) {
        return attached.get();
      }
      try {
        return host(config, start, version);
      } catch (EngineException e) {
        if (e.code() != ErrorCode.WAREHOUSE_LOCKED || System.nanoTime() > deadline) {
          throw e;
        }
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(RETRY_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(
          ErrorCode.CANCELLED, "cancelled while waiting for the warehouse", e);
    }
  }

  /// A connection to the engine that has the warehouse open; empty where none answers.
  public static Optional<EngineConnection> attach(EngineConfig config, Start start) {
    Optional<AttachFile> file = AttachFile.read(config.warehouse());
    if (file.isEmpty()) {
      return Optional.empty();
    }
    RemoteConnection connection =
        new RemoteConnection(ServerAddress.of(file.get()), start.reference(), start.namespace());
    try {
      connection.ping(PING_TIMEOUT_MILLIS);
      return Optional.of(connection);
    } catch (EngineException e) {
      LOG.debug("event=attach_failed error={}", e.getMessage());
      connection.close();
      return Optional.empty();
    }
  }

  private static EngineConnection host(EngineConfig config, Start start, String version) {
    Engine engine = Engine.open(config);
    HostedEngine hosted = new HostedEngine(engine, version, ENDPOINT_DELAY);
    return new LocalConnection(engine, start.session(), hosted::close);
  }

  /// An endpoint for other processes and the file that leads them to it.
  record Attachable(SqlEndpoint endpoint, AttachFile file) {}

  /// Serves an engine to the other processes of this user.
  static Attachable serveAttach(Engine engine, String version) throws IOException {
    String token = Credentials.newToken();
    SqlEndpoint endpoint =
        SqlEndpoint.start(
            engine,
            new EndpointConfig(
                LOOPBACK,
                0,
                Credentials.token(token, Principal.LOCAL.name()),
                Optional.empty(),
                version));
    AttachFile file =
        new AttachFile(LOOPBACK, endpoint.port(), token, ProcessHandle.current().pid());
    file.write(engine.config().warehouse());
    return new Attachable(endpoint, file);
  }
}
