package io.bauplan.exec.worker;

import java.util.ArrayDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The worker's threads. Work that computes runs on a fixed number of platform threads in turns of
/// a few milliseconds; [FairTurns] says whose is next. Work that waits has threads of its own.
public final class Scheduler implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);
  private static final int CLOSE_SECONDS = 30;

  /// How long an idle thread looks for work before it sleeps: about what waking it would take. A
  /// pipeline is often followed by the next at once.
  private static final long SPIN_NANOS = 100_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition submitted = lock.newCondition();
  private final FairTurns turns = new FairTurns();
  private final Thread[] threads;
  private final ExecutorService waiting;

  /// Turns that nobody has taken; changed under the lock.
  private volatile int queued;
  private volatile boolean closed;

  public Scheduler(int threadCount) {
    threads = new Thread[threadCount];
    for (int i = 0; i < threadCount; i++) {
      threads[i] = Thread.ofPlatform().daemon().name("worker-" + i).start(this::work);
    }
    AtomicInteger number = new AtomicInteger();
    ThreadFactory factory =
        task ->
            Thread.ofPlatform()
                .daemon()
                .name("worker-waiting-" + number.getAndIncrement())
                .unstarted(task);
    waiting = Executors.newCachedThreadPool(factory);
  }

  public int threadCount() {
    return threads.length;
  }

  /// Work in turns.
  interface Turn {
    /// Computes for a while. Whether there is more to do: then it gets another turn.
    boolean run();
  }

  /// What one query does on the worker's threads. Thread-safe.
  final class Share {
    /// Waiting turns and what the query has used; guarded by the lock.
    final ArrayDeque<Turn> waitingTurns = new ArrayDeque<>();

    final boolean background;
    private volatile long usedNanos;

    private Share(boolean background) {
      this.background = background;
    }

    /// Queues a turn; each is queued once at a time, so that drivers bound the queue's length.
    void submit(Turn turn) {
      lock.lock();
      try {
        queue(this, turn);
      } finally {
        lock.unlock();
      }
    }

    void submitWaiting(Runnable work) {
      waiting.execute(work);
    }

    /// Time of worker threads that ended turns took.
    long usedNanos() {
      return usedNanos;
    }

    /// Under the lock.
    void use(long nanos) {
      usedNanos += nanos;
    }
  }

  /// @param background whether all other queries come first
  Share share(boolean background) {
    return new Share(background);
  }

  private void work() {
    while (!closed) {
      try {
        FairTurns.Next next = take();
        long start = System.nanoTime();
        boolean again = false;
        try {
          again = next.turn().run();
        } finally {
          ended(next, System.nanoTime() - start, again);
        }
      } catch (InterruptedException e) {
        // Only closing interrupts; a stray interrupt of a turn must not end the thread.
        Thread.interrupted();
      } catch (Throwable e) {
        LOG.error("a turn ended with an error that nobody caught", e);
      }
    }
  }

  private FairTurns.Next take() throws InterruptedException {
    long end = System.nanoTime() + SPIN_NANOS;
    while (queued == 0 && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    lock.lockInterruptibly();
    try {
      FairTurns.Next next = turns.poll();
      while (next == null) {
        submitted.await();
        next = turns.poll();
      }
      queued--;
      return next;
    } finally {
      lock.unlock();
    }
  }

  /// Under the lock.
  private void queue(Share share, Turn turn) {
    turns.add(share, turn);
    queued++;
    submitted.signal();
  }

  private void ended(FairTurns.Next next, long nanos, boolean again) {
    lock.lock();
    try {
      turns.used(next, nanos);
      if (again) {
        queue(next.share(), next.turn());
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    closed = true;
    waiting.shutdownNow();
    try {
      for (Thread thread : threads) {
        thread.interrupt();
        thread.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
