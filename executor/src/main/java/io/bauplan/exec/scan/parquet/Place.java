package io.bauplan.exec.scan.parquet;

/// Bytes of a file that its footer points to; none where `length` is 0.
record Place(long offset, int length) {
  static final Place NONE = new Place(0, 0);

  boolean isThere() {
    return length > 0;
  }

  long end() {
    return offset + length;
  }
}
