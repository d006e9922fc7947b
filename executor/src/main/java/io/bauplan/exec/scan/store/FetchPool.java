package io.bauplan.exec.scan.store;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// What all reads of one remote store share: requests in flight, and the memory of what is fetched
/// before it is asked for. Requests wait on virtual threads. Thread-safe.
public final class FetchPool implements AutoCloseable {
  /// Two to four requests in flight fill a fast network's link for each core that decodes; more
  /// hide the latency of small ones.
  private static final int MAX_REQUESTS = 32;

  /// Answers that are taken in at the same time, for each core: as many as a fast network needs,
  /// few enough that what is needed first comes first.
  private static final int STREAMS_PER_CORE = 4;

  private static final long MAX_AHEAD_BYTES = 128L << 20;

  private final Semaphore requests = new Semaphore(MAX_REQUESTS, true);
  private final Turns streams =
      new Turns(STREAMS_PER_CORE * Math.max(2, Runtime.getRuntime().availableProcessors()));
  private final AtomicLong started = new AtomicLong();
  private final FetchMemory memory = new FetchMemory();
  private long aheadBytes;

  FetchPool() {}

  FetchMemory memory() {
    return memory;
  }

  @Override
  public void close() {
    memory.close();
  }

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
  ///
  /// @param request gets what it calls when its answer begins, before it takes it in: the answers
  ///     to those that were started first come first, and the others wait in the network
  Thread start(Consumer<Runnable> request) {
    long place = started.getAndIncrement();
    return Thread.ofVirtual()
        .name("fetch")
        .start(
            () -> {
              try {
                requests.acquire();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                // It finds that it is interrupted, and ends.
                request.accept(() -> {});
                return;
              }
              boolean[] streams = {false};
              try {
                request.accept(
                    () -> {
                      if (!streams[0]) {
                        this.streams.await(place);
                        streams[0] = true;
                      }
                    });
              } finally {
                requests.release();
                if (streams[0]) {
                  this.streams.leave();
                }
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
