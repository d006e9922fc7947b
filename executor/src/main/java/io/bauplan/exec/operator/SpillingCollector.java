package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.BatchAppender;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.spill.OperatorSpill;
import io.bauplan.sql.plan.RowType;
import java.util.List;
import org.apache.arrow.memory.OutOfMemoryException;
import org.jspecify.annotations.Nullable;

/// Keeps every row of its input: in memory as long as they have room there with all that is made of
/// them, otherwise on disk from the row on with which they had not. Thread-safe.
public final class SpillingCollector implements Sink {
  /// Batches of up to so many rows are put together to such of so many.
  private static final int SMALL_ROWS = 512;

  private static final int TOGETHER_ROWS = 2048;

  private final RowCollector rows;
  private final OperatorSpill spill;
  private final RowType type;
  private final List<Integer> keys;
  private volatile @Nullable SpreadRows side;

  private final long bytesPerRow;

  /// @param rows collects what is in memory
  /// @param keys that rows are spread by on disk; empty = they stay together
  /// @param bytesPerRow of what is made of the rows, besides a copy of them
  public SpillingCollector(
      RowCollector rows, RowType type, List<Integer> keys, long bytesPerRow, OperatorSpill spill) {
    this.bytesPerRow = bytesPerRow;
    this.rows = rows;
    this.type = type;
    this.keys = keys;
    this.spill = spill;
  }

  /// Where the rows are on disk; null = they are in memory.
  public @Nullable SpreadRows side() {
    return side;
  }

  @Override
  public Writer open(int driver) {
    return new Collected();
  }

  /// One driver's rows. Small batches are put together at once.
  private final class Collected implements Writer {
    private final @Nullable BatchAppender small =
        BatchAppender.supports(type) ? rows.appender(TOGETHER_ROWS) : null;

    private SpreadRows.@Nullable Writer writer;

    @Override
    public void accept(Batch batch) {
      boolean copied;
      try {
        copied = appended(batch);
        if (!copied) {
          // Rows stay in their order; and what is held may have to go to disk.
          flush();
        }
      } catch (RuntimeException | Error e) {
        batch.close();
        throw e;
      }
      if (copied) {
        batch.close();
      } else {
        add(batch);
      }
    }

    /// Whether the rows are among the small ones now.
    private boolean appended(Batch batch) {
      if (small == null || batch.rowCount() > SMALL_ROWS) {
        return false;
      }
      if (!small.hasRoom(batch.rowCount())) {
        flush();
      }
      try {
        small.append(batch);
        return true;
      } catch (OutOfMemoryException e) {
        return false;
      }
    }

    private void flush() {
      if (small != null && small.rowCount() > 0) {
        add(small.take());
      }
    }

    private void add(Batch batch) {
      SpreadRows onDisk = side;
      SpreadRows.Writer to = writer;
      if (onDisk == null) {
        rows.add(batch);
        long held = rows.plainBytes();
        if (spill.isDue(held, held + rows.rowCountSoFar() * bytesPerRow)) {
          spill();
        }
        return;
      }
      if (to == null) {
        to = onDisk.writer();
        writer = to;
      }
      to.add(batch);
    }

    @Override
    public void finish() {
      flush();
      if (writer != null) {
        writer.close();
      }
    }
  }

  /// The same sink, which in the end puts rows that are in memory together.
  public Sink together() {
    return new Sink() {
      @Override
      public Writer open(int driver) {
        return SpillingCollector.this.open(driver);
      }

      @Override
      public void complete() {
        SpillingCollector.this.complete();
        if (side == null) {
          try {
            rows.complete();
          } catch (OutOfMemoryException e) {
            spill();
          }
        }
      }
    };
  }

  /// The rows in memory, where they are there.
  public RowCollector rows() {
    return rows;
  }

  /// Puts on disk what is in memory, and whatever comes.
  public void spill() {
    List<Batch> taken;
    SpreadRows to;
    synchronized (this) {
      to = side;
      if (to == null) {
        to = new SpreadRows(spill, type, keys, 0);
        side = to;
      }
      taken = rows.take();
    }
    try (SpreadRows.Writer writer = to.writer()) {
      while (!taken.isEmpty()) {
        add(taken.removeLast(), writer);
      }
    } finally {
      taken.forEach(Batch::close);
    }
  }

  /// By slices: all rows may be in one batch already. Takes ownership of the batch.
  private static void add(Batch batch, SpreadRows.Writer writer) {
    try (batch) {
      for (int from = 0; from < batch.rowCount(); from += Vector.BATCH_ROWS) {
        int start = from;
        int count = Math.min(Vector.BATCH_ROWS, batch.rowCount() - from);
        writer.add(
            new Batch(batch.columns().stream().map(c -> c.slice(start, count)).toList(), count));
      }
    }
  }

  /// Another driver may have added to the rows in memory while they were spilled.
  @Override
  public void complete() {
    if (side != null) {
      spill();
    }
  }
}
