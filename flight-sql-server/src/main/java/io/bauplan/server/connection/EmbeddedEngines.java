package io.bauplan.server.connection;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.jdbc.EmbeddedEndpoint;
import io.bauplan.jdbc.EmbeddedEngineProvider;
import io.bauplan.server.config.Version;
import io.bauplan.server.endpoint.SqlEndpoint;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.io.IOException;
import java.nio.Buffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;

/// Opens warehouses for JDBC's `jdbc:bauplan:/path` in the program's own process.
///
/// Connections to one warehouse share an engine; the last one that is closed closes it. Other
/// processes attach to it meanwhile, as they do to the engine of a command line.
public final class EmbeddedEngines implements EmbeddedEngineProvider {
  private static final Duration ATTACH_PATIENCE = Duration.ofSeconds(10);
  private static final long RETRY_MILLIS = 50;
  private static final Map<Path, Hosted> OPEN = new HashMap<>();

  private static final class Hosted {
    final Engine engine;
    final SqlEndpoint endpoint;
    final AttachFile address;
    int claims;

    Hosted(Engine engine, SqlEndpoint endpoint, AttachFile address) {
      this.engine = engine;
      this.endpoint = endpoint;
      this.address = address;
    }

    void close() {
      AttachFile.removeOwn(engine.config().warehouse());
      endpoint.close();
      engine.close();
    }
  }

  @Override
  public EmbeddedEndpoint open(Path warehouse, Properties properties)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + ATTACH_PATIENCE.toNanos();
    while (true) {
      try {
        return host(warehouse);
      } catch (EngineException e) {
        if (e.code() != ErrorCode.WAREHOUSE_LOCKED || System.nanoTime() > deadline) {
          throw e;
        }
      }
      // Another process was faster; it tells its address a moment later.
      Optional<AttachFile> other = AttachFile.read(warehouse);
      if (other.isPresent()) {
        return new Claim(other.get(), () -> {});
      }
      Thread.sleep(RETRY_MILLIS);
    }
  }

  private static EmbeddedEndpoint host(Path warehouse) throws IOException {
    synchronized (OPEN) {
      Hosted hosted = OPEN.get(warehouse);
      if (hosted == null) {
        hosted = start(warehouse);
        OPEN.put(warehouse, hosted);
      }
      hosted.claims++;
      Hosted shared = hosted;
      return new Claim(shared.address, () -> release(warehouse, shared));
    }
  }

  private static Hosted start(Path warehouse) throws IOException {
    requireFlags(warehouse);
    Engine engine = Engine.open(EngineConfig.of(warehouse));
    try {
      Connections.Attachable attachable = Connections.serveAttach(engine, Version.text());
      return new Hosted(engine, attachable.endpoint(), attachable.file());
    } catch (IOException | RuntimeException e) {
      engine.close();
      throw e;
    }
  }

  /// Arrow reaches into java.nio; without the flag it fails much later and says less.
  private static void requireFlags(Path warehouse) {
    if (!Buffer.class.getModule().isOpen("java.nio", EmbeddedEngines.class.getModule())) {
      throw new EngineException(
          ErrorCode.NOT_SUPPORTED,
          "an engine inside this program needs the JVM flag"
              + " --add-opens=java.base/java.nio=ALL-UNNAMED; add it, or run `bauplan serve --warehouse "
              + warehouse
              + "` and connect again, which needs no flag");
    }
  }

  private static void release(Path warehouse, Hosted hosted) {
    synchronized (OPEN) {
      hosted.claims--;
      if (hosted.claims == 0) {
        OPEN.remove(warehouse);
        hosted.close();
      }
    }
  }

  private record Claim(AttachFile address, Runnable release, AtomicBoolean released)
      implements EmbeddedEndpoint {
    Claim(AttachFile address, Runnable release) {
      this(address, release, new AtomicBoolean());
    }

    @Override
    public String host() {
      return address.host();
    }

    @Override
    public int port() {
      return address.port();
    }

    @Override
    public String token() {
      return address.token();
    }

    @Override
    public void close() {
      if (released.compareAndSet(false, true)) {
        release.run();
      }
    }
  }
}
