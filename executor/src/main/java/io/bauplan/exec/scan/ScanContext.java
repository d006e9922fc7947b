package io.bauplan.exec.scan;

import java.util.concurrent.atomic.LongAdder;
import org.apache.arrow.memory.BufferAllocator;

/// What a scan task gets from the query that runs it.
///
/// @param allocator of the operator; every buffer of a batch comes from it
public record ScanContext(BufferAllocator allocator, Figures figures) {

  /// Counted by all tasks of one scan node. What is skipped was never read, because statistics say
  /// that no row of it can satisfy the filter.
  public record Figures(
      LongAdder bytesRead,
      LongAdder rowsRead,
      LongAdder rowGroupsRead,
      LongAdder rowsSkipped,
      LongAdder bytesSkipped,
      LongAdder rowGroupsSkipped) {
    public Figures() {
      this(
          new LongAdder(),
          new LongAdder(),
          new LongAdder(),
          new LongAdder(),
          new LongAdder(),
          new LongAdder());
    }
  }
}
