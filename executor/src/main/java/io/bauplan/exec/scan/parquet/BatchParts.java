package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Parts of the batches of a column that comes by whole batches, as the cache has it. No part goes
/// from one batch to the next.
final class BatchParts implements ColumnReader {
  /// Where a part may begin without a copy.
  private static final int SLICE_ROWS = 64;

  private final ColumnReader source;
  private final BufferAllocator allocator;

  /// Rows that have not been taken from the source.
  private long left;

  private @Nullable Vector batch;
  private int at;

  /// Takes ownership of the source.
  ///
  /// @param rows that it has
  BatchParts(ColumnReader source, long rows, BufferAllocator allocator) {
    this.source = source;
    this.left = rows;
    this.allocator = allocator;
  }

  @Override
  public String name() {
    return source.name();
  }

  private int nextLength() {
    return (int) Math.min(Vector.BATCH_ROWS, left);
  }

  @Override
  public Vector read(int rows) {
    Vector whole = batch;
    if (whole == null) {
      int length = nextLength();
      whole = source.read(length);
      left -= length;
      batch = whole;
      at = 0;
    }
    int from = at;
    Vector part;
    if (from % SLICE_ROWS == 0) {
      part = whole.slice(from, rows);
    } else {
      int[] chosen = new int[rows];
      for (int i = 0; i < rows; i++) {
        chosen[i] = from + i;
      }
      try (Batch copied =
          new Batch(List.of(whole.retain()), whole.length(), chosen, rows).compact(allocator)) {
        part = copied.column(0).retain();
      }
    }
    forward(whole, rows);
    return part;
  }

  private void forward(Vector whole, int rows) {
    at += rows;
    if (at == whole.length()) {
      whole.close();
      batch = null;
    }
  }

  @Override
  public void skip(int rows) {
    int toSkip = rows;
    while (toSkip > 0) {
      Vector whole = batch;
      if (whole != null) {
        int step = Math.min(toSkip, whole.length() - at);
        forward(whole, step);
        toSkip -= step;
        continue;
      }
      int length = nextLength();
      if (length <= toSkip) {
        source.skip(length);
        left -= length;
        toSkip -= length;
      } else {
        batch = source.read(length);
        left -= length;
        at = 0;
      }
    }
  }

  @Override
  public void finish() {
    source.finish();
  }

  @Override
  public void close() {
    Vector whole = batch;
    batch = null;
    if (whole != null) {
      whole.close();
    }
    source.close();
  }
}
