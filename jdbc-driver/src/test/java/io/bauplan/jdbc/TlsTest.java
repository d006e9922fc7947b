package io.bauplan.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Base64;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
class TlsTest {
  @TempDir Path folder;

  private static String pem(String kind, byte[] bytes) {
    return "-----BEGIN "
        + kind
        + "-----\n"
        + Base64.getMimeEncoder().encodeToString(bytes)
        + "\n-----END "
        + kind
        + "-----\n";
  }

  private void makeCertificate(Path certificate, Path key) throws Exception {
    Path store = folder.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "k",
                "-keyalg",
                "RSA",
                "-dname",
                "CN=localhost",
                "-ext",
                "SAN=dns:localhost,ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-storepass",
                "changeit",
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .start();
    byte[] said = keytool.getInputStream().readAllBytes();
    assertThat(keytool.waitFor()).as(new String(said)).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, "changeit".toCharArray());
    }
    Files.writeString(certificate, pem("CERTIFICATE", keys.getCertificate("k").getEncoded()));
    Files.writeString(
        key, pem("PRIVATE KEY", keys.getKey("k", "changeit".toCharArray()).getEncoded()));
  }

  @Test
  void encryptsAndChecksTheServersCertificate() throws Exception {
    Path certificate = folder.resolve("cert.pem");
    Path key = folder.resolve("key.pem");
    makeCertificate(certificate, key);
    try (BufferAllocator allocator = new RootAllocator();
        DuckDbFlightProducer producer =
            new DuckDbFlightProducer(DriverManager.getConnection("jdbc:duckdb:"), allocator);
        FlightServer server =
            FlightServer.builder(allocator, Location.forGrpcTls("localhost", 0), producer)
                .useTls(certificate.toFile(), key.toFile())
                .build()
                .start()) {
      String url = "jdbc:bauplan://localhost:" + server.getPort() + "?loginTimeout=10";
      try (Connection connection =
              DriverManager.getConnection(url + "&tls=true&tlsRootCerts=" + certificate);
          ResultSet rows = connection.createStatement().executeQuery("SELECT 7")) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getInt(1)).isEqualTo(7);
      }
      assertThatThrownBy(() -> DriverManager.getConnection(url + "&tls=true"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08001"));
      assertThatThrownBy(() -> DriverManager.getConnection(url))
          .hasMessageContaining("else add tls=true");
    }
  }
}
