package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.spill.SpillStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Rows that were collected, given out to several drivers: in slices without copying, or by blocks
/// where they are on disk. Borrows them.
final class HeldRowsSource implements Source {
  private final SpillingCollector held;
  private final BufferAllocator allocator;
  private final int threads;
  private final AtomicInteger next = new AtomicInteger();
  private @Nullable Batch rows;
  private @Nullable SpillStream onDisk;

  /// @param held complete when the source's pipeline starts
  HeldRowsSource(SpillingCollector held, BufferAllocator allocator, int threads) {
    this.held = held;
    this.allocator = allocator;
    this.threads = threads;
  }

  @Override
  public int drivers() {
    SpreadRows spilled = held.side();
    if (spilled != null) {
      onDisk = spilled.stream(0);
      return Math.max(1, Math.min(threads, onDisk.blocks()));
    }
    Batch all = held.rows().rows();
    rows = all;
    int slices = (all.rowCount() + Vector.BATCH_ROWS - 1) / Vector.BATCH_ROWS;
    return Math.max(1, Math.min(threads, slices));
  }

  @Override
  public BatchReader open(int driver) {
    if (onDisk != null) {
      return onDisk.open(allocator, next);
    }
    Batch all = Objects.requireNonNull(rows);
    return Readers.of(() -> slice(all), () -> {});
  }

  private @Nullable Batch slice(Batch all) {
    long from = (long) next.getAndIncrement() * Vector.BATCH_ROWS;
    if (from >= all.rowCount()) {
      return null;
    }
    int count = (int) Math.min(Vector.BATCH_ROWS, all.rowCount() - from);
    List<Vector> columns = new ArrayList<>();
    for (Vector column : all.columns()) {
      columns.add(column.slice((int) from, count));
    }
    return new Batch(columns, count);
  }
}
