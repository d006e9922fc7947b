package io.bauplan.tests.support;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// An S3 endpoint in a process of its own, on loopback, with the bucket `bucket`. It is named to
/// this process by the ordinary AWS system properties while it is open.
public final class S3Server implements AutoCloseable {
  private static final long START_SECONDS = 60;
  private static final String SECRET = "aws.secretAccessKey";

  private static final String ENDPOINT = "aws.endpointUrl";

  private final Process process;
  private final int port;
  private final Path root;
  private final Map<String, String> settings;

  private S3Server(Process process, int port, Path root, Map<String, String> settings) {
    this.process = process;
    this.port = port;
    this.root = root;
    this.settings = settings;
  }

  /// @param jar the server with all it needs
  /// @param folder where it keeps its configuration and the objects
  public static S3Server start(Path jar, Path folder) throws IOException, InterruptedException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Path store = folder.resolve("store");
    Files.createDirectories(store.resolve("bucket"));
    Path configuration = folder.resolve("s3proxy.conf");
    Files.write(
        configuration,
        List.of(
            "s3proxy.authorization=aws-v2-or-v4",
            "s3proxy.identity=local-identity",
            "s3proxy.credential=local-credential",
            "s3proxy.endpoint=http://127.0.0.1:" + port,
            "jclouds.provider=filesystem-nio2",
            "jclouds.filesystem.basedir=" + store));
    Path log = folder.resolve("s3proxy.log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-jar",
                jar.toString(),
                "--properties",
                configuration.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    await(process, port, log);
    Map<String, String> settings =
        Map.of(
            "aws.accessKeyId",
            "local-identity",
            SECRET,
            "local-credential",
            "aws.region",
            "us-east-1",
            ENDPOINT,
            "http://127.0.0.1:" + port);
    settings.forEach(System::setProperty);
    return new S3Server(process, port, store, settings);
  }

  private static void await(Process process, int port, Path log)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (true) {
      try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return;
      } catch (IOException e) {
        if (!process.isAlive() || System.nanoTime() > end) {
          process.destroy();
          throw new AssertionError(Files.readString(log), e);
        }
        Thread.sleep(100);
      }
    }
  }

  public int port() {
    return port;
  }

  /// Lets engines that open from now on come through another port of loopback.
  public void through(int other) {
    System.setProperty(ENDPOINT, "http://127.0.0.1:" + other);
  }

  /// CPU time that it took so far.
  public Duration cpu() {
    return process.toHandle().info().totalCpuDuration().orElseThrow();
  }

  /// The folder whose subfolders are the buckets.
  public Path root() {
    return root;
  }

  /// Runs something as a client whose secret is not the server's.
  public void withWrongSecret(Runnable action) {
    System.setProperty(SECRET, "not-the-secret");
    try {
      action.run();
    } finally {
      System.setProperty(SECRET, settings.get(SECRET));
    }
  }

  @Override
  public void close() {
    settings.keySet().forEach(System::clearProperty);
    process.destroy();
    try {
      process.waitFor(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
