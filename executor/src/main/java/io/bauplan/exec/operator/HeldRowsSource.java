package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.scan.BatchReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Rows that lie in one batch, given out in slices to several drivers without copying. Borrows the
/// batch.
final class HeldRowsSource implements Source {
  private final Supplier<Batch> held;
  private final int threads;
  private final AtomicInteger next = new AtomicInteger();
  private @Nullable Batch rows;

  /// @param held asked for when the source's pipeline starts
  HeldRowsSource(Supplier<Batch> held, int threads) {
    this.held = held;
    this.threads = threads;
  }

  @Override
  public int drivers() {
    Batch all = held.get();
    rows = all;
    int slices = (all.rowCount() + Vector.BATCH_ROWS - 1) / Vector.BATCH_ROWS;
    return Math.max(1, Math.min(threads, slices));
  }

  @Override
  public BatchReader open(int driver) {
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
