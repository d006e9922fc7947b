package io.bauplan.exec.scan;

import java.util.concurrent.atomic.LongAdder;
import org.apache.arrow.memory.BufferAllocator;

/// What a scan task gets from the query that runs it.
///
/// @param allocator of the operator; every buffer of a batch comes from it, or from the cache
/// @param cached whether columns are looked for in the column cache, and left there
public record ScanContext(BufferAllocator allocator, Figures figures, boolean cached) {
  public ScanContext(BufferAllocator allocator, Figures figures) {
    this(allocator, figures, true);
  }

  /// Counted by all tasks of one scan node. What is skipped was never read, because statistics say
  /// that no row of it can satisfy the filter. What came from the cache is counted by the memory
  /// that it takes, and what that saved by the bytes that were not read from storage.
  public record Figures(
      LongAdder bytesRead,
      LongAdder rowsRead,
      LongAdder rowGroupsRead,
      LongAdder rowsSkipped,
      LongAdder bytesSkipped,
      LongAdder rowGroupsSkipped,
      LongAdder pagesSkipped,
      LongAdder cacheHits,
      LongAdder bytesFromMemory,
      LongAdder bytesFromDisk,
      LongAdder bytesSaved) {
    public Figures() {
      this(
          new LongAdder(),
          new LongAdder(),
          new LongAdder(),
          new LongAdder(),
          new LongAdder(),
          new LongAdder(),
          new LongAdder(),
          new LongAdder(),
          new LongAdder(),
          new LongAdder(),
          new LongAdder());
    }
  }
}
