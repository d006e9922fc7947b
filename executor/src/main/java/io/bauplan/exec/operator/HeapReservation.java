package io.bauplan.exec.operator;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;

/// Accounts the heap arrays of an operator's state to the query's memory.
public final class HeapReservation implements AutoCloseable {
  private final BufferAllocator allocator;
  private long reserved;

  public HeapReservation(BufferAllocator allocator) {
    this.allocator = allocator;
  }

  /// States the bytes held now. Throws where the query may not have as many.
  public synchronized void set(long bytes) {
    long more = bytes - reserved;
    if (more > 0) {
      // Asked first: what is forced counts in the most that was ever held.
      boolean fits = more <= allocator.getHeadroom();
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
