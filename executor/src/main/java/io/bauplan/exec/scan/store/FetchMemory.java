package io.bauplan.exec.scan.store;

import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.arrow.memory.AllocationReservation;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;

/// Memory that answers are taken into, used again and again: fresh pages from the operating system
/// cost a fetch a quarter of its CPU time. What is lent is paid for by whoever borrows it.
/// Thread-safe.
final class FetchMemory implements AutoCloseable {
  /// Sizes are powers of two from here on.
  private static final int SMALLEST_BITS = 16;

  private static final int SIZES = 31 - SMALLEST_BITS;

  /// Kept for the next ones though nobody uses it.
  private static final long MAX_IDLE_BYTES = 64L << 20;

  private final BufferAllocator allocator = new RootAllocator();
  private final Deque<ArrowBuf>[] idle = queues();
  private long idleBytes;
  private boolean closed;

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static Deque<ArrowBuf>[] queues() {
    Deque[] queues = new Deque[SIZES];
    for (int i = 0; i < SIZES; i++) {
      queues[i] = new ArrayDeque<>();
    }
    return queues;
  }

  /// A piece of memory; given back by closing it, once.
  final class Block implements AutoCloseable {
    private final ArrowBuf memory;
    private final AllocationReservation price;
    private final int size;

    private Block(ArrowBuf memory, AllocationReservation price, int size) {
      this.memory = memory;
      this.price = price;
      this.size = size;
    }

    long address() {
      return memory.memoryAddress();
    }

    long capacity() {
      return memory.capacity();
    }

    @Override
    public void close() {
      price.close();
      giveBack(memory, size);
    }
  }

  /// At least `bytes`.
  ///
  /// @param payer has to have room for them
  /// @throws OutOfMemoryException where it has not
  Block borrow(int bytes, BufferAllocator payer) {
    int size = Math.max(0, 32 - Integer.numberOfLeadingZeros(bytes - 1) - SMALLEST_BITS);
    int whole = 1 << size + SMALLEST_BITS;
    AllocationReservation price = payer.newReservation();
    if (!price.add((long) whole)) {
      price.close();
      throw new OutOfMemoryException("no room for " + whole + " bytes of an answer");
    }
    ArrowBuf known;
    synchronized (this) {
      known = idle[size].poll();
      idleBytes -= known == null ? 0 : whole;
    }
    return new Block(known == null ? allocator.buffer(whole) : known, price, size);
  }

  private void giveBack(ArrowBuf memory, int size) {
    synchronized (this) {
      long whole = 1L << size + SMALLEST_BITS;
      if (!closed && idleBytes + whole <= MAX_IDLE_BYTES) {
        idleBytes += whole;
        idle[size].push(memory);
        return;
      }
    }
    memory.close();
  }

  @Override
  public synchronized void close() {
    closed = true;
    for (Deque<ArrowBuf> each : idle) {
      each.forEach(ArrowBuf::close);
      each.clear();
    }
    idleBytes = 0;
  }
}
