package io.bauplan.udf.shm;

/// Hands out places in a sparse file, each beginning on a page.
final class Reservation {
  /// The largest place, in bytes.
  static final long LARGEST = 64L << 30;

  static final long PAGE = 4096;

  private final long capacity;
  private long next;

  /// @param start where the first place may begin
  /// @param capacity bytes of the whole file system: no buffer can be larger than that
  Reservation(long start, long capacity) {
    this.next = roundUp(start);
    this.capacity = Math.max(capacity, 1 << 20);
  }

  long sizeFor(long most) {
    return roundUp(Math.min(Math.min(most, LARGEST), capacity));
  }

  long take(long size) {
    long place = next;
    next = Math.addExact(next, roundUp(size));
    return place;
  }

  long end() {
    return next;
  }

  static long roundUp(long bytes) {
    return (bytes + PAGE - 1) / PAGE * PAGE;
  }
}
