package io.bauplan.exec.worker;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.operator.Sink;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The bounded queue between a query's drivers and its client. A full queue parks drivers, never
/// threads.
final class ResultSink implements Sink {
  /// A driver may add one batch more than this before it notices.
  private static final int MAX_BATCHES = 16;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Batch> queue = new ArrayDeque<>();
  private boolean closed;

  @Override
  public Writer open(int driver) {
    return this::add;
  }

  private void add(Batch batch) {
    lock.lock();
    try {
      if (!closed) {
        queue.add(batch);
        changed.signalAll();
        return;
      }
    } finally {
      lock.unlock();
    }
    batch.close();
  }

  @Override
  public boolean isFull() {
    lock.lock();
    try {
      return queue.size() >= MAX_BATCHES;
    } finally {
      lock.unlock();
    }
  }

  /// Wakes a client that waits in `poll`.
  void signal() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// The next batch, or null where there is none for `nanos`; the caller owns it.
  @Nullable Batch poll(long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      if (queue.isEmpty() && nanos > 0) {
        changed.awaitNanos(Math.min(nanos, TimeUnit.HOURS.toNanos(1)));
      }
      return queue.poll();
    } finally {
      lock.unlock();
    }
  }

  boolean hasRoom() {
    lock.lock();
    try {
      return queue.size() <= MAX_BATCHES / 2;
    } finally {
      lock.unlock();
    }
  }

  /// Frees what nobody has taken, and what comes later.
  void close() {
    lock.lock();
    try {
      closed = true;
      queue.forEach(Batch::close);
      queue.clear();
    } finally {
      lock.unlock();
    }
  }
}
