package io.bauplan.exec.operator;

import io.bauplan.exec.expression.ExpressionContext;
import io.bauplan.exec.fallback.Fallback;
import io.bauplan.exec.fallback.FallbackContext;
import io.bauplan.exec.scan.DataFiles;
import io.bauplan.exec.spill.OperatorSpill;
import io.bauplan.exec.spill.SpillFolder;
import io.bauplan.exec.worker.QueryOptions;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DeletedRows;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.WrittenFile;
import io.bauplan.udf.api.FunctionRuntime;
import io.bauplan.udf.api.SharedTable;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.jspecify.annotations.Nullable;

/// One query while it runs: its memory, limits, first error, and what must be freed at its end.
/// Thread-safe.
public final class QueryContext {
  private final QueryOptions options;
  private final BufferAllocator allocator;
  private final DataFiles files;
  private final Fallback fallback;
  private final FunctionRuntime functions;
  private final Function<String, SharedTable> intermediates;
  private final SpillFolder spill;
  private final int threads;
  private final Instant now = Instant.now();
  private final long start = System.nanoTime();
  private final long deadline;
  private final Deque<AutoCloseable> owned = new ArrayDeque<>();
  private final Deque<BufferAllocator> children = new ArrayDeque<>();
  private final List<Runnable> cancellations = new ArrayList<>();
  private final Set<String> fallbacks = new ConcurrentSkipListSet<>();
  private final List<WrittenFile> written = new ArrayList<>();
  private final List<DeletedRows> deleted = new ArrayList<>();
  private final LongAdder spilledBytes = new LongAdder();
  private volatile @Nullable EngineException failure;
  private int allocators;

  /// @param allocator of this query; closed by its owner after `release`
  /// @param intermediates gives a new reference to an intermediate table
  /// @param spill where operators put rows that have no room in memory
  public QueryContext(
      QueryOptions options,
      BufferAllocator allocator,
      DataFiles files,
      Fallback fallback,
      FunctionRuntime functions,
      Function<String, SharedTable> intermediates,
      SpillFolder spill,
      int threads) {
    this.options = options;
    this.allocator = allocator;
    this.files = files;
    this.fallback = fallback;
    this.functions = functions;
    this.intermediates = intermediates;
    this.spill = spill;
    this.threads = threads;
    long nanos;
    try {
      nanos = options.timeout().toNanos();
    } catch (ArithmeticException e) {
      nanos = Long.MAX_VALUE;
    }
    this.deadline = start + Math.min(nanos, Long.MAX_VALUE / 2);
  }

  public QueryOptions options() {
    return options;
  }

  public DataFiles files() {
    return files;
  }

  public Fallback fallback() {
    return fallback;
  }

  public FunctionRuntime functions() {
    return functions;
  }

  public SharedTable intermediate(String id) {
    return intermediates.apply(id);
  }

  public int threads() {
    return threads;
  }

  public BufferAllocator allocator() {
    return allocator;
  }

  public long elapsedNanos() {
    return System.nanoTime() - start;
  }

  public long nanosToDeadline() {
    return deadline - System.nanoTime();
  }

  /// A named allocator under the query's; closed when the query is released.
  public synchronized BufferAllocator child(String name) {
    BufferAllocator child =
        allocator.newChildAllocator(name + "-" + allocators++, 0, Long.MAX_VALUE);
    children.push(child);
    return child;
  }

  /// For an operator that spills where it has no room; closed when the query is released.
  OperatorSpill spill(BufferAllocator of, NodeFigures figures) {
    return own(
        new OperatorSpill(
            spill,
            of,
            (bytes, files) -> {
              spilledBytes.add(bytes);
              figures.detail(NodeFigures.BYTES_SPILLED).add(bytes);
              figures.detail(NodeFigures.FILES_SPILLED).add(files);
            }));
  }

  /// Bytes written to disk for want of memory so far.
  public long spilledBytes() {
    return spilledBytes.sum();
  }

  public ExpressionContext expressions(
      BufferAllocator of, Map<Integer, List<Expression.Literal>> correlations) {
    return new ExpressionContext(
        of, options.zone(), now, fallback, this::fallbackUsed, correlations);
  }

  public FallbackContext fallbackContext(BufferAllocator of) {
    return new FallbackContext(of, options.zone());
  }

  public void fallbackUsed(String name) {
    fallbacks.add(name);
  }

  public List<String> fallbacks() {
    return List.copyOf(fallbacks);
  }

  /// Closes `resource` when the query is released, last come first.
  public synchronized <T extends AutoCloseable> T own(T resource) {
    owned.push(resource);
    return resource;
  }

  /// Runs `action` once, when the query fails or is cancelled; at once if it already has.
  public void onCancel(Runnable action) {
    synchronized (this) {
      if (failure == null) {
        cancellations.add(action);
        return;
      }
    }
    action.run();
  }

  public synchronized void written(List<WrittenFile> files) {
    written.addAll(files);
  }

  public synchronized List<WrittenFile> writtenFiles() {
    return List.copyOf(written);
  }

  public synchronized void deleted(List<DeletedRows> rows) {
    deleted.addAll(rows);
  }

  public synchronized List<DeletedRows> deletedRows() {
    return List.copyOf(deleted);
  }

  /// Throws the query's error, or that its time is up.
  public void check() {
    EngineException known = failure;
    if (known != null) {
      throw known;
    }
    if (System.nanoTime() - deadline > 0) {
      EngineException timeout =
          new EngineException(
              ErrorCode.TIMEOUT,
              "the query did not end within " + options.timeout().toSeconds() + " s",
              null,
              "Raise the timeout, or read less.",
              null);
      fail(timeout);
      throw timeout;
    }
  }

  public boolean failed() {
    return failure != null;
  }

  public @Nullable EngineException failure() {
    return failure;
  }

  /// Ends the query with its first error; later ones are dropped.
  public void fail(Throwable cause) {
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

  /// Frees what the query owns. All drivers have ended.
  public void release() {
    List<AutoCloseable> resources;
    synchronized (this) {
      resources = new ArrayList<>(owned);
      // Resources hold buffers of any allocator.
      resources.addAll(children);
      owned.clear();
      children.clear();
    }
    RuntimeException first = null;
    for (AutoCloseable resource : resources) {
      try {
        resource.close();
      } catch (Exception e) {
        if (first == null) {
          first = e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
