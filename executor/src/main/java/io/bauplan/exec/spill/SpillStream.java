package io.bauplan.exec.spill;

import io.bauplan.exec.scan.BatchReader;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.memory.BufferAllocator;

/// Rows in a file, in blocks, in the order in which they were written. Several writers may add to
/// it side by side; read when they are done, as often as wanted. Thread-safe.
public final class SpillStream {
  /// @param stored bytes in the file
  /// @param plain bytes in memory
  record Block(long position, int stored, int plain, long checksum) {}

  private final SpillFile file;
  private final RowType type;
  private final List<Block> blocks = new ArrayList<>();
  private long rows;
  private long plainBytes;

  SpillStream(SpillFile file, RowType type) {
    this.file = file;
    this.type = type;
  }

  SpillFile file() {
    return file;
  }

  public RowType type() {
    return type;
  }

  synchronized void add(Block block, long blockRows) {
    blocks.add(block);
    rows += blockRows;
    plainBytes += block.plain;
  }

  public synchronized long rows() {
    return rows;
  }

  /// What all rows take in memory, about.
  public synchronized long plainBytes() {
    return plainBytes;
  }

  public synchronized int blocks() {
    return blocks.size();
  }

  synchronized Block block(int index) {
    return blocks.get(index);
  }

  /// Reads all rows; batches are of the allocator's memory.
  public BatchReader open(BufferAllocator allocator) {
    return open(allocator, new AtomicInteger());
  }

  /// One of several readers, which share the blocks.
  ///
  /// @param next block; the same for all of them, 0 at first
  public BatchReader open(BufferAllocator allocator, AtomicInteger next) {
    return new SpillReader(this, allocator, next);
  }
}
