package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.Vector;
import java.util.List;

/// A column that was read from local disk at once.
final class StoredColumnReader implements ColumnReader {
  private final String name;
  private final List<Vector> vectors;
  private int next;

  /// Takes ownership of the vectors.
  StoredColumnReader(String name, List<Vector> vectors) {
    this.name = name;
    this.vectors = vectors;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Vector read(int rows) {
    return vectors.get(next++).retain();
  }

  @Override
  public void close() {
    vectors.forEach(Vector::close);
  }
}
