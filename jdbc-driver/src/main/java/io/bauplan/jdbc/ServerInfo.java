package io.bauplan.jdbc;

import io.bauplan.jdbc.arrow.Column;
import io.bauplan.jdbc.arrow.ColumnValues;
import io.bauplan.jdbc.wire.Execution;
import io.bauplan.jdbc.wire.FlightClient;
import io.bauplan.jdbc.wire.FlightInfo;
import io.bauplan.jdbc.wire.SqlCommands;
import io.bauplan.jdbc.wire.SqlErrors;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What the server says about itself, by the ids of Flight SQL's `SqlInfo`.
///
/// @param values texts and lists of texts; what the server does not say is absent
record ServerInfo(Map<Integer, Object> values) {
  static final int KEYWORDS = 508;
  static final int NUMERIC_FUNCTIONS = 509;
  static final int STRING_FUNCTIONS = 510;
  static final int SYSTEM_FUNCTIONS = 511;
  static final int DATETIME_FUNCTIONS = 512;
  private static final int SERVER_NAME = 0;
  private static final int SERVER_VERSION = 1;

  /// The server's answer. It is the connection's first call, so a server that cannot be reached or
  /// refuses the user fails here; one that knows only some of it, or nothing, does not.
  static ServerInfo ask(FlightClient client, Execution execution) throws SQLException {
    try {
      return ask(
          client,
          execution,
          SERVER_NAME,
          SERVER_VERSION,
          KEYWORDS,
          NUMERIC_FUNCTIONS,
          STRING_FUNCTIONS,
          SYSTEM_FUNCTIONS,
          DATETIME_FUNCTIONS);
    } catch (SQLException e) {
      if (isAboutTheConnection(e)) {
        throw e;
      }
    }
    try {
      return ask(client, execution, SERVER_NAME, SERVER_VERSION);
    } catch (SQLException e) {
      if (isAboutTheConnection(e)) {
        throw e;
      }
      return new ServerInfo(Map.of());
    }
  }

  private static boolean isAboutTheConnection(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    return state.startsWith("08") || state.startsWith("28") || state.equals(SqlErrors.TIMEOUT);
  }

  private static ServerInfo ask(FlightClient client, Execution execution, int... ids)
      throws SQLException {
    FlightInfo info = client.flightInfo(SqlCommands.sqlInfo(ids), execution);
    Map<Integer, Object> values = new HashMap<>();
    try (RowSource rows = FlightRows.open(client, info, execution)) {
      for (int count = rows.nextBatch(); count >= 0; count = rows.nextBatch()) {
        Column[] columns = rows.columns();
        for (int row = 0; row < count && columns.length == 2; row++) {
          if (!columns[1].isNull(row)) {
            values.put((int) columns[0].getLong(row), ColumnValues.natural(columns[1], row));
          }
        }
      }
    }
    return new ServerInfo(Map.copyOf(values));
  }

  String name() {
    return values.get(SERVER_NAME) instanceof String name ? name : "Bauplan";
  }

  String version() {
    return values.get(SERVER_VERSION) instanceof String version ? version : BauplanDriver.VERSION;
  }

  /// A list as JDBC wants it, with commas; empty when the server does not say.
  String words(int id) {
    if (!(values.get(id) instanceof List<?> list)) {
      return "";
    }
    List<String> words = new ArrayList<>();
    for (Object word : list) {
      words.add(String.valueOf(word));
    }
    return String.join(",", words);
  }

  int majorVersion() {
    return part(0);
  }

  int minorVersion() {
    return part(1);
  }

  private int part(int index) {
    String[] parts = version().split("[^0-9]+");
    return index < parts.length && parts[index].matches("\\d{1,8}")
        ? Integer.parseInt(parts[index])
        : 0;
  }
}
