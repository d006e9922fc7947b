package io.bauplan.exec.worker;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The worker's threads. Work that computes runs on a fixed number of platform threads in turns of
/// a few milliseconds, first come first served, so that queries share them; work that waits has
/// threads of its own.
public final class Scheduler implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);
  private static final int CLOSE_SECONDS = 30;

  private final LinkedBlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
  private final Thread[] threads;
  private final ExecutorService waiting;
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

  /// Runs one turn of a driver; the queue holds each driver once, so that drivers bound its length.
  void submit(Runnable turn) {
    queue.add(turn);
  }

  void submitWaiting(Runnable work) {
    waiting.execute(work);
  }

  private void work() {
    while (!closed) {
      try {
        queue.take().run();
      } catch (InterruptedException e) {
        // Only closing interrupts; a stray interrupt of a turn must not end the thread.
        Thread.interrupted();
      } catch (Throwable e) {
        LOG.error("a turn ended with an error that nobody caught", e);
      }
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
