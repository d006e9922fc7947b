package io.bauplan.exec.operator;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;

/// Accounts the heap arrays of an operator's state to the query's memory.
public final class HeapReservation implements AutoCloseable {
  /// Share of a query's memory that state leaves to batches under way and to blocks of files.
  private static final int LEFT_SHARE = 8;

  private static final long MAX_LEFT_BYTES = 64 << 20;

  /// Of little memory more than that share: batches under way take what they take.
  private static final long MIN_LEFT_BYTES = 4 << 20;

  private static final int MIN_LEFT_SHARE = 3;

  /// Of the memory that there is, state takes all but this share at once: tables double, and other
  /// operators come after.
  private static final int SPARED_SHARE = 4;

  /// So little an operator may have of what is left to batches: one that has spilled goes on with
  /// parts of this size, whatever the others hold.
  private static final long SMALL_BYTES = 64 << 10;

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
    long all = allocator.getHeadroom() + held;
    long least = Math.min(MIN_LEFT_BYTES, all / MIN_LEFT_SHARE);
    return Math.clamp(all / LEFT_SHARE, least, MAX_LEFT_BYTES);
  }

  /// States the bytes held now. Throws where the query may not have as many.
  public synchronized void set(long bytes) {
    long more = bytes - reserved;
    if (more > 0) {
      // Asked first: what is forced counts in the most that was ever held.
      long free = allocator.getHeadroom() - left;
      boolean fits = more <= free - free / SPARED_SHARE || bytes <= SMALL_BYTES;
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
