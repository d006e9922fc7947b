package io.bauplan.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@SuppressWarnings("NullAway.Init")
class MetadataTest {
  private static DuckDbFlightServer server;
  private static Connection connection;
  private static DatabaseMetaData metaData;

  @BeforeAll
  static void start() throws Exception {
    server = new DuckDbFlightServer();
    connection = DriverManager.getConnection(server.url());
    metaData = connection.getMetaData();
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE SCHEMA shop");
      statement.execute(
          "CREATE TABLE shop.orders (id BIGINT, price DECIMAL(12,2), note VARCHAR, ts TIMESTAMP)");
      statement.execute("CREATE VIEW shop.cheap AS SELECT * FROM shop.orders WHERE price < 10");
    }
  }

  @AfterAll
  static void stop() throws Exception {
    connection.close();
    server.close();
  }

  /// Every method of the interface with nulls and zeros for arguments.
  @Test
  void noMethodFailsForWantOfAnImplementation() throws IllegalAccessException {
    List<String> failures = new ArrayList<>();
    int results = 0;
    for (Method method : DatabaseMetaData.class.getMethods()) {
      if (method.getName().equals("unwrap") || method.getName().equals("isWrapperFor")) {
        continue;
      }
      Object[] arguments = new Object[method.getParameterCount()];
      for (int i = 0; i < arguments.length; i++) {
        Class<?> type = method.getParameterTypes()[i];
        arguments[i] =
            type == int.class ? (Object) 0 : type == boolean.class ? (Object) false : null;
        if (type == String.class && method.getName().endsWith("Keys") && i == 2) {
          arguments[i] = "orders";
        }
      }
      try {
        Object value = method.invoke(metaData, arguments);
        if (value instanceof ResultSet rows) {
          results++;
          assertThat(rows.getStatement()).as(method.getName()).isNotNull();
          ResultSetMetaData columns = rows.getMetaData();
          assertThat(columns.getColumnCount()).isPositive();
          while (rows.next()) {
            for (int i = 1; i <= columns.getColumnCount(); i++) {
              Object ignored = rows.getObject(i);
            }
          }
          rows.close();
          assertThat(rows.isClosed()).isTrue();
        } else if (method.getReturnType() == String.class) {
          assertThat(value).as(method.getName()).isNotNull();
        }
      } catch (InvocationTargetException | SQLException e) {
        failures.add(method.getName() + ": " + (e.getCause() == null ? e : e.getCause()));
      }
    }
    assertThat(failures).isEmpty();
    assertThat(results).isGreaterThan(25);
  }

  @Test
  void listsTablesByPatternAndType() throws SQLException {
    try (ResultSet rows = metaData.getTables(null, "sho_", "%", new String[] {"VIEW"})) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getString("TABLE_SCHEM")).isEqualTo("shop");
      assertThat(rows.getString("TABLE_NAME")).isEqualTo("cheap");
      assertThat(rows.getString("TABLE_TYPE")).isEqualTo("VIEW");
      assertThat(rows.next()).isFalse();
    }
    try (ResultSet rows = metaData.getTables(null, "shop", "ord\\_rs", null)) {
      assertThat(rows.next()).isFalse();
    }
  }

  @Test
  void describesColumns() throws SQLException {
    try (ResultSet rows = metaData.getColumns(null, "shop", "orders", "%")) {
      List<String> seen = new ArrayList<>();
      while (rows.next()) {
        seen.add(
            rows.getInt("ORDINAL_POSITION")
                + rows.getString("COLUMN_NAME")
                + rows.getString("TYPE_NAME")
                + rows.getInt("COLUMN_SIZE"));
        if (rows.getString("COLUMN_NAME").equals("price")) {
          assertThat(rows.getInt("DATA_TYPE")).isEqualTo(Types.DECIMAL);
          assertThat(rows.getInt("DECIMAL_DIGITS")).isEqualTo(2);
          assertThat(rows.getString("IS_NULLABLE")).isEqualTo("YES");
        }
      }
      assertThat(seen)
          .containsExactly(
              "1idBIGINT19", "2priceDECIMAL12", "3noteVARCHAR2147483647", "4tsTIMESTAMP26");
    }
  }

  @Test
  void namesTheServer() throws SQLException {
    assertThat(metaData.getDatabaseProductName()).isEqualTo("DuckFlight");
    assertThat(metaData.getDatabaseMajorVersion()).isEqualTo(3);
    assertThat(metaData.getDatabaseMinorVersion()).isEqualTo(14);
    assertThat(metaData.getSQLKeywords()).isEqualTo("QUALIFY,PIVOT");
    assertThat(metaData.getSystemFunctions()).isEmpty();
    assertThat(metaData.getTimeDateFunctions()).isEqualTo("NOW");
    assertThat(metaData.getURL()).startsWith("jdbc:bauplan://");
  }

  @Test
  void listsTypesInOrder() throws SQLException {
    try (ResultSet rows = metaData.getTypeInfo()) {
      int last = Integer.MIN_VALUE;
      int count = 0;
      while (rows.next()) {
        assertThat(rows.getInt("DATA_TYPE")).isGreaterThanOrEqualTo(last);
        last = rows.getInt("DATA_TYPE");
        count++;
      }
      assertThat(count).isGreaterThan(15);
    }
  }

  /// What DBeaver calls when it connects, browses and runs a statement.
  @Test
  void survivesADatabaseTool() throws SQLException {
    try (Connection tool = DriverManager.getConnection(server.url())) {
      tool.setReadOnly(true);
      tool.setReadOnly(false);
      tool.setAutoCommit(true);
      assertThat(tool.getAutoCommit()).isTrue();
      tool.setAutoCommit(false);
      assertThat(tool.getWarnings() == null).isFalse();
      tool.commit();
      tool.setAutoCommit(true);
      tool.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
      assertThat(tool.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_NONE);
      assertThat(tool.isValid(1)).isTrue();
      tool.setClientInfo("ApplicationName", "tool");
      assertThat(tool.getClientInfo("ApplicationName")).isEqualTo("tool");
      try (Statement statement = tool.createStatement()) {
        statement.setMaxRows(200);
        statement.setFetchSize(1000);
        statement.setQueryTimeout(20);
        statement.setEscapeProcessing(false);
        if (!statement.execute("SELECT * FROM shop.orders")) {
          fail("a query");
        }
        assertThat(statement.getWarnings() == null).isTrue();
        assertThat(statement.getResultSet()).isNotNull();
        assertThat(statement.getMoreResults()).isFalse();
        assertThat(statement.getUpdateCount()).isEqualTo(-1);
      }
    }
  }
}
