package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.scan.BatchReader;
import java.util.Arrays;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Batches of a few rows each, copied out of those of usual size: what an operator does at the
/// seams of its input shows at any size of data (`SET batch_rows`).
record CutSource(Source source, int rows, BufferAllocator allocator) implements Source {
  @Override
  public int drivers() {
    return source.drivers();
  }

  @Override
  public BatchReader open(int driver) {
    return new Reader(source.open(driver));
  }

  private final class Reader implements BatchReader {
    private final BatchReader reader;
    private @Nullable Batch current;
    private int given;

    Reader(BatchReader reader) {
      this.reader = reader;
    }

    @Override
    public @Nullable Batch next() {
      Batch batch = current;
      if (batch == null) {
        batch = reader.next();
        if (batch == null || batch.rowCount() <= rows && batch.selection() == null) {
          return batch;
        }
        current = batch;
        given = 0;
      }
      int count = Math.min(rows, batch.rowCount() - given);
      int[] picked = picked(batch, given, count);
      Batch piece = new Batch(BatchGather.gather(batch, picked, count, allocator), count);
      given += count;
      if (given == batch.rowCount()) {
        current = null;
        batch.close();
      }
      return piece;
    }

    private static int[] picked(Batch batch, int from, int count) {
      int[] selection = batch.selection();
      if (selection != null) {
        return Arrays.copyOfRange(selection, from, from + count);
      }
      int[] picked = new int[count];
      Arrays.setAll(picked, i -> from + i);
      return picked;
    }

    @Override
    public void close() {
      if (current != null) {
        current.close();
        current = null;
      }
      reader.close();
    }
  }
}
