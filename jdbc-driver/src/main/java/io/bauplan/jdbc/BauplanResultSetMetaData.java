package io.bauplan.jdbc;

import io.bauplan.jdbc.arrow.ArrowField;
import io.bauplan.jdbc.arrow.ColumnMetadataKeys;
import io.bauplan.jdbc.wire.SqlErrors;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.List;

/// Describes a result's columns by their Arrow fields and Flight SQL metadata.
final class BauplanResultSetMetaData implements ResultSetMetaData {
  private final List<ArrowField> fields;

  BauplanResultSetMetaData(List<ArrowField> fields) {
    this.fields = fields;
  }

  private ArrowField field(int column) throws SQLException {
    if (column < 1 || column > fields.size()) {
      throw SqlErrors.of(
          SqlErrors.UNDEFINED_COLUMN,
          "there is no column " + column + "; the result has " + fields.size());
    }
    return fields.get(column - 1);
  }

  private String metadata(int column, String key) throws SQLException {
    return field(column).metadata().getOrDefault(key, "");
  }

  @Override
  public int getColumnCount() {
    return fields.size();
  }

  @Override
  public boolean isAutoIncrement(int column) throws SQLException {
    return JdbcType.flag(metadata(column, ColumnMetadataKeys.IS_AUTO_INCREMENT));
  }

  @Override
  public boolean isCaseSensitive(int column) throws SQLException {
    return JdbcType.caseSensitive(field(column));
  }

  @Override
  public boolean isSearchable(int column) throws SQLException {
    return field(column).children().isEmpty();
  }

  @Override
  public boolean isCurrency(int column) throws SQLException {
    ArrowField ignored = field(column);
    return false;
  }

  @Override
  public int isNullable(int column) throws SQLException {
    return field(column).nullable() ? columnNullable : columnNoNulls;
  }

  @Override
  public boolean isSigned(int column) throws SQLException {
    return JdbcType.signed(field(column));
  }

  @Override
  public int getColumnDisplaySize(int column) throws SQLException {
    return JdbcType.displaySize(field(column));
  }

  @Override
  public String getColumnLabel(int column) throws SQLException {
    return field(column).name();
  }

  @Override
  public String getColumnName(int column) throws SQLException {
    return field(column).name();
  }

  @Override
  public String getSchemaName(int column) throws SQLException {
    return metadata(column, ColumnMetadataKeys.SCHEMA_NAME);
  }

  @Override
  public int getPrecision(int column) throws SQLException {
    return JdbcType.precision(field(column));
  }

  @Override
  public int getScale(int column) throws SQLException {
    return JdbcType.scale(field(column));
  }

  @Override
  public String getTableName(int column) throws SQLException {
    return metadata(column, ColumnMetadataKeys.TABLE_NAME);
  }

  @Override
  public String getCatalogName(int column) throws SQLException {
    return metadata(column, ColumnMetadataKeys.CATALOG_NAME);
  }

  @Override
  public int getColumnType(int column) throws SQLException {
    return JdbcType.of(field(column));
  }

  @Override
  public String getColumnTypeName(int column) throws SQLException {
    return JdbcType.name(field(column));
  }

  @Override
  public boolean isReadOnly(int column) throws SQLException {
    ArrowField ignored = field(column);
    return true;
  }

  @Override
  public boolean isWritable(int column) throws SQLException {
    return !isReadOnly(column);
  }

  @Override
  public boolean isDefinitelyWritable(int column) throws SQLException {
    return !isReadOnly(column);
  }

  @Override
  public String getColumnClassName(int column) throws SQLException {
    Class<?> type = JdbcType.objectClass(field(column));
    return type == byte[].class ? "[B" : type.getName();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    if (type.isInstance(this)) {
      return type.cast(this);
    }
    throw SqlErrors.of(SqlErrors.INVALID_ARGUMENT, "not a wrapper for " + type.getName());
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return type.isInstance(this);
  }
}
