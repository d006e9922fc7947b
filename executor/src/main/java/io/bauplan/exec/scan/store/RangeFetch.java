package io.bauplan.exec.scan.store;

import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.memory.Memory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.jspecify.annotations.Nullable;

/// Byte ranges of a remote file, fetched side by side before they are read: neighbours in one
/// request, long ones in several, those first that are needed first. Each byte is to be read at
/// most once; its memory goes when its part of the file has been read.
///
/// Read by one thread at a time.
public final class RangeFetch implements RangeReader {
  /// Unwanted bytes that cost less than another request.
  private static final int MAX_GAP_BYTES = 128 << 10;

  private static final int MAX_REQUEST_BYTES = 8 << 20;

  /// Taken out at a time by a reader.
  private static final int READ_BYTES = 1 << 20;

  /// What each file may have ahead whatever the others have.
  private static final long OWN_AHEAD_BYTES = 16 << 20;

  /// What is left to the rest of the query: closer to its limit nothing is fetched ahead.
  private static final long MIN_FREE_BYTES = 128L << 20;

  /// Bytes that arrive before somebody who waits for them is woken again.
  private static final int WAKE_BYTES = 128 << 10;

  /// Requests that go out together when a reader has come to what was not fetched ahead.
  private static final int DEMANDED_PARTS = 8;

  private record Range(long offset, long length) {
    long end() {
      return offset + length;
    }
  }

  /// One request.
  private static final class Part {
    private final long offset;
    private final int length;

    /// Place in the order in which parts are needed: how far into its range it is.
    private final long depth;

    private long unread;
    private FetchMemory.@Nullable Block memory;
    private @Nullable Thread thread;
    private @Nullable Throwable failure;

    /// Bytes that are there, and that somebody waits for.
    private int arrived;

    private int needed;

    /// How many use its memory as it is.
    private int lent;

    /// Of the fetching thread: as `arrived`, without the lock.
    private int told;

    private boolean done;

    Part(long offset, long length, long depth, long wanted) {
      this.offset = offset;
      this.length = Math.toIntExact(length);
      this.depth = depth;
      this.unread = wanted;
    }

    long end() {
      return offset + length;
    }
  }

  private final RangeReader file;
  private final FetchPool pool;
  private final BufferAllocator allocator;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Range> wanted = new ArrayList<>();

  /// Parts that are not yet asked for, the next one last; and those that are.
  private final List<Part> waiting = new ArrayList<>();

  private final List<Part> started = new ArrayList<>();
  private long heldBytes;

  /// Takes ownership of the file.
  ///
  /// @param allocator pays for what is fetched and not yet read
  public RangeFetch(RangeReader file, FetchPool pool, BufferAllocator allocator) {
    this.file = file;
    this.pool = pool;
    this.allocator = allocator;
  }

  /// Adds a range that will be read; it is fetched from the next `start` on.
  public void want(long offset, long length) {
    if (length > 0) {
      wanted.add(new Range(offset, length));
    }
  }

  /// True where something is on its way that nobody has read.
  public boolean isFetching() {
    return !started.isEmpty();
  }

  /// Begins to fetch what is wanted. Does not wait.
  public void start() {
    if (wanted.isEmpty()) {
      return;
    }
    wanted.sort(Comparator.comparingLong(Range::offset));
    for (int i = 0; i < wanted.size(); ) {
      long offset = wanted.get(i).offset;
      long end = wanted.get(i).end();
      long bytes = wanted.get(i).length;
      int next = i + 1;
      while (next < wanted.size()
          && wanted.get(next).offset - end <= MAX_GAP_BYTES
          && wanted.get(next).offset >= end
          && wanted.get(next).end() - offset <= MAX_REQUEST_BYTES) {
        end = wanted.get(next).end();
        bytes += wanted.get(next).length;
        next++;
      }
      split(offset, end, bytes);
      i = next;
    }
    wanted.clear();
    waiting.sort(
        Comparator.comparingLong((Part part) -> part.depth)
            .thenComparingLong(part -> part.offset)
            .reversed());
    fetchAhead();
  }

  private void split(long offset, long end, long bytes) {
    if (end - offset <= MAX_REQUEST_BYTES) {
      waiting.add(new Part(offset, end - offset, 0, bytes));
      return;
    }
    // Only a range of its own is that long: all of it is wanted.
    long count = (end - offset + MAX_REQUEST_BYTES - 1) / MAX_REQUEST_BYTES;
    long size = (end - offset + count - 1) / count;
    for (long at = offset; at < end; at += size) {
      long length = Math.min(size, end - at);
      waiting.add(new Part(at, length, at - offset, length));
    }
  }

  private void fetchAhead() {
    while (!waiting.isEmpty()) {
      Part part = waiting.getLast();
      if (!isRoomFor(part)) {
        return;
      }
      if (heldBytes + part.length <= OWN_AHEAD_BYTES) {
        pool.force(part.length);
      } else if (!pool.reserve(part.length)) {
        return;
      }
      try {
        begin(part);
      } catch (OutOfMemoryException e) {
        // The query may need its memory for other things; whoever reads asks again.
        pool.release(part.length);
        return;
      }
    }
  }

  private boolean isRoomFor(Part part) {
    return allocator.getHeadroom() >= MIN_FREE_BYTES + part.length;
  }

