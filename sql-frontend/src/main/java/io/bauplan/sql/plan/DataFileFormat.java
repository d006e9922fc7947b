package io.bauplan.sql.plan;

/// File formats that a scan can read.
public enum DataFileFormat {
  PARQUET,
  CSV,
  JSON,
  ARROW
}
