package io.bauplan.sql.project;

/// What becomes of a model's rows.
public enum Materialization {
  /// They are seen by the models that read them, and gone after the run.
  NONE,
  REPLACE,
  APPEND,
  OVERWRITE_PARTITIONS
}
