package io.bauplan.udf.shm;

import java.util.concurrent.atomic.AtomicInteger;

/// How many hold something shared: one who made it, and everyone who retained it since. What has
/// gone does not come back.
final class References {
  private final String what;
  private final AtomicInteger count = new AtomicInteger(1);

  /// @param what names the thing in errors
  References(String what) {
    this.what = what;
  }

  /// One more; an error where the last has gone.
  void add() {
    if (count.getAndUpdate(n -> n == 0 ? 0 : n + 1) == 0) {
      throw new IllegalStateException(what + " is closed");
    }
  }

  /// One less; true for the last, who frees it. An error where all have gone before.
  boolean drop() {
    int left = count.decrementAndGet();
    if (left < 0) {
      count.incrementAndGet();
      throw new IllegalStateException(what + " is closed too often");
    }
    return left == 0;
  }
}
