package io.bauplan.jdbc;

import io.bauplan.jdbc.wire.SqlErrors;
import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Date;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.Ref;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLType;
import java.sql.SQLXML;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.Calendar;
import org.jspecify.annotations.Nullable;

/// The setters of a prepared statement. All of them come down to [#set] with a Java value; which
/// SQL type it becomes is decided when the statement runs, by what the server says about the
/// parameter.
abstract class ParameterSetters extends BauplanStatement implements PreparedStatement {

  ParameterSetters(BauplanConnection connection, int holdability) {
    super(connection, holdability);
  }

  /// Binds a value to the parameter `index`, counted from 1.
  abstract void set(int index, @Nullable Object value) throws SQLException;

  @Override
  public void setBoolean(int index, boolean x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setByte(int index, byte x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setShort(int index, short x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setInt(int index, int x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setLong(int index, long x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setFloat(int index, float x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setDouble(int index, double x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setBigDecimal(int index, @Nullable BigDecimal x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setString(int index, @Nullable String x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setNString(int index, @Nullable String x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setBytes(int index, byte @Nullable [] x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setDate(int index, @Nullable Date x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setTime(int index, @Nullable Time x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setTimestamp(int index, @Nullable Timestamp x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setObject(int index, @Nullable Object x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setArray(int index, @Nullable Array x) throws SQLException {
    set(index, x);
  }

  @Override
  public void setAsciiStream(int index, @Nullable InputStream x) throws SQLException {
    set(index, ParameterStreams.text(x, Long.MAX_VALUE, StandardCharsets.US_ASCII));
  }

  @Override
  public void setAsciiStream(int index, @Nullable InputStream x, int length) throws SQLException {
    set(index, ParameterStreams.text(x, length, StandardCharsets.US_ASCII));
  }

  @Override
  public void setAsciiStream(int index, @Nullable InputStream x, long length) throws SQLException {
    set(index, ParameterStreams.text(x, length, StandardCharsets.US_ASCII));
  }

  @Override
  public void setBinaryStream(int index, @Nullable InputStream x) throws SQLException {
    set(index, ParameterStreams.bytes(x, Long.MAX_VALUE));
  }

  @Override
  public void setBinaryStream(int index, @Nullable InputStream x, int length) throws SQLException {
    set(index, ParameterStreams.bytes(x, length));
  }

  @Override
  public void setBinaryStream(int index, @Nullable InputStream x, long length) throws SQLException {
    set(index, ParameterStreams.bytes(x, length));
  }

  @Override
  @Deprecated
  public void setUnicodeStream(int index, @Nullable InputStream x, int length) throws SQLException {
    set(index, ParameterStreams.text(x, length, StandardCharsets.UTF_8));
  }

  @Override
  public void setCharacterStream(int index, @Nullable Reader x) throws SQLException {
    set(index, ParameterStreams.text(x, Long.MAX_VALUE));
  }

  @Override
  public void setCharacterStream(int index, @Nullable Reader x, int length) throws SQLException {
    set(index, ParameterStreams.text(x, length));
  }

  @Override
  public void setCharacterStream(int index, @Nullable Reader x, long length) throws SQLException {
    set(index, ParameterStreams.text(x, length));
  }

  @Override
  public void setNCharacterStream(int index, @Nullable Reader x) throws SQLException {
    set(index, ParameterStreams.text(x, Long.MAX_VALUE));
  }

  @Override
  public void setNCharacterStream(int index, @Nullable Reader x, long length) throws SQLException {
    set(index, ParameterStreams.text(x, length));
  }

  @Override
  public void setBlob(int index, @Nullable InputStream x) throws SQLException {
    set(index, ParameterStreams.bytes(x, Long.MAX_VALUE));
  }

  @Override
  public void setBlob(int index, @Nullable InputStream x, long length) throws SQLException {
    set(index, ParameterStreams.bytes(x, length));
  }

  @Override
  public void setClob(int index, @Nullable Reader x) throws SQLException {
    set(index, ParameterStreams.text(x, Long.MAX_VALUE));
  }

  @Override
  public void setClob(int index, @Nullable Reader x, long length) throws SQLException {
    set(index, ParameterStreams.text(x, length));
  }

  @Override
  public void setNClob(int index, @Nullable Reader x) throws SQLException {
    set(index, ParameterStreams.text(x, Long.MAX_VALUE));
  }

  @Override
  public void setNClob(int index, @Nullable Reader x, long length) throws SQLException {
    set(index, ParameterStreams.text(x, length));
  }

  @Override
  public void setRef(int index, Ref x) throws SQLException {
    throw SqlErrors.unsupported("setRef");
  }

  @Override
  public void setRowId(int index, RowId x) throws SQLException {
    throw SqlErrors.unsupported("setRowId");
  }

  @Override
  public void setSQLXML(int index, SQLXML x) throws SQLException {
    throw SqlErrors.unsupported("setSQLXML");
  }

  @Override
  public void setNull(int index, int sqlType) throws SQLException {
    set(index, null);
  }

  @Override
  public void setNull(int index, int sqlType, @Nullable String typeName) throws SQLException {
    set(index, null);
  }

  @Override
  public void setDate(int index, @Nullable Date x, @Nullable Calendar calendar)
      throws SQLException {
    set(
        index,
        x == null || calendar == null ? x : ParameterValues.wallClock(x, calendar).toLocalDate());
  }

  @Override
  public void setTime(int index, @Nullable Time x, @Nullable Calendar calendar)
      throws SQLException {
    set(
        index,
        x == null || calendar == null ? x : ParameterValues.wallClock(x, calendar).toLocalTime());
  }

  @Override
  public void setTimestamp(int index, @Nullable Timestamp x, @Nullable Calendar calendar)
      throws SQLException {
    set(index, x == null || calendar == null ? x : ParameterValues.wallClock(x, calendar));
  }

  @Override
  public void setObject(int index, @Nullable Object x, int targetSqlType) throws SQLException {
    set(index, x == null ? null : ParameterValues.asType(x, targetSqlType));
  }

  @Override
  public void setObject(int index, @Nullable Object x, int targetSqlType, int scaleOrLength)
      throws SQLException {
    setObject(index, x, targetSqlType);
  }

  @Override
  public void setObject(int index, @Nullable Object x, SQLType targetSqlType) throws SQLException {
    setObject(index, x, targetSqlType.getVendorTypeNumber());
  }

  @Override
  public void setObject(int index, @Nullable Object x, SQLType targetSqlType, int scaleOrLength)
      throws SQLException {
    setObject(index, x, targetSqlType);
  }

  @Override
  public void setURL(int index, @Nullable URL x) throws SQLException {
    set(index, x == null ? null : x.toString());
  }

  @Override
  public void setBlob(int index, @Nullable Blob x) throws SQLException {
    set(index, x == null ? null : x.getBytes(1, (int) x.length()));
  }

  @Override
  public void setClob(int index, @Nullable Clob x) throws SQLException {
    set(index, x == null ? null : x.getSubString(1, (int) x.length()));
  }

  @Override
  public void setNClob(int index, @Nullable NClob x) throws SQLException {
    setClob(index, (Clob) x);
  }
}
