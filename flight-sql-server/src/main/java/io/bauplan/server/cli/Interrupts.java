package io.bauplan.server.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;

/// Ctrl-C and termination while a command runs: the first ends what is under way, a second one the
/// process.
final class Interrupts implements AutoCloseable {
  static final int EXIT_CODE = 130;

  /// How long a terminated process takes to put things in order.
  private static final long SHUTDOWN_GRACE_MILLIS = 8_000;

  private final AtomicInteger signals = new AtomicInteger();
  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook;
  private volatile @Nullable Runnable cancel;

  Interrupts() {
    handle("INT");
    hook = new Thread(this::terminate, "terminate");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private void handle(String name) {
    try {
      Signal.handle(new Signal(name), signal -> interrupted());
    } catch (IllegalArgumentException e) {
      // This system does not have the signal, or the JVM was told not to use it.
    }
  }

  private void interrupted() {
    if (signals.incrementAndGet() > 1) {
      Runtime.getRuntime().halt(EXIT_CODE);
    }
    runCancel();
  }

  private void runCancel() {
    Runnable action = cancel;
    if (action == null) {
      return;
    }
    // Never on the signal's thread: cancelling may talk to a server.
    Thread.ofPlatform().daemon().name("cancel").start(action);
  }

  private void terminate() {
    if (done.getCount() > 0) {
      signals.incrementAndGet();
      runCancel();
      try {
        if (!done.await(SHUTDOWN_GRACE_MILLIS, TimeUnit.MILLISECONDS)) {
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// What ends the work under way; replaces what was there.
  void onInterrupt(Runnable action) {
    cancel = action;
    if (signals.get() > 0) {
      runCancel();
    }
  }

  boolean wasInterrupted() {
    return signals.get() > 0;
  }

  /// Forgets an interrupt, so that the next one is the first again.
  boolean reset() {
    return signals.getAndSet(0) > 0;
  }

  @Override
  public void close() {
    done.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // Shutting down already: the hook is what we wait for.
    }
  }
}
