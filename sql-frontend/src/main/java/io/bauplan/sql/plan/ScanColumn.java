package io.bauplan.sql.plan;

import org.jspecify.annotations.Nullable;

/// A column that a scan produces.
///
/// @param fieldId Iceberg field id, by which the column is found in data files; -1 = by name
/// @param initialDefault value for files written before the column existed, as in
///     [Expression.Literal]
public record ScanColumn(int fieldId, Column column, @Nullable Object initialDefault) {
  public ScanColumn(int fieldId, Column column) {
    this(fieldId, column, null);
  }
}
