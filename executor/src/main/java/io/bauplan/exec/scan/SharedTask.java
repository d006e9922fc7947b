package io.bauplan.exec.scan;

import io.bauplan.udf.shm.SegmentTable;
import java.util.concurrent.atomic.LongAdder;

/// A piece of a scan whose columns are given in shared memory: those that lie there already as they
/// are, the others copied there.
@FunctionalInterface
public interface SharedTask {
  /// Counted by all tasks of one scan.
  ///
  /// @param copiedBytes of values that were not there
  /// @param unkeptBytes of memory that only this scan holds, since the cache has no room for it
  record Figures(LongAdder copiedBytes, LongAdder unkeptBytes) {
    public Figures() {
      this(new LongAdder(), new LongAdder());
    }
  }

  /// The caller owns the batch.
  SegmentTable.Batch read(ScanContext context, Figures figures);
}
