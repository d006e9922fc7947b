package io.bauplan.tests.support;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.duckdb.DuckDBConnection;

/// The oracle: DuckDB in this process, set to our settled semantics where it has a setting for
/// them.
public final class DuckDb implements AutoCloseable {
  private final Connection connection;

  private DuckDb(Connection connection) {
    this.connection = connection;
  }

  public static DuckDb open() {
    try {
      return settled(DriverManager.getConnection("jdbc:duckdb:"));
    } catch (SQLException e) {
      throw new IllegalStateException("DuckDB does not open", e);
    }
  }

  /// The same database for another thread.
  public DuckDb again() {
    try {
      return settled(connection.unwrap(DuckDBConnection.class).duplicate());
    } catch (SQLException e) {
      throw new IllegalStateException("DuckDB does not open", e);
    }
  }

  private static DuckDb settled(Connection connection) {
    DuckDb duck = new DuckDb(connection);
    duck.execute("SET integer_division = true");
    duck.execute("SET default_null_order = 'nulls_last_on_asc_first_on_desc'");
    duck.execute("SET TimeZone = 'UTC'");
    return duck;
  }

  public void execute(String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  public List<List<Object>> query(String sql) {
    List<List<Object>> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet results = statement.executeQuery(sql)) {
      int columns = results.getMetaData().getColumnCount();
      while (results.next()) {
        List<Object> row = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          Object value = results.getObject(i);
          row.add(value instanceof java.sql.Timestamp time ? time.toLocalDateTime() : value);
        }
        rows.add(row);
      }
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
