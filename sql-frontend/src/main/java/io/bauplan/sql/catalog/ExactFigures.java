package io.bauplan.sql.catalog;

/// What manifests tell exactly of a snapshot that no delete file touches.
public interface ExactFigures {
  long rows();

  /// Statistics of a column where every file has them: `nullCount` is present, and the bounds are
  /// there unless all values are NULL. Bounds of texts, binary and floating-point columns are not
  /// exact (cut short, or blind to NaN) and never given.
  java.util.Optional<ColumnStatistics> column(int fieldId);
}
