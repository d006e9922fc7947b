package io.bauplan.jdbc;

import io.bauplan.jdbc.arrow.ArrowField;
import io.bauplan.jdbc.arrow.BatchLoader;
import io.bauplan.jdbc.arrow.BatchWriter;
import io.bauplan.jdbc.arrow.Column;
import io.bauplan.jdbc.wire.FlightMessage;
import io.bauplan.jdbc.wire.IpcBatch;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows that the driver itself makes, such as metadata. They go through the same Arrow batches as
/// rows from the server, so a result set has one kind of column only.
final class MemoryRows implements RowSource {
  private final List<ArrowField> fields;
  private final BatchLoader loader;
  private @Nullable FlightMessage pending;

  MemoryRows(List<ArrowField> fields, List<@Nullable Object[]> rows) {
    this.fields = fields;
    this.loader = new BatchLoader(fields);
    IpcBatch.Part batch = BatchWriter.write(fields, rows).batch();
    this.pending = new FlightMessage(batch.header(), batch.body(), batch.body().length);
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
    FlightMessage message = pending;
    pending = null;
    return message == null ? -1 : loader.load(message).rowCount();
  }

  @Override
  public void close() {
    pending = null;
  }
}
