package io.bauplan.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.LocalDate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@SuppressWarnings("NullAway.Init")
class PreparedStatementTest {
  private static DuckDbFlightServer server;
  private static Connection connection;

  @BeforeAll
  static void start() throws Exception {
    server = new DuckDbFlightServer();
    connection = DriverManager.getConnection(server.url());
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE items (id BIGINT, name VARCHAR, price DECIMAL(10,2), day DATE)");
    }
  }

  @AfterAll
  static void stop() throws Exception {
    connection.close();
    server.close();
  }

  @Test
  void insertsABatchAndReadsItBackByParameter() throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO items VALUES (?, ?, ?, ?)")) {
      assertThat(insert.getMetaData()).isNull();
      assertThat(insert.getParameterMetaData().getParameterCount()).isEqualTo(4);
      for (int i = 0; i < 100; i++) {
        insert.setLong(1, i);
        insert.setString(2, i % 10 == 0 ? null : "näme " + i);
        insert.setBigDecimal(3, new BigDecimal("12.50"));
        insert.setObject(4, LocalDate.of(2024, 1, 1).plusDays(i));
        insert.addBatch();
      }
      assertThat(insert.executeBatch()).hasSize(100).containsOnly(1);
    }
    try (PreparedStatement query =
        connection.prepareStatement("SELECT * FROM items WHERE id = ? AND day > ?")) {
      query.setInt(1, 42);
      query.setDate(2, java.sql.Date.valueOf("2024-01-31"));
      for (int repeat = 0; repeat < 2; repeat++) {
        try (ResultSet rows = query.executeQuery()) {
          assertThat(rows.next()).isTrue();
          assertThat(rows.getString("name")).isEqualTo("näme 42");
          assertThat(rows.getBigDecimal("price")).isEqualTo(new BigDecimal("12.50"));
          assertThat(rows.getObject("day", LocalDate.class)).isEqualTo(LocalDate.of(2024, 2, 12));
          assertThat(rows.next()).isFalse();
        }
      }
      query.setNull(1, Types.BIGINT);
      try (ResultSet rows = query.executeQuery()) {
        assertThat(rows.next()).isFalse();
      }
    }
  }

  @Test
  void refusesMissingAndUnknownParameters() throws SQLException {
    try (PreparedStatement query = connection.prepareStatement("SELECT ?, ?")) {
      query.setInt(1, 1);
      assertThatThrownBy(query::executeQuery).hasMessageContaining("parameter 2 has no value");
      assertThatThrownBy(() -> query.setInt(3, 1)).hasMessageContaining("the statement has 2");
      assertThatThrownBy(() -> query.executeQuery("SELECT 1")).hasMessageContaining("no SQL text");
    }
  }

  @Test
  void executeReportsTheUpdateCount() throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement("UPDATE items SET price = 1 WHERE id < 0")) {
      assertThat(update.execute()).isFalse();
      assertThat(update.getUpdateCount()).isZero();
      assertThatThrownBy(update::executeQuery).hasMessageContaining("returns no rows");
    }
  }
}
