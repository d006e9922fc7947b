package io.bauplan.exec.operator;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.jspecify.annotations.Nullable;

/// The first error of a query, its time being up included, and who is told of it. Thread-safe.
final class QueryFailure {
  private final BufferAllocator allocator;
  private final Duration timeout;
  private final long deadline;
  private final Set<Runnable> cancellations = new LinkedHashSet<>();
  private volatile @Nullable EngineException failure;

  /// @param allocator of the query
  QueryFailure(BufferAllocator allocator, Duration timeout, long startNanos) {
    this.allocator = allocator;
    this.timeout = timeout;
    long nanos;
    try {
      nanos = timeout.toNanos();
    } catch (ArithmeticException e) {
      nanos = Long.MAX_VALUE;
    }
    this.deadline = startNanos + Math.min(nanos, Long.MAX_VALUE / 2);
  }

  long nanosToDeadline() {
    return deadline - System.nanoTime();
  }

  @Nullable EngineException first() {
    return failure;
  }

  /// Runs `action` once, when the query fails; at once if it already has.
  void onCancel(Runnable action) {
    synchronized (this) {
      if (failure == null) {
        cancellations.add(action);
        return;
      }
    }
    action.run();
  }

  /// What was to run when the query fails is not needed any more.
  synchronized void forget(Runnable action) {
    cancellations.remove(action);
  }

  /// Throws the query's error, or that its time is up.
  void check() {
    EngineException known = failure;
    if (known != null) {
      throw known;
    }
    if (System.nanoTime() - deadline > 0) {
      EngineException late =
          new EngineException(
              ErrorCode.TIMEOUT,
              "the query did not end within " + timeout.toSeconds() + " s",
              null,
              "Raise the timeout, or read less.",
              null);
      fail(late);
      throw late;
    }
  }

  /// Ends the query with its first error; later ones are dropped.
  void fail(Throwable cause) {
    List<Runnable> actions;
    synchronized (this) {
      if (failure != null) {
        return;
      }
      failure = toEngineException(cause);
      actions = List.copyOf(cancellations);
      cancellations.clear();
    }
    actions.forEach(Runnable::run);
  }

  private EngineException toEngineException(Throwable cause) {
    return switch (cause) {
      case EngineException known -> known;
      case OutOfMemoryException memory -> outOfMemory(memory);
      case OutOfMemoryError memory -> outOfMemory(memory);
      case StackOverflowError deep ->
          new EngineException(
              ErrorCode.TOO_COMPLEX,
              "the statement is nested too deeply; split it into views",
              deep);
      default ->
          new EngineException(
              ErrorCode.INTERNAL_ERROR,
              "internal error: " + cause + "; please report it with the statement",
              cause);
    };
  }

  private EngineException outOfMemory(Throwable cause) {
    return new EngineException(
        ErrorCode.OUT_OF_MEMORY,
        "the query needs more memory than it may have ("
            + (allocator.getLimit() == Long.MAX_VALUE
                ? "the worker's limit"
                : (allocator.getLimit() >> 20) + " MB")
            + ", of which "
            + (allocator.getAllocatedMemory() >> 20)
            + " MB are in use)",
        null,
        "Raise the memory limit (--memory-limit, SET memory_limit), or filter or aggregate"
            + " earlier.",
        cause);
  }
}
