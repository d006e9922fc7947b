package io.bauplan.jdbc;

import io.bauplan.jdbc.arrow.ArrowField;
import io.bauplan.jdbc.arrow.Column;
import io.bauplan.jdbc.arrow.ColumnText;
import io.bauplan.jdbc.wire.SqlErrors;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Date;
import java.sql.NClob;
import java.sql.Ref;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.Calendar;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.sql.rowset.serial.SerialBlob;
import javax.sql.rowset.serial.SerialClob;
import org.apache.calcite.avatica.AvaticaResultSet;
import org.apache.calcite.avatica.AvaticaStatement;
import org.jspecify.annotations.Nullable;

/// Rows of a query, forward only. Reading a value touches the current Arrow batch in place; objects
/// it returns are copies.
public final class BauplanResultSet extends ResultSetByLabel {
  private final @Nullable BauplanStatement owner;
  private final RowSource source;
  private final List<ArrowField> fields;
  private final Column[] columns;
  private final long maxRows;
  private @Nullable Map<String, Integer> labels;

  /// Position within the batch; -1 before its first row and whenever there is no current row.
  private int row = -1;

  private int batchRows;
  private long rowsBefore;
  private boolean lastWasNull;
  private boolean exhausted;
  private boolean released;

  /// Takes ownership of `source`.
  ///
  /// @param maxRows rows to return at most; 0 for all
  BauplanResultSet(@Nullable BauplanStatement owner, RowSource source, long maxRows)
      throws SQLException {
    super(owner, new BauplanResultSetMetaData(source.fields()));
    this.owner = owner;
    this.source = source;
    this.fields = source.fields();
    this.columns = source.columns();
    this.maxRows = maxRows == 0 ? Long.MAX_VALUE : maxRows;
  }

  /// A result without a statement behind it.
  static BauplanResultSet standalone(RowSource source) throws SQLException {
    return new BauplanResultSet(null, source, 0);
  }

  // Position

  @Override
  public boolean next() throws SQLException {
    if (row + 1 < batchRows) {
      row++;
      return true;
    }
    return nextBatch();
  }

  private boolean nextBatch() throws SQLException {
    checkOpen();
    rowsBefore += batchRows;
    row = -1;
    batchRows = 0;
    if (exhausted) {
      return false;
    }
    long wanted = maxRows - rowsBefore;
    int count = wanted <= 0 ? -1 : 0;
    while (count == 0) {
      count = source.nextBatch();
    }
    if (count < 0) {
      exhausted = true;
      // The transport is free for the next statement even if nobody closes this result.
      source.close();
      return false;
    }
    batchRows = (int) Math.min(count, wanted);
    row = 0;
    return true;
  }

  @Override
  protected void checkOpen() throws SQLException {
    if (released) {
      throw SqlErrors.of(SqlErrors.CURSOR_STATE, "the result set is closed");
    }
  }

  /// Frees everything without telling the statement.
  void release() {
    released = true;
    row = -1;
    batchRows = 0;
    source.close();
  }

  @Override
  public void close() {
    if (!released) {
      release();
      super.close();
    }
  }

  @Override
  public boolean isClosed() {
    return released;
  }

  @Override
  protected void cancel() {
    release();
  }

  @Override
  protected AvaticaResultSet execute() {
    return this;
  }

  private Column at(int columnIndex) throws SQLException {
    if (row < 0 || columnIndex < 1 || columnIndex > columns.length) {
      throw misplaced(columnIndex);
    }
    return columns[columnIndex - 1];
  }

  private SQLException misplaced(int columnIndex) {
    if (released) {
      return SqlErrors.of(SqlErrors.CURSOR_STATE, "the result set is closed");
    }
    if (columnIndex < 1 || columnIndex > columns.length) {
      return SqlErrors.of(
          SqlErrors.UNDEFINED_COLUMN,
          "there is no column " + columnIndex + "; the result has " + columns.length);
    }
    return SqlErrors.of(
        SqlErrors.CURSOR_STATE,
        exhausted ? "there are no more rows" : "call next() before reading the first row");
  }

  @Override
  public int findColumn(String label) throws SQLException {
    checkOpen();
    Map<String, Integer> known = labels;
    if (known == null) {
      known = new HashMap<>();
      for (int i = fields.size(); i > 0; i--) {
        String name = fields.get(i - 1).name();
        known.put(name.toLowerCase(Locale.ROOT), i);
      }
      labels = known;
    }
    Integer index = known.get(label.toLowerCase(Locale.ROOT));
    if (index == null) {
      throw SqlErrors.of(SqlErrors.UNDEFINED_COLUMN, "the result has no column '" + label + "'");
    }
    return index;
  }

