package io.bauplan.exec.operator;

import io.bauplan.exec.batch.ArrowBatches;
import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.sql.plan.RowType;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/// A reader's batches as Arrow roots, each valid until the next.
final class BatchRoots implements Iterator<VectorSchemaRoot>, AutoCloseable {
  private final BatchReader reader;
  private final RowType type;
  private final BufferAllocator allocator;
  private @Nullable Batch next;
  private @Nullable VectorSchemaRoot current;
  private boolean ended;

  /// Owns the reader.
  BatchRoots(BatchReader reader, RowType type, BufferAllocator allocator) {
    this.reader = reader;
    this.type = type;
    this.allocator = allocator;
  }

  @Override
  public boolean hasNext() {
    if (next == null && !ended) {
      next = reader.next();
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
    reader.close();
  }
}
