package io.bauplan.exec.operator;

import io.bauplan.exec.batch.ArrowBatches;
import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.sql.plan.RowType;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Supplier;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/// A reader's or a query's batches as Arrow roots, each valid until the next.
public final class BatchRoots implements Iterator<VectorSchemaRoot>, AutoCloseable {
  private final Supplier<@Nullable Batch> batches;
  private final Runnable end;
  private final RowType type;
  private final BufferAllocator allocator;
  private @Nullable Batch next;
  private @Nullable VectorSchemaRoot current;
  private boolean ended;

  /// Owns the reader.
  BatchRoots(BatchReader reader, RowType type, BufferAllocator allocator) {
    this(reader::next, reader::close, type, allocator);
  }

  private BatchRoots(
      Supplier<@Nullable Batch> batches, Runnable end, RowType type, BufferAllocator allocator) {
    this.batches = batches;
    this.end = end;
    this.type = type;
    this.allocator = allocator;
  }

  /// Borrows the query.
  public static BatchRoots of(RunningQuery query, BufferAllocator allocator) {
    return new BatchRoots(query::next, () -> {}, query.output(), allocator);
  }

  @Override
  public boolean hasNext() {
    if (next == null && !ended) {
      next = batches.get();
      ended = next == null;
    }
    return next != null;
  }

  @Override
  public VectorSchemaRoot next() {
    Batch batch = hasNext() ? next : null;
    if (batch == null) {
      throw new NoSuchElementException();
    }
    releaseCurrent();
    next = null;
    VectorSchemaRoot root = ArrowBatches.toRoot(batch, type, allocator);
    current = root;
    return root;
  }

  private void releaseCurrent() {
    if (current != null) {
      current.close();
      current = null;
    }
  }

  @Override
  public void close() {
    releaseCurrent();
    if (next != null) {
      next.close();
      next = null;
    }
    end.run();
  }
}
