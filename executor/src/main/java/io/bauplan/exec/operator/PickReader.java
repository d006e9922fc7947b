package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.scan.BatchReader;
import java.util.Arrays;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Rows of a batch in a given order. Borrows the batch.
final class PickReader implements BatchReader {
  private final Batch rows;
  private final int[] order;
  private final BufferAllocator allocator;
  private int next;

  PickReader(Batch rows, int[] order, BufferAllocator allocator) {
    this.rows = rows;
    this.order = order;
    this.allocator = allocator;
  }

  @Override
  public @Nullable Batch next() {
    int count = Math.min(Vector.BATCH_ROWS, order.length - next);
    if (count <= 0) {
      return null;
    }
    int[] picked = Arrays.copyOfRange(order, next, next + count);
    next += count;
    return new Batch(BatchGather.gather(rows, picked, count, allocator), count);
  }

  @Override
  public void close() {}
}
