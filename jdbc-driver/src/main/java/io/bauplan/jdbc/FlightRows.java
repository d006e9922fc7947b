package io.bauplan.jdbc;

import io.bauplan.jdbc.arrow.ArrowField;
import io.bauplan.jdbc.arrow.BatchLoader;
import io.bauplan.jdbc.arrow.BatchLoader.Loaded;
import io.bauplan.jdbc.arrow.Column;
import io.bauplan.jdbc.arrow.SchemaReader;
import io.bauplan.jdbc.wire.Execution;
import io.bauplan.jdbc.wire.FlightClient;
import io.bauplan.jdbc.wire.FlightInfo;
import io.bauplan.jdbc.wire.FlightMessage;
import io.bauplan.jdbc.wire.FlightStream;
import io.bauplan.jdbc.wire.FlightStream.Patience;
import io.bauplan.jdbc.wire.SqlErrors;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows that stream in from the server, one ticket after the other.
final class FlightRows implements RowSource {
  private final FlightClient client;
  private final FlightInfo info;
  private final Execution execution;
  private final List<ArrowField> fields;
  private final BatchLoader loader;
  private int nextTicket;
  private @Nullable FlightStream stream;
  private @Nullable FlightMessage current;
  private @Nullable FlightMessage first;

  private FlightRows(
      FlightClient client,
      FlightInfo info,
      Execution execution,
      FlightStream stream,
      List<ArrowField> streamFields,
      List<ArrowField> fields) {
    this.client = client;
    this.info = info;
    this.execution = execution;
    this.stream = stream;
    this.nextTicket = 1;
    this.fields = fields;
    this.loader = new BatchLoader(streamFields);
  }

  /// Starts the result and waits, within the execution's time limit, for its first rows or its end,
  /// so that a statement that fails does so when it is executed.
  static RowSource open(FlightClient client, FlightInfo info, Execution execution)
      throws SQLException {
    List<ArrowField> announced = SchemaReader.readEncapsulated(info.schema());
    if (info.tickets().isEmpty()) {
      return new MemoryRows(announced, List.of());
    }
    FlightStream stream = client.stream(info.tickets().get(0), execution);
    try {
      FlightMessage head = stream.next(Patience.TIME_LIMIT);
      while (head != null && head.header().length == 0) {
        head = stream.next(Patience.TIME_LIMIT);
      }
      if (head == null) {
        return new MemoryRows(announced, List.of());
      }
      List<ArrowField> sent = SchemaReader.readHeader(head.header());
      // The announced schema carries the column metadata, which some servers leave out of the
      // stream.
      List<ArrowField> fields = announced.size() == sent.size() ? announced : sent;
      FlightRows rows = new FlightRows(client, info, execution, stream, sent, fields);
      rows.first = stream.next(Patience.TIME_LIMIT);
      return rows;
    } catch (SQLException | RuntimeException e) {
      stream.close();
      throw e;
    }
  }

  @Override
  public List<ArrowField> fields() {
    return fields;
  }

  @Override
  public Column[] columns() {
    return loader.columns();
  }

  @Override
  public int nextBatch() throws SQLException {
    while (true) {
      FlightMessage message = nextMessage();
      if (message == null) {
        return -1;
      }
      if (message.header().length == 0) {
        continue;
      }
      Loaded loaded = loader.load(message);
      if (loaded.type() == Loaded.Type.ROWS) {
        current = message;
        return loaded.rowCount();
      }
    }
  }

  private @Nullable FlightMessage nextMessage() throws SQLException {
    if (stream != null && current != null) {
      stream.recycle(current);
    }
    current = null;
    FlightMessage message = first;
    first = null;
    while (message == null && stream != null) {
      message = stream.next(Patience.UNLIMITED);
      if (message == null) {
        stream.close();
        stream = null;
        if (nextTicket < info.tickets().size()) {
          stream = client.stream(info.tickets().get(nextTicket++), execution);
        }
      }
    }
    return message;
  }

  /// The single number in the answer to an update.
  static long updateCount(FlightClient client, FlightInfo info, Execution execution)
      throws SQLException {
    long count = 0;
    try (RowSource rows = open(client, info, execution)) {
      for (int batch = rows.nextBatch(); batch >= 0; batch = rows.nextBatch()) {
        if (batch > 0 && rows.columns().length > 0 && !rows.columns()[0].isNull(0)) {
          count += rows.columns()[0].getLong(0);
        }
      }
    }
    if (count < 0) {
      throw SqlErrors.of(SqlErrors.PROTOCOL, "the server answered an update with " + count);
    }
    return count;
  }

  @Override
  public void close() {
    if (stream != null) {
      stream.close();
      stream = null;
    }
    current = null;
    first = null;
  }
}
