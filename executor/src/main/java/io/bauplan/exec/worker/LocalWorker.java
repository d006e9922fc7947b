package io.bauplan.exec.worker;

import io.bauplan.exec.fallback.Fallback;
import io.bauplan.exec.memory.FairShare;
import io.bauplan.exec.operator.NodeFigures;
import io.bauplan.exec.operator.QueryContext;
import io.bauplan.exec.operator.SharedScan;
import io.bauplan.exec.scan.DataFiles;
import io.bauplan.exec.spill.SpillFolder;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.session.FileSchemas;
import io.bauplan.udf.api.FunctionRuntime;
import io.bauplan.udf.api.SharedTable;
import io.bauplan.udf.shm.SegmentTable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.apache.arrow.memory.BufferAllocator;

/// A worker in this process: morsel-driven pipelines over a fixed number of threads.
public final class LocalWorker implements Worker {
  private final BufferAllocator allocator;
  private final DataFiles files;
  private final Fallback fallback;
  private final FunctionRuntime functions;
  private final SpillFolder spill;
  private final Scheduler scheduler;
  private final Set<LocalQuery> queries = ConcurrentHashMap.newKeySet();
  private final Map<String, SharedTable> intermediates = new HashMap<>();

  /// @param parent all memory of queries comes from a child of it; it outlives the worker
  /// @param memoryBytes limit of all queries together
  /// @param functions borrowed; its owner closes it after the worker
  /// @param spill where operators put rows that have no room; owned from here on
  public LocalWorker(
      BufferAllocator parent,
      long memoryBytes,
      int threads,
      DataFiles files,
      Fallback fallback,
      FunctionRuntime functions,
      SpillFolder spill) {
    this.allocator = parent.newChildAllocator(FairShare.POOL, 0, memoryBytes);
    this.files = files;
    this.fallback = fallback;
    this.functions = functions;
    this.spill = spill;
    this.scheduler = new Scheduler(threads);
  }

  @Override
  public RunningQuery execute(PhysicalPlan plan, QueryOptions options) {
    BufferAllocator memory =
        allocator.newChildAllocator("query-" + options.id(), 0, options.memoryBytes());
    QueryContext query = context(options, memory);
    LocalQuery[] self = new LocalQuery[1];
    LocalQuery started =
        new LocalQuery(
            plan,
            query,
            scheduler.share(options.background()),
            () -> {
              if (self[0] != null) {
                queries.remove(self[0]);
              }
            });
    self[0] = started;
    queries.add(started);
    return started;
  }

  private QueryContext context(QueryOptions options, BufferAllocator memory) {
    return new QueryContext(
        options,
        memory,
        files,
        fallback,
        functions,
        this::requireIntermediate,
        spill,
        scheduler.threadCount());
  }

  @Override
  public Optional<SegmentTable> columns(PhysicalPlan plan, QueryOptions options) {
    try (BufferAllocator memory =
        allocator.newChildAllocator("columns-" + options.id(), 0, options.memoryBytes())) {
      QueryContext query = context(options, memory);
      try {
        Optional<SharedScan> scan = SharedScan.of(plan, query, NodeFigures::new);
        if (scan.isEmpty()) {
          return Optional.empty();
        }
        PlanRun run =
            new PlanRun(query, scheduler.share(options.background()), List.of(scan.get().step()));
        run.proceed();
        await(run, query);
        query.check();
        return Optional.of(scan.get().table());
      } finally {
        query.release();
      }
    }
  }

  /// Returns when no thread works for the query any more.
  private static void await(PlanRun run, QueryContext query) {
    boolean interrupted = false;
    while (!run.done().isDone()) {
      try {
        run.done().get();
      } catch (InterruptedException e) {
        interrupted = true;
        query.fail(new EngineException(ErrorCode.CANCELLED, "the query was cancelled"));
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public FileSchemas fileSchemas() {
    return files.schemas();
  }

  @Override
  public FunctionRuntime functions() {
    return functions;
  }

  @Override
  public void putIntermediate(String id, SharedTable table) {
    SharedTable before;
    synchronized (intermediates) {
      before = intermediates.put(id, table);
    }
    if (before != null) {
      before.close();
    }
  }

  @Override
  public void dropIntermediate(String id) {
    SharedTable table;
    synchronized (intermediates) {
      table = intermediates.remove(id);
    }
    if (table != null) {
      table.close();
    }
  }

  @Override
  public Optional<SharedTable> intermediate(String id) {
    synchronized (intermediates) {
      return Optional.ofNullable(intermediates.get(id)).map(SharedTable::retain);
    }
  }

  private SharedTable requireIntermediate(String id) {
    return intermediate(id)
        .orElseThrow(
            () ->
                new EngineException(
                    ErrorCode.INTERNAL_ERROR, "the intermediate table " + id + " is gone"));
  }

  @Override
  public BufferAllocator allocator() {
    return allocator;
  }

  @Override
  public void close() {
    try {
      queries.forEach(LocalQuery::close);
    } finally {
      scheduler.close();
      synchronized (intermediates) {
        intermediates.values().forEach(SharedTable::close);
        intermediates.clear();
      }
      spill.close();
      allocator.close();
    }
  }
}
