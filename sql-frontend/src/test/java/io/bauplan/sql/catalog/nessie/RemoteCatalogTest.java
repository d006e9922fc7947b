package io.bauplan.sql.catalog.nessie;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.CatalogContractTest;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// The contract against a real Nessie server in a process of its own. The server is 245 MB and
/// takes 20 s to start, so this runs on demand: `mvn -Premote-catalog -pl sql-frontend -am test
/// -Dtest=RemoteCatalogTest -Dsurefire.failIfNoSpecifiedTests=false`.
@EnabledIfSystemProperty(named = "nessie.server.jar", matches = ".+")
final class RemoteCatalogTest extends CatalogContractTest {
  private static final long START_SECONDS = 120;

  @TempDir static Path folder;
  private static Process server;
  private static Catalog catalog;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    File log = folder.resolve("server.log").toFile();
    server =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-Dquarkus.http.host=127.0.0.1",
                "-Dquarkus.http.port=" + port,
                "-Dquarkus.management.enabled=false",
                "-Dquarkus.oidc.tenant-enabled=false",
                "-Dnessie.version.store.type=IN_MEMORY",
                "-jar",
                System.getProperty("nessie.server.jar"))
            .redirectErrorStream(true)
            .redirectOutput(log)
            .start();
    URI address = URI.create("http://127.0.0.1:" + port);
    catalog = connect(address, log);
  }

  private static Catalog connect(URI address, File log) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (true) {
      try {
        return NessieCatalogs.openRemote(address, folder.resolve("data").toString());
      } catch (EngineException e) {
        if (!server.isAlive() || System.nanoTime() > end) {
          throw new AssertionError(Files.readString(log.toPath()), e);
        }
        Thread.sleep(250);
      }
    }
  }

  @AfterAll
  static void stop() throws InterruptedException {
    if (catalog != null) {
      catalog.close();
    }
    if (server != null) {
      server.destroy();
      server.waitFor(20, TimeUnit.SECONDS);
    }
  }

  @Override
  protected Catalog catalog() {
    return catalog;
  }

  @Test
  void saysThatNobodyListens() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    URI nobody = URI.create("http://127.0.0.1:" + port + "/api/v2");
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(() -> NessieCatalogs.openRemote(nobody, "/nowhere"))
        .withMessageContaining(nobody.toString())
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.CATALOG_ERROR));
  }
}
