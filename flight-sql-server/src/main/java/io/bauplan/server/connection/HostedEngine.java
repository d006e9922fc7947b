package io.bauplan.server.connection;

import io.bauplan.exec.engine.Engine;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An engine opened in this process, with the endpoint through which others attach. The endpoint
/// starts in the background; a short command may give it a delay, so that it does not slow down
/// what is over by then.
public final class HostedEngine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HostedEngine.class);

  private final Engine engine;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Thread starter;
  private volatile Connections.@Nullable Attachable attachable;

  /// Takes ownership of the engine.
  public HostedEngine(Engine engine, String version, Duration endpointDelay) {
    this.engine = engine;
    this.starter =
        Thread.ofPlatform()
            .daemon()
            .name("attach-endpoint")
            .start(() -> serve(version, endpointDelay));
  }

  private void serve(String version, Duration delay) {
    try {
      if (!closing.await(delay.toMillis(), TimeUnit.MILLISECONDS)) {
        attachable = Connections.serveAttach(engine, version);
      }
    } catch (IOException | RuntimeException e) {
      // The command itself works without it.
      LOG.warn("event=attach_endpoint_failed error={}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// The engine, which stays this object's.
  public Engine engine() {
    return engine;
  }

  /// Any number of times: a shutdown hook may come first.
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    closing.countDown();
    try {
      starter.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Connections.Attachable started = attachable;
    if (started != null) {
      AttachFile.removeOwn(engine.config().warehouse());
      started.endpoint().close();
    }
    engine.close();
  }
}
