package io.bauplan.server.endpoint;

import io.bauplan.exec.engine.Engine;
import io.bauplan.server.auth.HeaderAuthenticator;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.BufferAllocator;

/// A Flight SQL server over one engine. Closing it drains: no new calls, those under way may finish
/// for a while, the rest is cancelled.
public final class SqlEndpoint implements AutoCloseable {
  /// How long calls under way may take to finish once the endpoint closes.
  private static final Duration DRAIN = Duration.ofSeconds(10);

  private static final Duration CANCEL_GRACE = Duration.ofSeconds(5);
  private static final Duration BUFFER_GRACE = Duration.ofSeconds(2);
  private static final int MAX_HEADER_BYTES = 64 * 1024;
  private static final int MAX_MESSAGE_BYTES = 64 << 20;

  /// Unsent bytes after which a result stream waits for its client.
  private static final int BACKPRESSURE_BYTES = 10 << 20;

  private final FlightServer server;
  private final BufferAllocator allocator;
  private final Handles handles;
  private final SqlProducer producer;
  private final ExecutorService calls;
  private final String host;

  private SqlEndpoint(
      FlightServer server,
      BufferAllocator allocator,
      Handles handles,
      SqlProducer producer,
      ExecutorService calls,
      String host) {
    this.server = server;
    this.allocator = allocator;
    this.handles = handles;
    this.producer = producer;
    this.calls = calls;
    this.host = host;
  }

  /// Starts to listen. The engine stays the caller's and must outlive the endpoint.
  ///
  /// @throws EngineException `INVALID_ARGUMENT` where the address cannot be bound
  public static SqlEndpoint start(Engine engine, EndpointConfig config) {
    BufferAllocator allocator =
        engine.worker().allocator().newChildAllocator("flight", 0, Long.MAX_VALUE);
    Handles handles = new Handles();
    SqlProducer producer = new SqlProducer(engine, allocator, handles, config.version());
    ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
    try {
      FlightServer.Builder builder =
          FlightServer.builder(allocator, location(config), producer)
              .headerAuthenticator(new HeaderAuthenticator(config.credentials()))
              .middleware(
                  SessionHeaders.KEY, (info, headers, context) -> new SessionHeaders(headers))
              .executor(calls)
              .backpressureThreshold(BACKPRESSURE_BYTES)
              .maxInboundMessageSize(MAX_MESSAGE_BYTES)
              .setMaxHeaderListSize(MAX_HEADER_BYTES);
      if (config.tls().isPresent()) {
        EndpointConfig.Tls tls = config.tls().get();
        builder.useTls(tls.certificate().toFile(), tls.privateKey().toFile());
      }
      FlightServer server = builder.build().start();
      return new SqlEndpoint(server, allocator, handles, producer, calls, config.host());
    } catch (IOException | RuntimeException e) {
      calls.shutdown();
      allocator.close();
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT,
          "cannot listen on " + config.host() + ":" + config.port() + ": " + rootMessage(e),
          e);
    }
  }

  private static Location location(EndpointConfig config) {
    return config.tls().isPresent()
        ? Location.forGrpcTls(config.host(), config.port())
        : Location.forGrpcInsecure(config.host(), config.port());
  }

  private static String rootMessage(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }

  public int port() {
    return server.getPort();
  }

  public String host() {
    return host;
  }

  /// Blocks until the endpoint has closed.
  public void awaitTermination() throws InterruptedException {
    server.awaitTermination();
  }

  @Override
  public void close() {
    server.shutdown();
    try {
      if (!server.awaitTermination(drainMillis(), TimeUnit.MILLISECONDS)) {
        handles.cancelAll();
        producer.cancelRuns();
        server.awaitTermination(CANCEL_GRACE.toMillis(), TimeUnit.MILLISECONDS);
      }
      server.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    calls.shutdownNow();
    awaitBuffers();
    allocator.close();
  }

  /// gRPC releases the last buffers it sent on threads of its own.
  private void awaitBuffers() {
    long deadline = System.nanoTime() + BUFFER_GRACE.toNanos();
    while (allocator.getAllocatedMemory() > 0 && System.nanoTime() < deadline) {
      try {
        Thread.sleep(1);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /// Idle connections count as calls to gRPC: without a statement under way nothing is waited for.
  private long drainMillis() {
    return handles.runningCount() == 0 && !producer.isRunningPipelines() ? 50 : DRAIN.toMillis();
  }
}
