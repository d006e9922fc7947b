package io.bauplan.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The embedded URL with a provider on the class path (registered in the test's META-INF).
@SuppressWarnings("NullAway.Init")
class EmbeddedEngineTest {
  @TempDir Path warehouse;

  /// Opens a stock server for folders that are called `duck`, as the server's jar would for any.
  public static final class Provider implements EmbeddedEngineProvider {
    static final AtomicInteger claims = new AtomicInteger();
    static Properties seen = new Properties();

    @Override
    public EmbeddedEndpoint open(Path folder, Properties properties) throws Exception {
      if (!folder.endsWith("duck")) {
        throw new java.io.IOException("the folder " + folder + " is not a warehouse");
      }
      seen = properties;
      claims.incrementAndGet();
      DuckDbFlightServer server = new DuckDbFlightServer();
      return new EmbeddedEndpoint() {
        @Override
        public String host() {
          return "127.0.0.1";
        }

        @Override
        public int port() {
          return server.port();
        }

        @Override
        public String token() {
          return "secret";
        }

        @Override
        public void close() {
          claims.decrementAndGet();
          try {
            server.close();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        }
      };
    }
  }

  @Test
  void opensAndReleasesTheEngine() throws SQLException {
    Path folder = warehouse.resolve("duck");
    try (Connection connection =
            DriverManager.getConnection("jdbc:bauplan:" + folder + "?ref=dev&password=p");
        ResultSet rows = connection.createStatement().executeQuery("SELECT 1")) {
      assertThat(rows.next()).isTrue();
      assertThat(Provider.claims).hasValue(1);
      assertThat(Provider.seen).containsEntry("ref", "dev").doesNotContainKey("password");
    }
    assertThat(Provider.claims).hasValue(0);
  }

  @Test
  void handsTheProvidersWordsOn() {
    assertThatThrownBy(() -> DriverManager.getConnection("jdbc:bauplan:" + warehouse))
        .hasMessageContaining("is not a warehouse")
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08001"));
  }
}
