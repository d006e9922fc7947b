package io.bauplan.exec.spill;

import io.bauplan.exec.memory.FairShare;
import io.bauplan.exec.operator.HeapReservation;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;

/// What one operator of one query spills, and when. Closing it deletes its files. Thread-safe.
///
/// An operator asks after every batch whether it is time: that is so when what it holds would not
/// fit a second time, since to put it together, sort it or double its table takes as much again.
/// A query of several such operators thereby leaves the later ones room.
public final class OperatorSpill implements AutoCloseable {
  /// Less is never spilled: it would not help.
  private static final long MIN_HELD_BYTES = 64 << 10;

  private static final int MIN_BLOCK_BYTES = 4 << 10;
  private static final int MAX_BLOCK_BYTES = 128 << 10;

  /// Share of the memory that a thread's blocks take.
  private static final int BLOCKS_SHARE = 16;

  private final SpillFolder folder;
  private final BufferAllocator allocator;
  private final SpillFigures figures;
  private final List<SpillFile> files = new ArrayList<>();
  private final HeapReservation buffers;
  private final long leftBytes;
  private long bufferBytes;

  /// @param allocator the operator's
  public OperatorSpill(SpillFolder folder, BufferAllocator allocator, SpillFigures figures) {
    this.folder = folder;
    this.allocator = allocator;
    this.figures = figures;
    this.buffers = new HeapReservation(allocator);
    this.leftBytes = HeapReservation.left(allocator);
  }

  public BufferAllocator allocator() {
    return allocator;
  }

  /// Whether an operator that needs `needed` bytes more to go on, on top of the `held` ones that it
  /// could give up, should spill them now.
  public boolean isDue(long held, long needed) {
    if (folder.isEager()) {
      return held > 0;
    }
    return held >= MIN_HELD_BYTES && needed > headroom();
  }

  /// Bytes that the operator may still take for its state, without those that other queries have a
  /// claim to.
  public long headroom() {
    return FairShare.headroom(allocator) - leftBytes;
  }

  /// A file of its own; deleted with this, or before.
  public SpillFile newFile() {
    SpillFile file = new SpillFile(folder);
    figures.add(0, 1);
    synchronized (this) {
      files.add(file);
    }
    return file;
  }

  /// Writes to a stream, for one thread.
  public SpillWriter writer(SpillStream stream) {
    return writer(stream, blockBytes(1));
  }

  SpillWriter writer(SpillStream stream, int blockBytes) {
    return new SpillWriter(stream, blockBytes, figures);
  }

  /// Bytes of a block: small where memory is.
  ///
  /// @param streams that a thread writes to at once
  int blockBytes(int streams) {
    long memory = allocator.getHeadroom() + allocator.getAllocatedMemory();
    return (int) Math.clamp(memory / BLOCKS_SHARE / streams, MIN_BLOCK_BYTES, MAX_BLOCK_BYTES);
  }

  /// Accounts buffers of writers, even beyond the limit: without them nothing could be given up.
  synchronized void buffers(long bytes) {
    bufferBytes += bytes;
    buffers.force(bufferBytes);
  }

  @Override
  public synchronized void close() {
    files.forEach(SpillFile::close);
    files.clear();
    buffers.close();
  }
}
