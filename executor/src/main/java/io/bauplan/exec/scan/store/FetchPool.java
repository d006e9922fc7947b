package io.bauplan.exec.scan.store;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/// What all reads of one remote store share: requests in flight, and the memory of what is fetched
/// before it is asked for. Requests wait on virtual threads. Thread-safe.
public final class FetchPool {
  /// Two to four requests in flight fill a fast network's link for each core that decodes; more
  /// hide the latency of small ones.
  private static final int MAX_REQUESTS = 32;

  private static final long MAX_AHEAD_BYTES = 128L << 20;

  private final Semaphore requests = new Semaphore(MAX_REQUESTS, true);
  private long aheadBytes;

  FetchPool() {}

  /// Sets memory aside for a read ahead; false where there is none left.
  synchronized boolean reserve(long bytes) {
    if (aheadBytes + bytes > MAX_AHEAD_BYTES) {
      return false;
    }
    aheadBytes += bytes;
    return true;
  }

  /// Sets memory aside for what somebody waits for.
  synchronized void force(long bytes) {
    aheadBytes += bytes;
  }

  synchronized void release(long bytes) {
    aheadBytes -= bytes;
  }

  /// Runs something that makes requests, one after the other, as soon as it is its turn.
  Thread start(Runnable request) {
    return Thread.ofVirtual()
        .name("fetch")
        .start(
            () -> {
              try {
                requests.acquire();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                // It finds that it is interrupted, and ends.
                request.run();
                return;
              }
              try {
                request.run();
              } finally {
                requests.release();
              }
            });
  }

  /// Runs all side by side and returns when all have ended; throws what the first one threw.
  public void all(Collection<? extends Runnable> tasks) {
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (Runnable task : tasks) {
        running.add(
            executor.submit(
                () -> {
                  requests.acquire();
                  try {
                    task.run();
                  } finally {
                    requests.release();
                  }
                  return null;
                }));
      }
      for (Future<?> each : running) {
        try {
          each.get();
        } catch (ExecutionException e) {
          executor.shutdownNow();
          switch (e.getCause()) {
            case RuntimeException cause -> throw cause;
            case Error cause -> throw cause;
            case null, default -> throw new IllegalStateException(e);
          }
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          executor.shutdownNow();
          throw new IllegalStateException("interrupted while files were read", e);
        }
      }
    }
  }
}
