package io.bauplan.jdbc;

import io.bauplan.jdbc.arrow.ArrowField;
import io.bauplan.jdbc.arrow.Column;
import java.sql.SQLException;
import java.util.List;

/// Batches of rows behind a result set.
interface RowSource extends AutoCloseable {
  /// The columns' names and types.
  List<ArrowField> fields();

  /// Views over the current batch; the same objects for every batch.
  Column[] columns();

  /// Moves to the next batch and returns its number of rows (possibly 0), or -1 at the end. Values
  /// of the batch before are no longer valid.
  int nextBatch() throws SQLException;

  @Override
  void close();
}
