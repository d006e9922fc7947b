package io.bauplan.jdbc;

import io.bauplan.jdbc.arrow.ArrowField;
import io.bauplan.jdbc.arrow.BatchWriter;
import io.bauplan.jdbc.arrow.SchemaReader;
import io.bauplan.jdbc.wire.Execution;
import io.bauplan.jdbc.wire.IpcBatch;
import io.bauplan.jdbc.wire.PreparedHandle;
import io.bauplan.jdbc.wire.SqlCommands;
import io.bauplan.jdbc.wire.SqlErrors;
import java.sql.BatchUpdateException;
import java.sql.ParameterMetaData;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A statement that the server has planned once. Parameters travel as one Arrow batch; a JDBC batch
/// is one call with as many rows as the program added.
public final class BauplanPreparedStatement extends ParameterSetters {
  private static final int MAX_BATCH_ROWS = 100_000;

  private final String sql;
  private final PreparedHandle prepared;
  private final List<ArrowField> resultFields;
  private final List<ArrowField> parameterFields;
  private final List<@Nullable Object[]> rows = new ArrayList<>();
  private @Nullable Object[] values;
  private boolean[] bound;

  BauplanPreparedStatement(
      BauplanConnection connection, int holdability, String sql, PreparedHandle prepared)
      throws SQLException {
    super(connection, holdability);
    this.sql = sql;
    this.prepared = prepared;
    this.resultFields = SchemaReader.readEncapsulated(prepared.resultSchema());
    this.parameterFields = SchemaReader.readEncapsulated(prepared.parameterSchema());
    this.values = new @Nullable Object[parameterFields.size()];
    this.bound = new boolean[parameterFields.size()];
  }

  @Override
  void set(int index, @Nullable Object value) throws SQLException {
    checkOpen();
    if (index < 1 || index > values.length) {
      throw SqlErrors.of(
          SqlErrors.INVALID_ARGUMENT,
          "there is no parameter " + index + "; the statement has " + values.length);
    }
    values[index - 1] = value;
    bound[index - 1] = true;
  }

  private @Nullable Object[] currentRow() throws SQLException {
    for (int i = 0; i < bound.length; i++) {
      if (!bound[i]) {
        throw SqlErrors.of("07002", "parameter " + (i + 1) + " has no value");
      }
    }
    return values.clone();
  }

  // Running

  @Override
  public boolean execute() throws SQLException {
    if (resultFields.isEmpty()) {
      long ignored = executeLargeUpdate();
      return false;
    }
    ResultSet ignored = executeQuery();
    return true;
  }

  @Override
  public ResultSet executeQuery() throws SQLException {
    checkOpen();
    if (resultFields.isEmpty()) {
      throw SqlErrors.of(
          SqlErrors.NO_RESULT_SET,
          "the statement returns no rows and was not run; use execute or executeUpdate");
    }
    Execution execution = begin();
    byte[] handle = prepared.handle();
    if (values.length > 0) {
      handle =
          owner().client().bind(handle, batch(Collections.singletonList(currentRow())), execution);
    }
    return queryResult(
        owner().client().flightInfo(SqlCommands.preparedQuery(handle), execution), execution);
  }

  @Override
  public int executeUpdate() throws SQLException {
    return (int) Math.min(Integer.MAX_VALUE, executeLargeUpdate());
  }

  @Override
  public long executeLargeUpdate() throws SQLException {
    checkOpen();
    if (!resultFields.isEmpty()) {
      throw SqlErrors.of(
          SqlErrors.WRONG_STATEMENT_KIND, "the statement returns rows; use executeQuery");
    }
    Execution execution = begin();
    updateCount =
        Math.max(
            0,
            values.length == 0
                ? owner().client().update(updateCommand(), execution)
                : owner()
                    .client()
                    .update(
                        updateCommand(),
                        batch(Collections.singletonList(currentRow())),
                        execution));
    owner().noteUpdate();
    return updateCount;
  }

