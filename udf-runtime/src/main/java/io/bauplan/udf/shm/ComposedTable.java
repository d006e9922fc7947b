package io.bauplan.udf.shm;

import io.bauplan.udf.api.SharedTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// A function's result of which some columns lie where the function was given them. It keeps the
/// memory of those inputs alive.
public final class ComposedTable implements SharedTable {
  private final SegmentTable columns;
  private final long passedBytes;
  private final SharedMemory memory;
  private final References references = new References("this result");
  private @Nullable MappedTable copy;

  /// Takes ownership of the columns.
  ComposedTable(SegmentTable columns, long passedBytes, SharedMemory memory) {
    this.columns = columns;
    this.passedBytes = passedBytes;
    this.memory = memory;
  }

  /// Bytes that lie where they were.
  public long passedBytes() {
    return passedBytes;
  }

  /// The same table by its columns; borrowed.
  public SegmentTable columns() {
    return columns;
  }

  @Override
  public Schema schema() {
    return columns.schema();
  }

  @Override
  public long rowCount() {
    return columns.rowCount();
  }

  @Override
  public long byteSize() {
    return columns.byteSize();
  }

  /// One file with all columns, which is made, by a copy, when it is first asked for: for whom
  /// cannot map columns.
  @Override
  public Path path() {
    return copy().path();
  }

  @Override
  public long[] written() {
    return copy().written();
  }

  private synchronized MappedTable copy() {
    MappedTable made = copy;
    if (made == null) {
      try (BufferAllocator allocator = new RootAllocator();
          Batches all = new Batches(allocator)) {
        made = memory.write(schema(), all);
        copy = made;
      }
    }
    return made;
  }

  @Override
  public int batchCount() {
    return columns.batches().size();
  }

  @Override
  public VectorSchemaRoot batch(int index, BufferAllocator allocator) {
    SegmentTable.Batch batch = columns.batches().get(index);
    List<FieldVector> vectors = new ArrayList<>();
    try {
      for (SegmentColumn column : batch.columns()) {
        vectors.add(column.view(allocator).getVector(0));
      }
      return new VectorSchemaRoot(schema().getFields(), vectors, (int) batch.rows());
    } catch (RuntimeException e) {
      vectors.forEach(FieldVector::close);
      throw e;
    }
  }

  @Override
  public SharedTable retain() {
    references.add();
    return this;
  }

  @Override
  public void close() {
    if (references.drop()) {
      columns.close();
      synchronized (this) {
        if (copy != null) {
          copy.close();
        }
      }
    }
  }

  /// Each batch until the next.
  private final class Batches implements Iterator<VectorSchemaRoot>, AutoCloseable {
    private final BufferAllocator allocator;
    private final Iterator<Integer> numbers = IntStream.range(0, batchCount()).iterator();
    private @Nullable VectorSchemaRoot current;

    Batches(BufferAllocator allocator) {
      this.allocator = allocator;
    }

    @Override
    public boolean hasNext() {
      return numbers.hasNext();
    }

    @Override
    public VectorSchemaRoot next() {
      close();
      VectorSchemaRoot root = batch(numbers.next(), allocator);
      current = root;
      return root;
    }

    @Override
    public void close() {
      if (current != null) {
        current.close();
        current = null;
      }
    }
  }
}
