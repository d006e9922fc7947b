package io.bauplan.sql.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A column that a scan produces.
///
/// @param fieldId Iceberg field id, by which the column is found in data files; -1 = by name
/// @param initialDefault value for files written before the column existed, as in
///     [Expression.Literal]
/// @param nested ids of the fields nested in the column, as in [FieldIds]; empty = by name
public record ScanColumn(
    int fieldId, Column column, @Nullable Object initialDefault, List<FieldIds> nested) {
  /// Iceberg's id of the metadata column that holds the file a row is in.
  public static final int FILE_ID = Integer.MAX_VALUE - 1;

  /// Iceberg's id of the metadata column that holds a row's number in its file.
  public static final int POSITION_ID = Integer.MAX_VALUE - 2;

  public ScanColumn {
    nested = List.copyOf(nested);
  }

  public ScanColumn(int fieldId, Column column, @Nullable Object initialDefault) {
    this(fieldId, column, initialDefault, List.of());
  }

  public ScanColumn(int fieldId, Column column) {
    this(fieldId, column, null);
  }

  /// The ids of the column and of what is nested in it.
  public FieldIds ids() {
    return new FieldIds(fieldId, nested);
  }
}
