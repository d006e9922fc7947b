package io.bauplan.exec.worker;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.operator.PlanCompiler;
import io.bauplan.exec.operator.QueryContext;
import io.bauplan.exec.operator.Source;
import io.bauplan.exec.operator.Step;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DeletedRows;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.WrittenFile;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A query of a [LocalWorker].
final class LocalQuery implements RunningQuery {
  private static final Logger LOG = LoggerFactory.getLogger(LocalQuery.class);
  private static final long CLOSE_SECONDS = 120;
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final PhysicalPlan plan;
  private final QueryContext query;
  private final BufferAllocator allocator;
  private final ResultSink results = new ResultSink();
  private final PlanCompiler compiler;
  private final PlanRun run;
  private final Runnable onClose;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicLong endNanos = new AtomicLong();

  /// Takes ownership of the allocator.
  LocalQuery(PhysicalPlan plan, QueryContext query, Scheduler.Share threads, Runnable onClose) {
    this.plan = plan;
    this.query = query;
    this.allocator = query.allocator();
    this.onClose = onClose;
    this.compiler = new PlanCompiler(query, plan, (own, steps) -> runNested(own, threads, steps));
    List<Step> steps;
    try {
      Source root = compiler.compile(plan);
      steps = new ArrayList<>(compiler.steps());
      steps.add(new Step.Pipeline(root, results));
    } catch (Throwable e) {
      query.fail(e);
      steps = List.of();
    }
    this.run = new PlanRun(query, threads, steps);
    query.onCancel(results::signal);
    var unused =
        run.done()
            .thenRun(
                () -> {
                  endNanos.set(query.elapsedNanos());
                  results.signal();
                });
    EngineException failure = query.failure();
    if (failure != null) {
      run.done().complete(null);
      closeQuietly();
      throw failure;
    }
    run.proceed();
  }

  /// Runs steps to their end on behalf of a waiting step of this query.
  private static void runNested(QueryContext own, Scheduler.Share threads, List<Step> steps) {
    PlanRun nested = new PlanRun(own, threads, steps);
    nested.proceed();
    nested.done().join();
    own.check();
  }

  private void closeQuietly() {
    try {
      close();
    } catch (RuntimeException e) {
      LOG.warn("query {} did not close cleanly after it failed to start", id(), e);
    }
  }

  @Override
  public String id() {
    return query.options().id();
  }

  @Override
  public RowType output() {
    return plan.output();
  }

  @Override
  public @Nullable Batch next() {
    try {
      while (true) {
        EngineException failure = query.failure();
        if (failure != null) {
          throw surfaced(failure);
        }
        boolean ended = run.done().isDone();
        Batch batch = results.poll(ended ? 0 : Math.min(POLL_NANOS, query.nanosToDeadline()));
        if (batch != null) {
          if (results.hasRoom()) {
            run.wake();
          }
          return batch;
        }
        if (ended) {
          failure = query.failure();
          if (failure != null) {
            throw surfaced(failure);
          }
          return null;
        }
        if (query.nanosToDeadline() <= 0) {
          query.check();
        }
      }
    } catch (InterruptedException e) {
      cancel();
      Thread.currentThread().interrupt();
      throw cancelled();
    }
  }

  /// A fresh exception with the caller's stack; the failing thread's is the cause.
  private static EngineException surfaced(EngineException failure) {
    return new EngineException(
        failure.code(),
        failure.getMessage(),
        failure.position().orElse(null),
        failure.hint().orElse(null),
        failure);
  }

  private static EngineException cancelled() {
    return new EngineException(ErrorCode.CANCELLED, "the query was cancelled");
  }

  @Override
  public void cancel() {
    query.fail(cancelled());
  }

  @Override
  public List<WrittenFile> writtenFiles() {
    return query.writtenFiles();
  }

  @Override
  public List<DeletedRows> deletedRows() {
    return query.deletedRows();
  }

  @Override
  public QueryFigures figures() {
    return new QueryFigures(
        run.done().isDone() && endNanos.get() > 0 ? endNanos.get() : query.elapsedNanos(),
        allocator.getPeakMemoryAllocation(),
        query.spilledBytes(),
        compiler.figures(),
        query.fallbacks());
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    if (!run.done().isDone()) {
      cancel();
    }
    try {
      awaitEnd();
      results.close();
      query.release();
    } finally {
      onClose.run();
      allocator.close();
    }
  }

  private void awaitEnd() {
    boolean interrupted = false;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS);
    while (true) {
      try {
        run.done().get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (TimeoutException e) {
        throw new IllegalStateException(
            "query " + id() + " still runs " + CLOSE_SECONDS + " s after it was cancelled");
      } catch (java.util.concurrent.ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
