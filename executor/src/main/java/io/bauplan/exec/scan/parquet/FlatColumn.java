package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.Vector;

/// A column that is one leaf.
record FlatColumn(String name, ChunkReader chunk) implements ColumnReader {
  @Override
  public Vector read(int rows) {
    return chunk.read(rows);
  }

  @Override
  public Vector pick(int rows, int[] picked, int count) {
    return chunk.pick(rows, picked, count);
  }

  @Override
  public void skip(int rows) {
    chunk.skip(rows);
  }

  @Override
  public void close() {
    chunk.close();
  }
}
