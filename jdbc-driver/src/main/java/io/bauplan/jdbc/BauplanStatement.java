package io.bauplan.jdbc;

import io.bauplan.jdbc.wire.Execution;
import io.bauplan.jdbc.wire.FlightInfo;
import io.bauplan.jdbc.wire.SqlCommands;
import io.bauplan.jdbc.wire.SqlErrors;
import java.sql.BatchUpdateException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.calcite.avatica.AvaticaResultSet;
import org.apache.calcite.avatica.AvaticaStatement;
import org.jspecify.annotations.Nullable;

/// Runs SQL text: two calls for a query (plan, then stream), one for `executeUpdate`.
///
/// [#cancel()] may be called from any thread; everything else from one thread at a time.
public class BauplanStatement extends AvaticaStatement {
  private final BauplanConnection owner;
  private final List<String> batch = new ArrayList<>();
  private volatile @Nullable Execution running;

  BauplanStatement(BauplanConnection connection, int holdability) {
    super(connection, null, ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY, holdability);
    this.owner = connection;
    this.updateCount = -1;
  }

  final BauplanConnection owner() {
    return owner;
  }

  @Override
  protected void checkOpen() throws SQLException {
    if (closed) {
      throw SqlErrors.of(SqlErrors.CURSOR_STATE, "the statement is closed");
    }
  }

  /// Starts a new execution: the result before is closed, the time limit begins.
  final Execution begin() throws SQLException {
    checkOpen();
    owner.checkOpen();
    discardResult();
    updateCount = -1;
    Execution execution = Execution.limitedTo(getQueryTimeout());
    running = execution;
    return execution;
  }

  /// Takes the result of a planned statement; returns whether it has rows.
  final boolean take(FlightInfo info, Execution execution) throws SQLException {
    if (info.isUpdate()) {
      updateCount = FlightRows.updateCount(owner.client(), info, execution);
      owner.noteUpdate();
      return false;
    }
    RowSource rows = FlightRows.open(owner.client(), info, execution);
    openResultSet = new BauplanResultSet(this, rows, getLargeMaxRows());
    return true;
  }

  @Override
  protected void executeInternal(String sql) throws SQLException {
    Execution execution = begin();
    take(owner.client().flightInfo(SqlCommands.statementQuery(sql), execution), execution);
  }

  @Override
  public ResultSet executeQuery(String sql) throws SQLException {
    checkNotPrepared();
    Execution execution = begin();
    FlightInfo info = owner.client().flightInfo(SqlCommands.statementQuery(sql), execution);
    return queryResult(info, execution);
  }

  final ResultSet queryResult(FlightInfo info, Execution execution) throws SQLException {
    if (info.isUpdate()) {
      throw SqlErrors.of(
          SqlErrors.NO_RESULT_SET,
          "the statement returns no rows and was not run; use execute or executeUpdate");
    }
    take(info, execution);
    return openResultSet;
  }

  @Override
  public long executeLargeUpdate(String sql) throws SQLException {
    checkNotPrepared();
    Execution execution = begin();
    updateCount = Math.max(0, owner.client().update(SqlCommands.statementUpdate(sql), execution));
    owner.noteUpdate();
    return updateCount;
  }

  final void checkNotPrepared() throws SQLException {
    if (this instanceof java.sql.PreparedStatement) {
      throw SqlErrors.of(
          SqlErrors.WRONG_STATEMENT_KIND, "a prepared statement takes no SQL text when it runs");
    }
  }

  private void discardResult() {
    AvaticaResultSet result = openResultSet;
    openResultSet = null;
    if (result instanceof BauplanResultSet open) {
      open.release();
    }
  }

  /// Ends what runs at the moment; without effect when nothing does.
  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized") // it would wait for what it is to end
  public void cancel() throws SQLException {
    checkOpen();
    Execution execution = running;
    if (execution != null) {
      execution.cancel();
    }
  }

  @Override
  protected void close_() {
    if (!closed) {
      discardResult();
    }
    super.close_();
  }

  // Batches

  @Override
  public void addBatch(String sql) throws SQLException {
    checkOpen();
    checkNotPrepared();
    batch.add(sql);
  }

  @Override
  public void clearBatch() throws SQLException {
    checkOpen();
    batch.clear();
  }

