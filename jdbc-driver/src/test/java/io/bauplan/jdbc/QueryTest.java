package io.bauplan.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLSyntaxErrorException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.sql.Struct;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("NullAway.Init")
class QueryTest {
  private static DuckDbFlightServer server;
  private Connection connection;

  @BeforeAll
  static void start() throws Exception {
    server = new DuckDbFlightServer();
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @BeforeEach
  void connect() throws SQLException {
    connection = DriverManager.getConnection(server.url());
  }

  @AfterEach
  void disconnect() throws SQLException {
    connection.close();
  }

  private ResultSet query(String sql) throws SQLException {
    return connection.createStatement().executeQuery(sql);
  }

  private ResultSet row(String sql) throws SQLException {
    ResultSet rows = query(sql);
    assertThat(rows.next()).isTrue();
    return rows;
  }

  @Test
  void readsEveryNumericTypeExactly() throws SQLException {
    try (ResultSet rows =
        row(
            "SELECT (-128)::TINYINT a, 32767::SMALLINT b, (-2147483648)::INTEGER c,"
                + " 9223372036854775807::BIGINT d, 255::UTINYINT e, 65535::USMALLINT f,"
                + " 4294967295::UINTEGER g, 18446744073709551615::UBIGINT h, 1.5::FLOAT i,"
                + " 0.1::DOUBLE j, 123.45::DECIMAL(5,2) k,"
                + " (-99999999999999999999999999999999999.999)::DECIMAL(38,3) l, TRUE m")) {
      assertThat(rows.getByte("a")).isEqualTo((byte) -128);
      assertThat(rows.getShort("b")).isEqualTo((short) 32767);
      assertThat(rows.getInt("c")).isEqualTo(Integer.MIN_VALUE);
      assertThat(rows.getLong("d")).isEqualTo(Long.MAX_VALUE);
      assertThat(rows.getInt("e")).isEqualTo(255);
      assertThat(rows.getInt("f")).isEqualTo(65535);
      assertThat(rows.getLong("g")).isEqualTo(4294967295L);
      assertThat(rows.getObject("h")).isEqualTo(new BigDecimal("18446744073709551615"));
      assertThat(rows.getFloat("i")).isEqualTo(1.5f);
      assertThat(rows.getDouble("j")).isEqualTo(0.1);
      assertThat(rows.getBigDecimal("k")).isEqualTo(new BigDecimal("123.45"));
      assertThat(rows.getString("l")).isEqualTo("-99999999999999999999999999999999999.999");
      assertThat(rows.getBoolean("m")).isTrue();
      assertThat(rows.getString("j")).isEqualTo("0.1");
      assertThatThrownBy(() -> rows.getInt("d"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("22003"));
      assertThatThrownBy(() -> rows.getLong("h")).hasMessageContaining("does not fit");
    }
  }

  @Test
  void keepsWallClockOfTimestampsWithoutZone() throws SQLException {
    try (ResultSet rows =
        row(
            "SELECT TIMESTAMP '2024-03-31 02:30:00.123456' a, DATE '1969-07-20' b,"
                + " TIME '23:59:59.5' c, TIMESTAMP '0001-01-01 00:00:00' d")) {
      assertThat(rows.getObject("a", LocalDateTime.class))
          .isEqualTo(LocalDateTime.parse("2024-03-31T02:30:00.123456"));
      assertThat(rows.getString("a")).isEqualTo("2024-03-31 02:30:00.123456");
      assertThat(rows.getTimestamp("a")).isEqualTo(Timestamp.valueOf("2024-03-31 02:30:00.123456"));
      assertThat(rows.getObject("b", LocalDate.class)).isEqualTo(LocalDate.of(1969, 7, 20));
      assertThat(rows.getDate("b").toString()).isEqualTo("1969-07-20");
      assertThat(rows.getObject("c", LocalTime.class))
          .isEqualTo(LocalTime.of(23, 59, 59, 500_000_000));
      assertThat(rows.getString("d")).isEqualTo("0001-01-01 00:00:00");
    }
  }

  @Test
  void keepsInstantOfTimestampsWithZone() throws SQLException {
    try (ResultSet rows = row("SELECT TIMESTAMPTZ '2024-07-01 12:00:00+02' a")) {
      Instant expected = Instant.parse("2024-07-01T10:00:00Z");
      assertThat(rows.getObject("a", Instant.class)).isEqualTo(expected);
      assertThat(rows.getTimestamp("a").toInstant()).isEqualTo(expected);
      assertThat(rows.getObject("a", java.time.OffsetDateTime.class).toInstant())
          .isEqualTo(expected);
      assertThat(rows.getMetaData().getColumnType(1)).isEqualTo(Types.TIMESTAMP_WITH_TIMEZONE);
    }
  }

  @Test
  void readsNestedAndDictionaryValues() throws SQLException {
    try (ResultSet rows =
        row(
            "SELECT [1, NULL, 3] a, {'x': 1, 'y': 'z'} b, MAP {'k': 7} c,"
                + " 'b'::ENUM('a','b') d, 'bytes'::BLOB e, [[1],[2,3]] f")) {
      assertThat((Object[]) rows.getArray("a").getArray()).containsExactly(1, null, 3);
      Struct struct = (Struct) rows.getObject("b");
      assertThat(struct.getAttributes()).containsExactly(1, "z");
      assertThat(rows.getObject("c")).isEqualTo(Map.of("k", 7));
      assertThat(rows.getString("d")).isEqualTo("b");
      assertThat(rows.getBytes("e")).isEqualTo("bytes".getBytes());
      assertThat(rows.getString("f")).isEqualTo("[[1], [2, 3]]");
      assertThat(rows.getObject("a", List.class)).hasSize(3);
      try (ResultSet elements = rows.getArray("a").getResultSet()) {
        assertThat(elements.next()).isTrue();
        assertThat(elements.getInt(2)).isEqualTo(1);
        assertThat(elements.next()).isTrue();
        assertThat(elements.getString(2)).isNull();
      }
    }
  }

  @Test
  void reportsNullsOfEveryKind() throws SQLException {
    String types =
        "BOOLEAN,INTEGER,BIGINT,DOUBLE,DECIMAL(10,2),VARCHAR,DATE,TIMESTAMP,BLOB,INTEGER[]";
    StringBuilder sql = new StringBuilder("SELECT NULL AS n");
    for (String type : types.split(",(?![0-9])")) {
      sql.append(", NULL::").append(type);
    }
    try (ResultSet rows = row(sql.toString())) {
      for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
        assertThat(rows.getObject(i)).isNull();
        assertThat(rows.wasNull()).isTrue();
        assertThat(rows.getString(i)).isNull();
        assertThat(rows.getLong(i)).isZero();
        assertThat(rows.wasNull()).isTrue();
      }
    }
  }

  @Test
  void streamsManyBatchesWithNulls() throws SQLException {
    try (ResultSet rows =
        query(
            "SELECT CASE WHEN i % 7 = 0 THEN NULL ELSE i END a, 'v' || i b FROM range(1000000) t(i)")) {
      long sum = 0;
      int nulls = 0;
      int count = 0;
      while (rows.next()) {
        long value = rows.getLong(1);
        if (rows.wasNull()) {
          nulls++;
        } else {
          sum += value;
          assertThat(rows.getString(2).length()).isGreaterThan(1);
        }
        count++;
      }
      assertThat(count).isEqualTo(1_000_000);
      assertThat(nulls).isEqualTo(142_858);
      assertThat(sum).isEqualTo(499_999_500_000L - 7L * 142_857 * 142_858 / 2);
      assertThat(rows.isAfterLast()).isTrue();
    }
  }

  @Test
  void executeTellsQueriesFromUpdates() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      assertThat(statement.execute("CREATE TABLE kinds (a INTEGER)")).isFalse();
      assertThat(statement.getUpdateCount()).isZero();
      assertThat(statement.execute("INSERT INTO kinds VALUES (1), (2), (3)")).isFalse();
      assertThat(statement.getUpdateCount()).isEqualTo(3);
      assertThat(statement.getMoreResults()).isFalse();
      assertThat(statement.getUpdateCount()).isEqualTo(-1);
      assertThat(statement.execute("SELECT * FROM kinds")).isTrue();
      assertThat(statement.getUpdateCount()).isEqualTo(-1);
      assertThat(statement.executeUpdate("DELETE FROM kinds WHERE a > 1")).isEqualTo(2);
      assertThatThrownBy(() -> statement.executeQuery("INSERT INTO kinds VALUES (9)"))
          .hasMessageContaining("returns no rows");
      assertThatThrownBy(() -> statement.executeUpdate("SELECT 1"))
          .hasMessageContaining("returns rows");
      try (ResultSet rows = statement.executeQuery("SELECT count(*) FROM kinds")) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getInt(1)).isEqualTo(1);
      }
      statement.addBatch("INSERT INTO kinds VALUES (4), (5)");
      statement.addBatch("DELETE FROM kinds");
      assertThat(statement.executeBatch()).containsExactly(2, 3);
    }
  }

  @Test
  void needsTwoCallsForAQuery() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      int before = server.producer.calls.get();
      statement.executeQuery("SELECT 1").close();
      assertThat(server.producer.calls.get() - before).isEqualTo(2);
    }
  }

  @Test
  void mapsServerErrorsToSqlState() {
    assertThatThrownBy(() -> query("SELECT * FROM no_such_table"))
        .isInstanceOf(SQLSyntaxErrorException.class)
        .hasMessageContaining("no_such_table")
        .hasMessageNotContaining("[42S02]")
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42S02"));
  }

  @Test
  void cancelEndsARunningStatement() throws Exception {
    try (Statement statement = connection.createStatement()) {
      Thread canceller =
          new Thread(
              () -> {
                try {
                  Thread.sleep(300);
                  statement.cancel();
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      canceller.start();
      assertThatThrownBy(() -> statement.executeQuery("SLOW"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57014"));
      canceller.join();
      try (ResultSet rows = statement.executeQuery("SELECT 1")) {
        assertThat(rows.next()).isTrue();
      }
    }
  }

  @Test
  void queryTimeoutEndsARunningStatement() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(1);
      assertThatThrownBy(() -> statement.executeQuery("SLOW"))
          .isInstanceOf(SQLTimeoutException.class);
      assertThat(statement.getQueryTimeout()).isEqualTo(1);
    }
  }

  @Test
  void maxRowsCutsTheResult() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setMaxRows(70_000);
      try (ResultSet rows = statement.executeQuery("SELECT * FROM range(1000000)")) {
        int count = 0;
        while (rows.next()) {
          count++;
        }
        assertThat(count).isEqualTo(70_000);
      }
    }
  }

  @Test
  void saysWhyAValueCannotBeRead() throws SQLException {
    try (ResultSet rows = query("SELECT 'abc' a, 1 b")) {
      assertThatThrownBy(() -> rows.getInt(1)).hasMessageContaining("next()");
      assertThat(rows.next()).isTrue();
      assertThatThrownBy(() -> rows.getInt(1)).hasMessageContaining("not a number: 'abc'");
      assertThatThrownBy(() -> rows.getInt(3)).hasMessageContaining("the result has 2");
      assertThatThrownBy(() -> rows.getInt("zz")).hasMessageContaining("no column 'zz'");
      assertThatThrownBy(() -> rows.getDate("b")).hasMessageContaining("cannot be read as");
      rows.close();
      assertThatThrownBy(rows::next).hasMessageContaining("closed");
    }
  }

  @Test
  void closingTheConnectionClosesItsStatements() throws SQLException {
    Connection other = DriverManager.getConnection(server.url());
    Statement statement = other.createStatement();
    ResultSet rows = statement.executeQuery("SELECT * FROM range(1000000)");
    assertThat(rows.next()).isTrue();
    assertThat(other.isValid(5)).isTrue();
    other.close();
    assertThat(rows.isClosed()).isTrue();
    assertThat(statement.isClosed()).isTrue();
    assertThat(other.isValid(1)).isFalse();
    assertThatThrownBy(other::createStatement)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08003"));
  }
}