  /// Its bytes are set aside in the pool.
  private void begin(Part part) {
    FetchMemory.Block memory = pool.memory().borrow(part.length, allocator);
    waiting.remove(part);
    heldBytes += part.length;
    part.memory = memory;
    started.add(part);
    long address = memory.address();
    part.thread =
        pool.start(
            begins -> {
              Throwable failure = null;
              try {
                file.read(
                    part.offset,
                    address,
                    part.length,
                    bytes -> {
                      if (bytes == 0) {
                        begins.run();
                      } else {
                        arrived(part, bytes);
                      }
                    });
              } catch (RuntimeException | Error e) {
                failure = e;
              }
              lock.lock();
              try {
                part.failure = failure;
                part.done = true;
                changed.signalAll();
              } finally {
                lock.unlock();
              }
            });
  }

  private void arrived(Part part, int bytes) {
    if (bytes < part.length && bytes - part.told < WAKE_BYTES) {
      return;
    }
    part.told = bytes;
    lock.lock();
    try {
      part.arrived = bytes;
      if (bytes >= part.needed) {
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String location() {
    return file.location();
  }

  @Override
  public long sizeBytes() {
    return file.sizeBytes();
  }

  @Override
  public String version() {
    return file.version();
  }

  @Override
  public int preferredReadBytes() {
    return READ_BYTES;
  }

  @Override
  public void read(long offset, long address, int length) {
    start();
    long at = offset;
    while (at < offset + length) {
      Part part = part(at);
      long target = address + (at - offset);
      if (part == null) {
        // Not foreseen, or read before.
        file.read(at, target, (int) (offset + length - at));
        return;
      }
      int count = (int) (Math.min(part.end(), offset + length) - at);
      FetchMemory.Block memory = await(part, (int) (at - part.offset) + count);
      Memory.copy(memory.address() + (at - part.offset), target, count);
      at += count;
      part.unread -= count;
      releaseIfRead(part);
    }
  }

  private void releaseIfRead(Part part) {
    if (part.unread <= 0 && part.lent == 0) {
      // All of it has come, so that nobody writes into its memory any more.
      release(part);
      fetchAhead();
    }
  }

  @Override
  public @Nullable Lent lend(long offset, int least, int most) {
    start();
    Part part = part(offset);
    if (part == null || part.end() < offset + least) {
      return null;
    }
    FetchMemory.Block memory = java.util.Objects.requireNonNull(part.memory);
    if (memory.capacity() < part.length + Vector.TAIL_PADDING_BYTES) {
      return null;
    }
    return new LentPart(part, memory.address(), offset, most);
  }

  private final class LentPart implements Lent {
    private final Part part;
    private final long address;

    /// From the part's beginning.
    private final int first;

    private final int length;
    private int read;
    private boolean closed;

    LentPart(Part part, long memory, long offset, int most) {
      this.part = part;
      this.first = (int) (offset - part.offset);
      this.address = memory + first;
      this.length = Math.min(most, part.length - first);
      part.lent++;
    }

    @Override
    public long address() {
      return address;
    }

    @Override
    public int length() {
      return length;
    }

    @Override
    public void await(int bytes) {
      if (bytes > read) {
        RangeFetch.this.await(part, first + bytes);
        part.unread -= bytes - read;
        read = bytes;
      }
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        part.lent--;
        if (part.memory != null) {
          releaseIfRead(part);
        }
      }
    }
  }

  private @Nullable Part part(long offset) {
    for (Part part : started) {
      if (part.offset <= offset && offset < part.end()) {
        return part;
      }
    }
    for (int i = waiting.size() - 1; i >= 0; i--) {
      Part part = waiting.get(i);
      if (part.offset <= offset && offset < part.end()) {
        demand(part);
        return part;
      }
    }
    return null;
  }

  /// Asks for a part that somebody waits for, and some of those that come after it.
  private void demand(Part part) {
    pool.force(part.length);
    try {
      begin(part);
    } catch (OutOfMemoryException e) {
      pool.release(part.length);
      throw e;
    }
    for (int i = 1; i < DEMANDED_PARTS && !waiting.isEmpty(); i++) {
      Part next = waiting.getLast();
      if (!isRoomFor(next)) {
        return;
      }
      pool.force(next.length);
      try {
        begin(next);
      } catch (OutOfMemoryException e) {
        pool.release(next.length);
        return;
      }
    }
  }

  /// Its memory, once the first `bytes` are there.
  private FetchMemory.Block await(Part part, int bytes) {
    lock.lock();
    try {
      part.needed = bytes;
      while (part.arrived < bytes && !part.done) {
        changed.awaitUninterruptibly();
      }
      if (part.arrived >= bytes) {
        return java.util.Objects.requireNonNull(part.memory);
      }
      switch (part.failure) {
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case null, default -> {}
      }
      return java.util.Objects.requireNonNull(part.memory);
    } finally {
      lock.unlock();
    }
  }

  private void release(Part part) {
    started.remove(part);
    heldBytes -= part.length;
    pool.release(part.length);
    FetchMemory.Block memory = part.memory;
    part.memory = null;
    if (memory != null) {
      memory.close();
    }
  }

  /// Gives up what is on its way.
  @Override
  public void close() {
    waiting.clear();
    wanted.clear();
    for (Part part : started) {
      if (part.thread != null) {
        part.thread.interrupt();
      }
    }
    for (Part part : List.copyOf(started)) {
      lock.lock();
      try {
        // Until it has ended it may write into the memory.
        while (!part.done) {
          changed.awaitUninterruptibly();
        }
      } finally {
        lock.unlock();
      }
      release(part);
    }
    file.close();
  }
}