  /// Runs the texts in order and stops at the first failure; what was done before it stays done.
  @Override
  public long[] executeLargeBatch() throws SQLException {
    checkOpen();
    List<String> texts = List.copyOf(batch);
    batch.clear();
    long[] counts = new long[texts.size()];
    for (int i = 0; i < counts.length; i++) {
      try {
        counts[i] = executeLargeUpdate(texts.get(i));
      } catch (SQLException e) {
        throw new BatchUpdateException(
            "statement " + (i + 1) + " of the batch: " + e.getMessage(),
            e.getSQLState(),
            e.getErrorCode(),
            Arrays.copyOf(counts, i),
            e);
      }
    }
    return counts;
  }

  // Results

  @Override
  public boolean getMoreResults(int current) throws SQLException {
    checkOpen();
    if (current != CLOSE_CURRENT_RESULT
        && current != KEEP_CURRENT_RESULT
        && current != CLOSE_ALL_RESULTS) {
      throw SqlErrors.of(SqlErrors.INVALID_ARGUMENT, current + " is no way to go on");
    }
    if (current != KEEP_CURRENT_RESULT) {
      discardResult();
    }
    openResultSet = null;
    updateCount = -1;
    return false;
  }

  @Override
  public @Nullable ResultSet getResultSet() throws SQLException {
    checkOpen();
    return openResultSet;
  }

  /// The engine generates no keys.
  @Override
  public ResultSet getGeneratedKeys() throws SQLException {
    checkOpen();
    return BauplanResultSet.standalone(new MemoryRows(List.of(), List.of()));
  }

  @Override
  public int executeUpdate(String sql, int autoGeneratedKeys) throws SQLException {
    return executeUpdate(sql);
  }

  @Override
  public int executeUpdate(String sql, int[] columnIndexes) throws SQLException {
    return executeUpdate(sql);
  }

  @Override
  public int executeUpdate(String sql, String[] columnNames) throws SQLException {
    return executeUpdate(sql);
  }

  @Override
  public long executeLargeUpdate(String sql, int autoGeneratedKeys) throws SQLException {
    return executeLargeUpdate(sql);
  }

  @Override
  public long executeLargeUpdate(String sql, int[] columnIndexes) throws SQLException {
    return executeLargeUpdate(sql);
  }

  @Override
  public long executeLargeUpdate(String sql, String[] columnNames) throws SQLException {
    return executeLargeUpdate(sql);
  }

  @Override
  public boolean execute(String sql, int autoGeneratedKeys) throws SQLException {
    return execute(sql);
  }

  @Override
  public boolean execute(String sql, int[] columnIndexes) throws SQLException {
    return execute(sql);
  }

  @Override
  public boolean execute(String sql, String[] columnNames) throws SQLException {
    return execute(sql);
  }

  // Settings without effect on this engine

  @Override
  public void setQueryTimeout(int seconds) throws SQLException {
    // The skeleton counts milliseconds in an int.
    super.setQueryTimeout(Math.min(seconds, Integer.MAX_VALUE / 1000));
  }

  @Override
  public void setLargeMaxRows(long rows) throws SQLException {
    checkOpen();
    if (rows < 0) {
      throw SqlErrors.of(SqlErrors.INVALID_ARGUMENT, "a negative number of rows: " + rows);
    }
    maxRowCount = rows;
  }

  @Override
  public void setFetchSize(int rows) throws SQLException {
    if (rows < 0) {
      throw SqlErrors.of(SqlErrors.INVALID_ARGUMENT, "a negative fetch size: " + rows);
    }
    super.setFetchSize(rows);
  }

  @Override
  public void setMaxFieldSize(int bytes) throws SQLException {
    checkOpen();
    if (bytes < 0) {
      throw SqlErrors.of(SqlErrors.INVALID_ARGUMENT, "a negative field size: " + bytes);
    }
  }

  @Override
  public int getFetchDirection() throws SQLException {
    checkOpen();
    return ResultSet.FETCH_FORWARD;
  }

  @Override
  public void setEscapeProcessing(boolean enable) throws SQLException {
    checkOpen();
  }

  @Override
  public void setPoolable(boolean poolable) throws SQLException {
    checkOpen();
  }
}
