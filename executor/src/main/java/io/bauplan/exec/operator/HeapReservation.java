package io.bauplan.exec.operator;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;

/// Accounts the heap arrays of an operator's state to the query's memory.
public final class HeapReservation implements AutoCloseable {
  /// Share of a query's memory that state leaves to batches under way and to blocks of files.
  private static final int LEFT_SHARE = 8;

  private static final long MAX_LEFT_BYTES = 64 << 20;

  private final BufferAllocator allocator;
  private final long left;
  private long reserved;

  public HeapReservation(BufferAllocator allocator) {
    this.allocator = allocator;
    this.left = left(allocator);
  }

  /// Bytes that the state of a query's operators does not take.
  ///
  /// @param allocator of one of them
  public static long left(BufferAllocator allocator) {
    BufferAllocator query = allocator.getParentAllocator();
    long held = query == null ? 0 : query.getAllocatedMemory();
    return Math.min((allocator.getHeadroom() + held) / LEFT_SHARE, MAX_LEFT_BYTES);
  }

  /// States the bytes held now. Throws where the query may not have as many.
  public synchronized void set(long bytes) {
    long more = bytes - reserved;
    if (more > 0) {
      // Asked first: what is forced counts in the most that was ever held.
      boolean fits = more <= allocator.getHeadroom() - left;
      if (fits && !allocator.forceAllocate(more)) {
        allocator.releaseBytes(more);
        fits = false;
      }
      if (!fits) {
        throw new OutOfMemoryException("limit reached with " + bytes + " bytes of state");
      }
    } else if (more < 0) {
      allocator.releaseBytes(-more);
    }
    reserved = bytes;
  }

  /// States the bytes held now, even where they are more than the query may have.
  public synchronized void force(long bytes) {
    long more = bytes - reserved;
    if (more > 0) {
      boolean ignored = allocator.forceAllocate(more);
    } else {
      allocator.releaseBytes(-more);
    }
    reserved = bytes;
  }

  @Override
  public void close() {
    set(0);
  }
}
