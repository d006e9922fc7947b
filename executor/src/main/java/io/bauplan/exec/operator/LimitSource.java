package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.scan.BatchReader;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// LIMIT and OFFSET, counted over all drivers. Rows keep their order only where there is one
/// driver.
final class LimitSource implements Source {
  private final Source input;
  private long toSkip;
  private long left;

  LimitSource(Source input, long offset, long fetch) {
    this.input = input;
    this.toSkip = offset;
    this.left = fetch;
  }

  @Override
  public int drivers() {
    return input.drivers();
  }

  @Override
  public BatchReader open(int driver) {
    BatchReader reader = input.open(driver);
    return Readers.of(() -> next(reader), reader::close);
  }

  private @Nullable Batch next(BatchReader reader) {
    synchronized (this) {
      if (left == 0) {
        return null;
      }
    }
    Batch batch = reader.next();
    return batch == null ? null : cut(batch);
  }

  private synchronized Batch cut(Batch batch) {
    int count = batch.rowCount();
    int from = (int) Math.min(toSkip, count);
    toSkip -= from;
    int taken = (int) Math.min(left, count - from);
    left -= taken;
    if (taken == count) {
      return batch;
    }
    int[] selection = batch.selection();
    int[] rows;
    if (selection == null) {
      rows = new int[taken];
      for (int i = 0; i < taken; i++) {
        rows[i] = from + i;
      }
    } else {
      rows = Arrays.copyOfRange(selection, from, from + taken);
    }
    return batch.withSelection(rows, taken);
  }
}
