package io.bauplan.exec.operator.join;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.operator.Clock;
import io.bauplan.exec.operator.SpreadRows;
import io.bauplan.exec.scan.BatchReader;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One driver's probe of a build side that is on disk: puts its rows there, too. The driver that is
/// done last joins the two sides.
final class SpilledProbe implements BatchReader {
  private final BatchReader left;
  private final SpreadRows side;
  private final AtomicInteger running;
  private final Supplier<BatchReader> join;
  private boolean spilled;
  private @Nullable BatchReader joined;

  /// Takes ownership of `left`.
  ///
  /// @param join of both sides, once they are complete
  SpilledProbe(
      BatchReader left, SpreadRows side, AtomicInteger running, Supplier<BatchReader> join) {
    this.left = left;
    this.side = side;
    this.running = running;
    this.join = join;
  }

  @Override
  public @Nullable Batch next() {
    if (!spilled) {
      try (SpreadRows.Writer writer = side.writer()) {
        for (Batch batch = left.next(); batch != null; batch = left.next()) {
          if (batch.rowCount() == 0) {
            return batch;
          }
          writer.add(batch);
          if (Clock.isTurnOver()) {
            return Batch.none();
          }
        }
      }
      spilled = true;
      if (running.decrementAndGet() == 0) {
        joined = join.get();
      }
    }
    return joined == null ? null : joined.next();
  }

  @Override
  public void close() {
    try {
      left.close();
    } finally {
      if (joined != null) {
        joined.close();
      }
    }
  }
}
