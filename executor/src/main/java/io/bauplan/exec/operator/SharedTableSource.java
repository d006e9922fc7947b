package io.bauplan.exec.operator;

import io.bauplan.exec.batch.ArrowBatches;
import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.udf.api.SharedTable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/// Reads a table in shared memory without copying it: drivers take slices of its record batches.
final class SharedTableSource implements Source {
  /// Rows that a driver takes at a time; a multiple of 64, as slices must begin.
  private static final int MORSEL_ROWS = 16 * Vector.BATCH_ROWS;

  private record Morsel(Batch batch, int from, int end) {}

  private final QueryContext query;
  private final Supplier<SharedTable> open;
  private final BufferAllocator allocator;
  private final List<Integer> projection;
  private final List<Morsel> morsels = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();

  /// @param open gives a reference to the table, owned from then on
  SharedTableSource(
      QueryContext query,
      Supplier<SharedTable> open,
      List<Integer> projection,
      BufferAllocator allocator) {
    this.query = query;
    this.open = open;
    this.projection = List.copyOf(projection);
    this.allocator = allocator;
  }

  @Override
  public int drivers() {
    SharedTable table = query.own(open.get());
    for (int i = 0; i < table.batchCount(); i++) {
      Batch batch;
      try (VectorSchemaRoot root = table.batch(i, allocator)) {
        batch = query.own(ArrowBatches.toBatch(root, allocator));
      }
      for (int from = 0; from < batch.rowCount(); from += MORSEL_ROWS) {
        morsels.add(new Morsel(batch, from, Math.min(batch.rowCount(), from + MORSEL_ROWS)));
      }
    }
    return Math.max(1, Math.min(query.threads(), morsels.size()));
  }

  @Override
  public BatchReader open(int driver) {
    return new BatchReader() {
      private @Nullable Morsel morsel;
      private int position;

      @Override
      public @Nullable Batch next() {
        Morsel current = morsel;
        if (current == null || position == current.end) {
          int index = next.getAndIncrement();
          if (index >= morsels.size()) {
            return null;
          }
          current = morsels.get(index);
          morsel = current;
          position = current.from;
        }
        int count = Math.min(Vector.BATCH_ROWS, current.end - position);
        List<Vector> columns = new ArrayList<>();
        for (int column : projection) {
          columns.add(current.batch.column(column).slice(position, count));
        }
        position += count;
        return new Batch(columns, count);
      }

      @Override
      public void close() {}
    };
  }
}