  @Override
  public boolean wasNull() {
    return lastWasNull;
  }

  // Numbers

  @Override
  public boolean getBoolean(int columnIndex) throws SQLException {
    Column column = at(columnIndex);
    lastWasNull = column.isNull(row);
    return !lastWasNull && column.getBoolean(row);
  }

  @Override
  public byte getByte(int columnIndex) throws SQLException {
    return (byte) ranged(columnIndex, Byte.MIN_VALUE, Byte.MAX_VALUE, "byte");
  }

  @Override
  public short getShort(int columnIndex) throws SQLException {
    return (short) ranged(columnIndex, Short.MIN_VALUE, Short.MAX_VALUE, "short");
  }

  @Override
  public int getInt(int columnIndex) throws SQLException {
    return (int) ranged(columnIndex, Integer.MIN_VALUE, Integer.MAX_VALUE, "int");
  }

  private long ranged(int columnIndex, long min, long max, String type) throws SQLException {
    long value = getLong(columnIndex);
    if (value < min || value > max) {
      throw SqlErrors.of(
          SqlErrors.OUT_OF_RANGE,
          value + " in column " + columnIndex + " does not fit into a Java " + type);
    }
    return value;
  }

  @Override
  public long getLong(int columnIndex) throws SQLException {
    Column column = at(columnIndex);
    if (column.isNull(row)) {
      lastWasNull = true;
      return 0;
    }
    lastWasNull = false;
    return column.getLong(row);
  }

  @Override
  public float getFloat(int columnIndex) throws SQLException {
    return (float) getDouble(columnIndex);
  }

  @Override
  public double getDouble(int columnIndex) throws SQLException {
    Column column = at(columnIndex);
    if (column.isNull(row)) {
      lastWasNull = true;
      return 0;
    }
    lastWasNull = false;
    return column.getDouble(row);
  }

  @Override
  public @Nullable BigDecimal getBigDecimal(int columnIndex) throws SQLException {
    Column column = at(columnIndex);
    lastWasNull = column.isNull(row);
    return lastWasNull ? null : column.getDecimal(row);
  }

  @Override
  @Deprecated
  public @Nullable BigDecimal getBigDecimal(int columnIndex, int scale) throws SQLException {
    BigDecimal value = getBigDecimal(columnIndex);
    return value == null ? null : value.setScale(scale, RoundingMode.HALF_UP);
  }

  // Text and bytes

  @Override
  public @Nullable String getString(int columnIndex) throws SQLException {
    Column column = at(columnIndex);
    lastWasNull = column.isNull(row);
    return lastWasNull ? null : ColumnText.string(column, row);
  }

  @Override
  public @Nullable String getNString(int columnIndex) throws SQLException {
    return getString(columnIndex);
  }

  @Override
  public byte @Nullable [] getBytes(int columnIndex) throws SQLException {
    Column column = at(columnIndex);
    lastWasNull = column.isNull(row);
    return lastWasNull ? null : ColumnText.bytes(column, row);
  }

  @Override
  public @Nullable InputStream getBinaryStream(int columnIndex) throws SQLException {
    byte[] bytes = getBytes(columnIndex);
    return bytes == null ? null : new ByteArrayInputStream(bytes);
  }

