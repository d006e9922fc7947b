package io.bauplan.tests.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `jdbc:bauplan:/path` from definition to query, with the engine in this process.
@SuppressWarnings("NullAway.Init")
class EmbeddedJdbcTest {
  @TempDir Path folder;

  private Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:bauplan:" + folder.resolve("wh"));
  }

  private static long count(Statement statement, String table) throws SQLException {
    try (ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + table)) {
      assertThat(rows.next()).isTrue();
      return rows.getLong(1);
    }
  }

  @Test
  void definesWritesAndReadsATable() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      assertThat(
              statement.execute("CREATE TABLE items (id BIGINT, name VARCHAR, price DECIMAL(9,2))"))
          .isFalse();
      assertThat(
              statement.executeUpdate("INSERT INTO items VALUES (1, 'one', 1.10), (2, NULL, NULL)"))
          .isEqualTo(2);
      try (PreparedStatement query =
          connection.prepareStatement("SELECT name, price FROM items WHERE id = ?")) {
        query.setLong(1, 1);
        try (ResultSet rows = query.executeQuery()) {
          assertThat(rows.next()).isTrue();
          assertThat(rows.getString("name")).isEqualTo("one");
          assertThat(rows.getBigDecimal("price")).isEqualTo(new BigDecimal("1.10"));
          assertThat(rows.next()).isFalse();
        }
      }
      assertThatThrownBy(() -> count(statement, "nope"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42P01"));
    }
    assertThat(Files.exists(folder.resolve("wh/engine.json"))).isFalse();
  }

  @Test
  void keepsTheBranchOfTheSession() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE t (a INTEGER)");
      statement.execute("CREATE BRANCH dev");
      statement.execute("USE BRANCH dev");
      statement.execute("INSERT INTO t VALUES (1)");
      assertThat(count(statement, "t")).isEqualTo(1);
      try (Connection other = connect();
          Statement onMain = other.createStatement()) {
        assertThat(count(onMain, "t")).isZero();
      }
    }
  }

  @Test
  void answersEveryMetadataMethod() throws SQLException, IllegalAccessException {
    List<String> failures = new ArrayList<>();
    try (Connection connection = connect()) {
      DatabaseMetaData metaData = connection.getMetaData();
      for (Method method : DatabaseMetaData.class.getMethods()) {
        if (method.getParameterCount() > 0) {
          continue;
        }
        try {
          if (method.invoke(metaData) instanceof ResultSet rows) {
            rows.close();
          }
        } catch (InvocationTargetException e) {
          failures.add(method.getName() + ": " + e.getCause());
        }
      }
    }
    assertThat(failures).isEmpty();
  }
}
