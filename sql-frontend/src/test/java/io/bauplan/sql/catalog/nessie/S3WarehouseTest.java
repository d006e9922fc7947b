package io.bauplan.sql.catalog.nessie;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.CatalogContractTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// The contract with table files in an object store: s3proxy in a process of its own. On demand:
/// `mvn -Premote-catalog -pl sql-frontend -am test -Dtest=S3WarehouseTest
/// -Dsurefire.failIfNoSpecifiedTests=false`.
@EnabledIfSystemProperty(named = "s3.server.jar", matches = ".+")
final class S3WarehouseTest extends CatalogContractTest {
  private static final long START_SECONDS = 60;

  @TempDir static Path folder;
  private static Process server;
  private static Catalog catalog;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Files.createDirectories(folder.resolve("store").resolve("bucket"));
    Path configuration = folder.resolve("s3proxy.conf");
    Files.write(
        configuration,
        List.of(
            "s3proxy.authorization=aws-v2-or-v4",
            "s3proxy.identity=local-identity",
            "s3proxy.credential=local-credential",
            "s3proxy.endpoint=http://127.0.0.1:" + port,
            "jclouds.provider=filesystem-nio2",
            "jclouds.filesystem.basedir=" + folder.resolve("store")));
    Path log = folder.resolve("s3proxy.log");
    server =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-jar",
                System.getProperty("s3.server.jar"),
                "--properties",
                configuration.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    await(port, log);
    Map.of(
            "aws.accessKeyId", "local-identity",
            "aws.secretAccessKey", "local-credential",
            "aws.region", "us-east-1",
            "aws.endpointUrl", "http://127.0.0.1:" + port)
        .forEach(System::setProperty);
    catalog = NessieCatalogs.openEmbedded(folder, Optional.of("s3://bucket/warehouse/"));
  }

  private static void await(int port, Path log) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (true) {
      try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return;
      } catch (IOException e) {
        if (!server.isAlive() || System.nanoTime() > end) {
          throw new AssertionError(Files.readString(log), e);
        }
        Thread.sleep(100);
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
  void keepsTableFilesInTheBucket() {
    assertThat(catalog.warehouseLocation()).isEqualTo("s3://bucket/warehouse");
  }
}