  @Override
  public @Nullable InputStream getAsciiStream(int columnIndex) throws SQLException {
    String text = getString(columnIndex);
    return text == null ? null : new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  @Deprecated
  public @Nullable InputStream getUnicodeStream(int columnIndex) throws SQLException {
    String text = getString(columnIndex);
    return text == null ? null : new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public @Nullable Reader getCharacterStream(int columnIndex) throws SQLException {
    String text = getString(columnIndex);
    return text == null ? null : new StringReader(text);
  }

  @Override
  public @Nullable Reader getNCharacterStream(int columnIndex) throws SQLException {
    return getCharacterStream(columnIndex);
  }

  @Override
  public @Nullable Blob getBlob(int columnIndex) throws SQLException {
    byte[] bytes = getBytes(columnIndex);
    return bytes == null ? null : new SerialBlob(bytes);
  }

  @Override
  public @Nullable Clob getClob(int columnIndex) throws SQLException {
    String text = getString(columnIndex);
    return text == null ? null : new SerialClob(text.toCharArray());
  }

  @Override
  public @Nullable URL getURL(int columnIndex) throws SQLException {
    String text = getString(columnIndex);
    try {
      return text == null ? null : URI.create(text).toURL();
    } catch (MalformedURLException | IllegalArgumentException e) {
      throw SqlErrors.of(SqlErrors.INVALID_CAST, "not a URL: '" + text + "'", e);
    }
  }

  // Dates and times

  @Override
  public @Nullable Date getDate(int columnIndex) throws SQLException {
    return getDate(columnIndex, null);
  }

  @Override
  public @Nullable Date getDate(int columnIndex, @Nullable Calendar calendar) throws SQLException {
    Column column = at(columnIndex);
    lastWasNull = column.isNull(row);
    return lastWasNull ? null : Conversions.date(column, row, calendar);
  }

  @Override
  public @Nullable Time getTime(int columnIndex) throws SQLException {
    return getTime(columnIndex, null);
  }

  @Override
  public @Nullable Time getTime(int columnIndex, @Nullable Calendar calendar) throws SQLException {
    Column column = at(columnIndex);
    lastWasNull = column.isNull(row);
    return lastWasNull ? null : Conversions.time(column, row, calendar);
  }

  @Override
  public @Nullable Timestamp getTimestamp(int columnIndex) throws SQLException {
    return getTimestamp(columnIndex, null);
  }

  @Override
  public @Nullable Timestamp getTimestamp(int columnIndex, @Nullable Calendar calendar)
      throws SQLException {
    Column column = at(columnIndex);
    lastWasNull = column.isNull(row);
    return lastWasNull ? null : Conversions.timestamp(column, row, calendar);
  }

  // Objects

  @Override
  public @Nullable Object getObject(int columnIndex) throws SQLException {
    Column column = at(columnIndex);
    lastWasNull = column.isNull(row);
    return lastWasNull ? null : Conversions.object(column, row);
  }

  @Override
  public @Nullable Object getObject(int columnIndex, @Nullable Map<String, Class<?>> map)
      throws SQLException {
    return getObject(columnIndex);
  }

  @Override
  public <T> @Nullable T getObject(int columnIndex, Class<T> type) throws SQLException {
    Column column = at(columnIndex);
    lastWasNull = column.isNull(row);
    return lastWasNull ? null : type.cast(Conversions.to(type, column, row));
  }

  @Override
  public @Nullable Array getArray(int columnIndex) throws SQLException {
    return getObject(columnIndex, Array.class);
  }

  @Override
  public Ref getRef(int columnIndex) throws SQLException {
    throw SqlErrors.unsupported("REF");
  }

  @Override
  public RowId getRowId(int columnIndex) throws SQLException {
    throw SqlErrors.unsupported("ROWID");
  }

  @Override
  public NClob getNClob(int columnIndex) throws SQLException {
    throw SqlErrors.unsupported("NCLOB");
  }

  @Override
  public SQLXML getSQLXML(int columnIndex) throws SQLException {
    throw SqlErrors.unsupported("SQLXML");
  }

  // State

  @Override
  public ResultSetMetaData getMetaData() throws SQLException {
    checkOpen();
    return resultSetMetaData;
  }

  @Override
  public @Nullable AvaticaStatement getStatement() throws SQLException {
    checkOpen();
    return owner;
  }

  @Override
  public boolean isBeforeFirst() throws SQLException {
    checkOpen();
    return rowsBefore == 0 && batchRows == 0 && !exhausted;
  }

  @Override
  public boolean isAfterLast() throws SQLException {
    checkOpen();
    return exhausted && rowsBefore > 0;
  }

  @Override
  public boolean isFirst() throws SQLException {
    checkOpen();
    return rowsBefore == 0 && row == 0;
  }

  @Override
  public int getRow() throws SQLException {
    checkOpen();
    return row < 0 ? 0 : (int) Math.min(Integer.MAX_VALUE, rowsBefore + row + 1);
  }

  @Override
  public int getType() throws SQLException {
    checkOpen();
    return ResultSet.TYPE_FORWARD_ONLY;
  }

  @Override
  public int getConcurrency() throws SQLException {
    checkOpen();
    return ResultSet.CONCUR_READ_ONLY;
  }

  @Override
  public int getHoldability() throws SQLException {
    checkOpen();
    return ResultSet.HOLD_CURSORS_OVER_COMMIT;
  }

  @Override
  public int getFetchDirection() throws SQLException {
    checkOpen();
    return ResultSet.FETCH_FORWARD;
  }
}