  private byte[] updateCommand() {
    return SqlCommands.preparedUpdate(prepared.handle());
  }

  private IpcBatch batch(List<@Nullable Object[]> given) throws SQLException {
    List<ArrowField> fields = new ArrayList<>(values.length);
    for (int i = 0; i < values.length; i++) {
      ArrowField wanted = parameterFields.get(i);
      fields.add(
          ParameterValues.writable(wanted)
              ? wanted
              : ParameterValues.fieldFor(wanted.name(), firstValue(given, i)));
    }
    List<@Nullable Object[]> coerced = new ArrayList<>(given.size());
    for (@Nullable Object[] row : given) {
      @Nullable Object[] target = new @Nullable Object[row.length];
      for (int i = 0; i < row.length; i++) {
        Object value = row[i];
        target[i] = value == null ? null : ParameterValues.coerce(fields.get(i), value);
      }
      coerced.add(target);
    }
    return BatchWriter.write(fields, coerced);
  }

  private static @Nullable Object firstValue(List<@Nullable Object[]> rows, int column) {
    for (@Nullable Object[] row : rows) {
      if (row[column] != null) {
        return row[column];
      }
    }
    return null;
  }

  @Override
  protected void close_() {
    boolean wasOpen = !closed;
    super.close_();
    if (wasOpen) {
      try {
        owner().client().closePrepared(prepared.handle(), Execution.limitedTo(5));
      } catch (SQLException e) {
        // The server forgets handles by itself after a while.
      }
    }
  }

  // Batches

  @Override
  public void addBatch() throws SQLException {
    checkOpen();
    if (rows.size() >= MAX_BATCH_ROWS) {
      throw SqlErrors.of("54000", "a batch has at most " + MAX_BATCH_ROWS + " rows");
    }
    rows.add(currentRow());
  }

  @Override
  public void clearBatch() throws SQLException {
    checkOpen();
    rows.clear();
  }

  /// Sends the whole batch in one call. The server reports one sum, so each count is
  /// `SUCCESS_NO_INFO`, unless every row changed exactly one.
  @Override
  public long[] executeLargeBatch() throws SQLException {
    checkOpen();
    List<@Nullable Object[]> given = List.copyOf(rows);
    rows.clear();
    long[] counts = new long[given.size()];
    if (given.isEmpty()) {
      return counts;
    }
    if (!resultFields.isEmpty()) {
      throw new BatchUpdateException(
          "a batch cannot return rows", SqlErrors.WRONG_STATEMENT_KIND, new int[0]);
    }
    Execution execution = begin();
    try {
      long sum =
          values.length == 0
              ? repeat(given.size(), execution)
              : owner().client().update(updateCommand(), batch(given), execution);
      owner().noteUpdate();
      Arrays.fill(counts, sum == counts.length ? 1 : SUCCESS_NO_INFO);
      return counts;
    } catch (SQLException e) {
      throw new BatchUpdateException(
          e.getMessage(), e.getSQLState(), e.getErrorCode(), new long[0], e);
    }
  }

  private long repeat(int times, Execution execution) throws SQLException {
    long sum = 0;
    for (int i = 0; i < times; i++) {
      sum += owner().client().update(updateCommand(), execution);
    }
    return sum;
  }

  // Metadata

  @Override
  public void clearParameters() throws SQLException {
    checkOpen();
    values = new @Nullable Object[values.length];
    bound = new boolean[values.length];
  }

  /// Null for a statement without rows.
  @Override
  public @Nullable ResultSetMetaData getMetaData() throws SQLException {
    checkOpen();
    return resultFields.isEmpty() ? null : new BauplanResultSetMetaData(resultFields);
  }

  @Override
  public ParameterMetaData getParameterMetaData() throws SQLException {
    checkOpen();
    return new BauplanParameterMetaData(parameterFields);
  }

  @Override
  public String toString() {
    return sql;
  }
}
