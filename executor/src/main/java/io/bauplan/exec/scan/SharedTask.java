package io.bauplan.exec.scan;

import io.bauplan.udf.shm.SegmentTable;
import java.util.concurrent.atomic.LongAdder;

/// A piece of a scan whose columns are given in shared memory: those that lie there already as they
/// are, the others copied there.
@FunctionalInterface
public interface SharedTask {
  /// The caller owns the batch.
  ///
  /// @param copiedBytes counts the values that were not there
  SegmentTable.Batch read(ScanContext context, LongAdder copiedBytes);
}
