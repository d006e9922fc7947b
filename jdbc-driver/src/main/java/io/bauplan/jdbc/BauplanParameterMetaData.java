package io.bauplan.jdbc;

import io.bauplan.jdbc.arrow.ArrowField;
import io.bauplan.jdbc.wire.SqlErrors;
import java.sql.ParameterMetaData;
import java.sql.SQLException;
import java.util.List;

/// Describes a prepared statement's parameters by the Arrow fields that the server asks for.
final class BauplanParameterMetaData implements ParameterMetaData {
  private final List<ArrowField> fields;

  BauplanParameterMetaData(List<ArrowField> fields) {
    this.fields = fields;
  }

  private ArrowField field(int index) throws SQLException {
    if (index < 1 || index > fields.size()) {
      throw SqlErrors.of(
          SqlErrors.INVALID_ARGUMENT,
          "there is no parameter " + index + "; the statement has " + fields.size());
    }
    return fields.get(index - 1);
  }

  @Override
  public int getParameterCount() {
    return fields.size();
  }

  @Override
  public int isNullable(int index) throws SQLException {
    return field(index).nullable() ? parameterNullable : parameterNullableUnknown;
  }

  @Override
  public boolean isSigned(int index) throws SQLException {
    return JdbcType.signed(field(index));
  }

  @Override
  public int getPrecision(int index) throws SQLException {
    return JdbcType.precision(field(index));
  }

  @Override
  public int getScale(int index) throws SQLException {
    return JdbcType.scale(field(index));
  }

  @Override
  public int getParameterType(int index) throws SQLException {
    return JdbcType.of(field(index));
  }

  @Override
  public String getParameterTypeName(int index) throws SQLException {
    return JdbcType.name(field(index));
  }

  @Override
  public String getParameterClassName(int index) throws SQLException {
    return JdbcType.objectClass(field(index)).getName();
  }

  @Override
  public int getParameterMode(int index) throws SQLException {
    ArrowField ignored = field(index);
    return parameterModeIn;
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
