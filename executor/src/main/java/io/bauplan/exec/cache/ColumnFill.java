package io.bauplan.exec.cache;

import io.bauplan.exec.batch.Vector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// A column on its way into the cache. One reader adds its vectors in order, others follow it
/// instead of reading the same bytes once more.
public final class ColumnFill {
  /// Nanoseconds that a follower waits without progress.
  public static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private enum State {
    FILLING,
    COMPLETE,
    ABANDONED
  }

  private final ColumnCache cache;
  private final ColumnKey key;
  private final long reservedBytes;
  private final boolean remote;
  private final boolean toMemory;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition grown = lock.newCondition();
  private final List<Vector> vectors = new ArrayList<>();
  private State state = State.FILLING;
  private int followers;
  private boolean released;

  ColumnFill(
      ColumnCache cache, ColumnKey key, long reservedBytes, boolean remote, boolean toMemory) {
    this.cache = cache;
    this.key = key;
    this.reservedBytes = reservedBytes;
    this.remote = remote;
    this.toMemory = toMemory;
  }

  public ColumnKey key() {
    return key;
  }

  long reservedBytes() {
    return reservedBytes;
  }

  /// From a store behind a network: worth keeping on local disk.
  boolean remote() {
    return remote;
  }

  /// Whether it stays in memory, or is there only until it is on disk.
  boolean toMemory() {
    return toMemory;
  }

  /// Where the vectors' memory comes from.
  public BufferAllocator allocator() {
    return cache.allocator();
  }

  /// Adds the next vector, of [Vector#BATCH_ROWS] rows unless it is the last. Takes ownership.
  public void add(Vector vector) {
    lock.lock();
    try {
      vectors.add(vector);
      grown.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// All vectors are there: the cache takes them. Once; nothing else may follow.
  public void finish() {
    List<Vector> all;
    lock.lock();
    try {
      // The cache gets references of its own: followers may still be taking theirs.
      all = vectors.stream().map(Vector::retain).toList();
      state = State.COMPLETE;
      grown.signalAll();
    } finally {
      lock.unlock();
    }
    cache.filled(this, new CachedColumn(all));
    release();
  }

  /// The column will not be complete.
  public void abandon() {
    lock.lock();
    try {
      state = State.ABANDONED;
      grown.signalAll();
    } finally {
      lock.unlock();
    }
    cache.abandoned(this);
    release();
  }

  boolean follow() {
    lock.lock();
    try {
      if (state == State.ABANDONED || (released && followers == 0)) {
        return false;
      }
      followers++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// For a follower: a vector as soon as it is there; the caller owns it. Null when it does not
  /// come: the filling reader gave up, or made no progress for `nanos` (its query may be waiting
  /// for its client).
  public @Nullable Vector await(int index, long nanos) {
    lock.lock();
    try {
      int known = vectors.size();
      long left = nanos;
      while (index >= vectors.size()) {
        if (state != State.FILLING) {
          return null;
        }
        left = grown.awaitNanos(left);
        if (vectors.size() > known) {
          known = vectors.size();
          left = nanos;
        } else if (left <= 0) {
          return null;
        }
      }
      return vectors.get(index).retain();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } finally {
      lock.unlock();
    }
  }

  /// A follower has what it wanted.
  public void leave() {
    lock.lock();
    try {
      followers--;
      closeUnused();
    } finally {
      lock.unlock();
    }
  }

  private void release() {
    lock.lock();
    try {
      released = true;
      closeUnused();
    } finally {
      lock.unlock();
    }
  }

  private void closeUnused() {
    if (released && followers == 0) {
      vectors.forEach(Vector::close);
      vectors.clear();
    }
  }
}
