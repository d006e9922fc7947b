package io.bauplan.exec.worker;

import io.bauplan.exec.batch.Batch;
import io.bauplan.sql.plan.DeletedRows;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.WrittenFile;
import io.bauplan.sql.session.FileSchemas;
import io.bauplan.udf.api.FunctionRuntime;
import io.bauplan.udf.api.SharedTable;
import io.bauplan.udf.shm.SegmentTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// A worker that remembers the figures of every plan it ran: for `EXPLAIN ANALYZE`. The worker
/// behind it belongs to somebody else.
public final class ObservedWorker implements Worker {
  private final Worker worker;
  private final List<Observation> observations = new ArrayList<>();

  public ObservedWorker(Worker worker) {
    this.worker = worker;
  }

  /// @param id of the query
  public record Observation(String id, PhysicalPlan plan, QueryFigures figures) {}

  /// The plans that ended, in the order in which they did.
  public synchronized List<Observation> observations() {
    return List.copyOf(observations);
  }

  private synchronized void add(Observation observation) {
    observations.add(observation);
  }

  @Override
  public RunningQuery execute(PhysicalPlan plan, QueryOptions options) {
    return new ObservedQuery(worker.execute(plan, options), plan);
  }

  @Override
  public Optional<SegmentTable> columns(PhysicalPlan plan, QueryOptions options) {
    return worker.columns(plan, options);
  }

  @Override
  public FileSchemas fileSchemas() {
    return worker.fileSchemas();
  }

  @Override
  public FunctionRuntime functions() {
    return worker.functions();
  }

  @Override
  public void putIntermediate(String id, SharedTable table) {
    worker.putIntermediate(id, table);
  }

  @Override
  public Optional<SharedTable> intermediate(String id) {
    return worker.intermediate(id);
  }

  @Override
  public void dropIntermediate(String id) {
    worker.dropIntermediate(id);
  }

  @Override
  public BufferAllocator allocator() {
    return worker.allocator();
  }

  @Override
  public void close() {}

  private final class ObservedQuery implements RunningQuery {
    private final RunningQuery query;
    private final PhysicalPlan plan;
    private boolean closed;

    ObservedQuery(RunningQuery query, PhysicalPlan plan) {
      this.query = query;
      this.plan = plan;
    }

    @Override
    public String id() {
      return query.id();
    }

    @Override
    public RowType output() {
      return query.output();
    }

    @Override
    public @Nullable Batch next() {
      return query.next();
    }

    @Override
    public void cancel() {
      query.cancel();
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
      return query.figures();
    }

    @Override
    public void close() {
      query.close();
      if (!closed) {
        closed = true;
        add(new Observation(query.id(), plan, query.figures()));
      }
    }
  }
}
