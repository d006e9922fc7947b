package io.bauplan.exec.operator.join;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.operator.RowCollector;
import io.bauplan.exec.operator.Sink;
import io.bauplan.exec.spill.OperatorSpill;
import io.bauplan.sql.plan.RowType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The build side of a join: in memory as long as it has room there with all that is made of it,
/// otherwise on disk from the row on with which it had not. Thread-safe.
final class SpilledBuild implements Sink {
  private final RowCollector rows;
  private final OperatorSpill spill;
  private final RowType type;
  private final List<Integer> keys;
  private volatile @Nullable JoinSide side;

  /// @param rows collects what is in memory
  /// @param keys empty = all rows stay together on disk
  SpilledBuild(RowCollector rows, RowType type, List<Integer> keys, OperatorSpill spill) {
    this.rows = rows;
    this.type = type;
    this.keys = keys;
    this.spill = spill;
  }

  /// Where the rows are on disk; null = they are in memory.
  @Nullable JoinSide side() {
    return side;
  }

  @Override
  public Writer open(int driver) {
    return new Writer() {
      private JoinSide.@Nullable Writer writer;

      @Override
      public void accept(Batch batch) {
        JoinSide onDisk = side;
        JoinSide.Writer to = writer;
        if (onDisk == null) {
          rows.add(batch);
          long held = rows.plainBytes();
          long table = rows.rowCountSoFar() * SpilledJoin.TABLE_BYTES_PER_ROW * (keys.size() + 1);
          if (spill.isDue(held, held + table)) {
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
        if (writer != null) {
          writer.close();
        }
      }
    };
  }

  /// Puts on disk what is in memory, and whatever comes.
  void spill() {
    List<Batch> taken;
    JoinSide to;
    synchronized (this) {
      to = side;
      if (to == null) {
        to = new JoinSide(spill, type, keys, 0);
        side = to;
      }
      taken = rows.take();
    }
    try (JoinSide.Writer writer = to.writer()) {
      while (!taken.isEmpty()) {
        add(taken.removeLast(), writer);
      }
    } finally {
      taken.forEach(Batch::close);
    }
  }

  /// By slices: all rows may be in one batch already. Takes ownership of the batch.
  private static void add(Batch batch, JoinSide.Writer writer) {
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
