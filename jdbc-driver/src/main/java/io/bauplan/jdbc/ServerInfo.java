package io.bauplan.jdbc;

import io.bauplan.jdbc.arrow.Column;
import io.bauplan.jdbc.arrow.ColumnText;
import io.bauplan.jdbc.wire.Execution;
import io.bauplan.jdbc.wire.FlightClient;
import io.bauplan.jdbc.wire.FlightInfo;
import io.bauplan.jdbc.wire.SqlCommands;
import io.bauplan.jdbc.wire.SqlErrors;
import java.sql.SQLException;

/// The product behind the connection.
record ServerInfo(String name, String version) {
  private static final int FLIGHT_SQL_SERVER_NAME = 0;
  private static final int FLIGHT_SQL_SERVER_VERSION = 1;

  /// The server's answer; a server that cannot say is called by the product's name.
  static ServerInfo ask(FlightClient client, Execution execution) throws SQLException {
    String name = "Bauplan";
    String version = BauplanDriver.VERSION;
    FlightInfo info;
    try {
      info =
          client.flightInfo(
              SqlCommands.sqlInfo(FLIGHT_SQL_SERVER_NAME, FLIGHT_SQL_SERVER_VERSION), execution);
    } catch (SQLException e) {
      if (SqlErrors.NOT_SUPPORTED.equals(e.getSQLState())) {
        return new ServerInfo(name, version);
      }
      throw e;
    }
    try (RowSource rows = FlightRows.open(client, info, execution)) {
      for (int count = rows.nextBatch(); count >= 0; count = rows.nextBatch()) {
        Column[] columns = rows.columns();
        for (int row = 0; row < count && columns.length == 2; row++) {
          if (columns[1].isNull(row)) {
            continue;
          }
          long id = columns[0].getLong(row);
          if (id == FLIGHT_SQL_SERVER_NAME) {
            name = ColumnText.string(columns[1], row);
          } else if (id == FLIGHT_SQL_SERVER_VERSION) {
            version = ColumnText.string(columns[1], row);
          }
        }
      }
    }
    return new ServerInfo(name, version);
  }

  int majorVersion() {
    return part(0);
  }

  int minorVersion() {
    return part(1);
  }

  private int part(int index) {
    String[] parts = version.split("[^0-9]+");
    return index < parts.length && parts[index].matches("\\d{1,8}")
        ? Integer.parseInt(parts[index])
        : 0;
  }
}
