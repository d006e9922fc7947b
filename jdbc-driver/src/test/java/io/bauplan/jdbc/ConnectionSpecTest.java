package io.bauplan.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
class ConnectionSpecTest {
  @TempDir Path warehouse;

  private static ConnectionSpec parse(String url) throws SQLException {
    return ConnectionSpec.parse(url, new Properties());
  }

  @Test
  void readsServerUrls() throws SQLException {
    ConnectionSpec spec =
        parse("jdbc:bauplan://db.example:4711/sales.eu?ref=dev&user=a%20b;tls=true");
    assertThat(spec.target()).isEqualTo(new ConnectionSpec.Target.Server("db.example", 4711));
    assertThat(spec.get(DriverProperty.NAMESPACE)).isEqualTo("sales.eu");
    assertThat(spec.get(DriverProperty.REF)).isEqualTo("dev");
    assertThat(spec.get(DriverProperty.USER)).isEqualTo("a b");
    assertThat(spec.tls()).isTrue();
    assertThat(parse("jdbc:bauplan://[::1]").target())
        .isEqualTo(new ConnectionSpec.Target.Server("::1", ConnectionSpec.DEFAULT_PORT));
  }

  @Test
  void readsWarehousePaths() throws SQLException {
    assertThat(parse("jdbc:bauplan:/data/wh?ref=dev").target())
        .isEqualTo(new ConnectionSpec.Target.Warehouse(Path.of("/data/wh")));
    assertThat(parse("jdbc:bauplan:./wh").target())
        .isEqualTo(new ConnectionSpec.Target.Warehouse(Path.of("wh").toAbsolutePath()));
  }

  @Test
  void keepsSecretsOutOfTheReportedUrl() throws SQLException {
    assertThat(parse("jdbc:bauplan://h:1/ns?token=s3cret").url()).doesNotContain("s3cret");
  }

  @Test
  void refusesWhatItDoesNotUnderstand() {
    assertThatThrownBy(() -> parse("jdbc:bauplan://h:99999")).hasMessageContaining("not a port");
    assertThatThrownBy(() -> parse("jdbc:bauplan://h?reff=x")).hasMessageContaining("reff");
    assertThatThrownBy(() -> parse("jdbc:bauplan:")).hasMessageContaining("names no place");
    assertThatThrownBy(() -> parse("jdbc:bauplan://:1")).hasMessageContaining("names no host");
  }

  @Test
  void leavesForeignUrlsToOtherDrivers() throws SQLException {
    assertThat(new BauplanDriver().connect("jdbc:other:x", new Properties())).isNull();
  }

  @Test
  void describesItsProperties() throws SQLException {
    DriverPropertyInfo[] infos =
        new BauplanDriver().getPropertyInfo("jdbc:bauplan://h?ref=dev", new Properties());
    assertThat(infos).extracting(i -> i.name).contains("user", "password", "token", "tls");
    assertThat(infos).anySatisfy(i -> assertThat(i.value).isEqualTo("dev"));
  }

  @Test
  void saysWhatToDoWithoutAServer() {
    assertThatThrownBy(() -> DriverManager.getConnection("jdbc:bauplan://127.0.0.1:1"))
        .hasMessageContaining("no answer from 127.0.0.1:1")
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08001"));
  }

  @Test
  void attachesToARunningEngine() throws Exception {
    try (DuckDbFlightServer server = new DuckDbFlightServer()) {
      Files.writeString(
          warehouse.resolve("engine.json"),
          "{\"version\":1,\"host\":\"127.0.0.1\",\"port\":"
              + server.port()
              + ",\"token\":\"t\\\"x\",\"pid\":"
              + ProcessHandle.current().parent().orElseThrow().pid()
              + "}");
      try (Connection connection = DriverManager.getConnection("jdbc:bauplan:" + warehouse);
          ResultSet rows = connection.createStatement().executeQuery("SELECT 42")) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getInt(1)).isEqualTo(42);
      }
    }
  }

  @Test
  void refusesABrokenAttachFile() throws Exception {
    Files.writeString(warehouse.resolve("engine.json"), "{\"version\":1,\"port\":70000}");
    assertThatThrownBy(() -> DriverManager.getConnection("jdbc:bauplan:" + warehouse))
        .hasMessageContaining("engine.json");
  }
}
