package io.bauplan.jdbc.arrow;

/// The layouts that a column can have: the tag that every value access switches on.
public enum Kind {
  NULL,
  BOOL,
  INT8,
  INT16,
  INT32,
  INT64,
  UINT8,
  UINT16,
  UINT32,
  UINT64,
  FLOAT16,
  FLOAT32,
  FLOAT64,
  DECIMAL,
  UTF8,
  LARGE_UTF8,
  UTF8_VIEW,
  BINARY,
  LARGE_BINARY,
  BINARY_VIEW,
  FIXED_BINARY,
  UUID,
  DATE_DAY,
  DATE_MILLI,
  TIME32,
  TIME64,
  TIMESTAMP,
  TIMESTAMP_TZ,
  DURATION,
  INTERVAL_MONTH,
  INTERVAL_DAY,
  INTERVAL_MONTH_DAY_NANO,
  LIST,
  LARGE_LIST,
  FIXED_LIST,
  MAP,
  STRUCT,
  SPARSE_UNION,
  DENSE_UNION;

  public boolean isText() {
    return this == UTF8 || this == LARGE_UTF8 || this == UTF8_VIEW;
  }

  public boolean isBinary() {
    return this == BINARY || this == LARGE_BINARY || this == BINARY_VIEW || this == FIXED_BINARY;
  }

  public boolean isList() {
    return this == LIST || this == LARGE_LIST || this == FIXED_LIST;
  }
}
