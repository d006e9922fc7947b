package io.bauplan.exec.operator;

import io.bauplan.exec.expression.ExpressionContext;
import io.bauplan.exec.fallback.Fallback;
import io.bauplan.exec.fallback.FallbackContext;
import io.bauplan.exec.scan.DataFiles;
import io.bauplan.exec.spill.OperatorSpill;
import io.bauplan.exec.spill.SpillFolder;
import io.bauplan.exec.worker.QueryOptions;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.plan.DeletedRows;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.WrittenFile;
import io.bauplan.udf.api.FunctionRuntime;
import io.bauplan.udf.api.SharedTable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
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
  private final Instant now;
  private final long start;
  private final QueryFailure failure;
  private final Resources resources = new Resources();
  private final QueryContext whole;
  private final Set<String> fallbacks;
  private final List<WrittenFile> written;
  private final List<DeletedRows> deleted;
  private final LongAdder spilledBytes;
  private final AtomicInteger allocators;

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
    this.now = Instant.now();
    this.start = System.nanoTime();
    this.failure = new QueryFailure(allocator, options.timeout(), start);
    this.whole = this;
    this.fallbacks = new ConcurrentSkipListSet<>();
    this.written = Collections.synchronizedList(new ArrayList<>());
    this.deleted = Collections.synchronizedList(new ArrayList<>());
    this.spilledBytes = new LongAdder();
    this.allocators = new AtomicInteger();
  }

  private QueryContext(QueryContext whole) {
    this.options = whole.options;
    this.allocator = whole.allocator;
    this.files = whole.files;
    this.fallback = whole.fallback;
    this.functions = whole.functions;
    this.intermediates = whole.intermediates;
    this.spill = whole.spill;
    this.threads = whole.threads;
    this.now = whole.now;
    this.start = whole.start;
    this.failure = whole.failure;
    this.whole = whole;
    this.fallbacks = whole.fallbacks;
    this.written = whole.written;
    this.deleted = whole.deleted;
    this.spilledBytes = whole.spilledBytes;
    this.allocators = whole.allocators;
  }

  /// This query for a plan of it that runs by itself, maybe thousands of times: the same limits,
  /// figures and end, but what that plan owns goes when the result is released.
  QueryContext nested() {
    return new QueryContext(whole);
  }

  /// The query itself: what it owns stays till its end.
  QueryContext whole() {
    return whole;
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
    return failure.nanosToDeadline();
  }

  /// A named allocator under the query's; closed on release.
  public BufferAllocator child(String name) {
    BufferAllocator child =
        allocator.newChildAllocator(name + "-" + allocators.getAndIncrement(), 0, Long.MAX_VALUE);
    resources.ownAllocator(child);
    return child;
  }

  /// For an operator that spills where it has no room; closed on release.
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

  /// Closes `resource` on release, last come first.
  public <T extends AutoCloseable> T own(T resource) {
    resources.own(resource);
    return resource;
  }

  /// Runs `action` once, when the query fails or is cancelled before the release; at once if it
  /// already has.
  public void onCancel(Runnable action) {
    failure.onCancel(action);
    resources.own(() -> failure.forget(action));
  }

  public void written(List<WrittenFile> files) {
    written.addAll(files);
  }

  public List<WrittenFile> writtenFiles() {
    return List.copyOf(written);
  }

  public void deleted(List<DeletedRows> rows) {
    deleted.addAll(rows);
  }

  public List<DeletedRows> deletedRows() {
    return List.copyOf(deleted);
  }

  /// Throws the query's error, or that its time is up.
  public void check() {
    failure.check();
  }

  public boolean failed() {
    return failure.first() != null;
  }

  public @Nullable EngineException failure() {
    return failure.first();
  }

  /// Ends the query with its first error; later ones are dropped.
  public void fail(Throwable cause) {
    failure.fail(cause);
  }

  /// Frees what the query owns. All drivers have ended.
  public void release() {
    resources.release();
  }
}
