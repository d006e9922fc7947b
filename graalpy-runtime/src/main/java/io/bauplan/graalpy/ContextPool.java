package io.bauplan.graalpy;

import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Contexts that wait for sessions. Each serves one; the next is made in the background, by one
/// thread of low priority.
final class ContextPool implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ContextPool.class);
  private static final int LEAST = 2;

  /// Contexts that wait in this JVM, for tests.
  static final AtomicInteger WAITING = new AtomicInteger();
  private static final int MOST = 8;

  private final int size = Math.clamp(Runtime.getRuntime().availableProcessors(), LEAST, MOST);
  private final ConcurrentLinkedQueue<PythonContext> ready = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean begun = new AtomicBoolean();
  private final Supplier<PythonContext> maker;
  private final Runnable warmUp;
  private final ExecutorService background;
  private volatile boolean closed;

  /// @param warmUp what comes before the first context, once
  ContextPool(Supplier<PythonContext> maker, Runnable warmUp) {
    this.maker = maker;
    this.warmUp = warmUp;
    this.background =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "graalpy-contexts");
              thread.setDaemon(true);
              thread.setPriority(Thread.MIN_PRIORITY);
              return thread;
            });
  }

  /// Begins to fill the pool; returns at once.
  void warm() {
    if (begun.compareAndSet(false, true)) {
      submit(
          () -> {
            warmUp.run();
            fill();
          });
    }
  }

  /// A context that waits; empty where none does.
  Optional<PythonContext> take() {
    Optional<PythonContext> taken = Optional.ofNullable(ready.poll());
    if (taken.isPresent()) {
      WAITING.decrementAndGet();
      submit(this::fill);
    }
    return taken;
  }

  /// Runs something in the background, after what is there already.
  void submit(Runnable task) {
    try {
      background.execute(
          () -> {
            try {
              task.run();
            } catch (RuntimeException | Error e) {
              // Functions go to processes then.
              LOG.warn("no further GraalPy contexts: {}", e.toString());
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("the pool is closed");
    }
  }

  private void fill() {
    while (!closed && ready.size() < size) {
      ready.add(maker.get());
      WAITING.incrementAndGet();
    }
    if (closed) {
      drain();
    }
  }

  private void drain() {
    for (PythonContext context = ready.poll(); context != null; context = ready.poll()) {
      WAITING.decrementAndGet();
      context.close();
    }
  }

  @Override
  public void close() {
    closed = true;
    background.shutdown();
    drain();
  }
}
