package io.bauplan.tests.limits;

import io.bauplan.udf.api.SharedTable;
import java.util.Iterator;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/// The batches of a shared table, each until the next; everything is given back at the end.
final class EachBatch {
  private EachBatch() {}

  static Iterator<VectorSchemaRoot> of(SharedTable table) {
    BufferAllocator allocator = new RootAllocator();
    return new Iterator<>() {
      private int next;
      private VectorSchemaRoot current = VectorSchemaRoot.of();

      @Override
      public boolean hasNext() {
        if (next < table.batchCount()) {
          return true;
        }
        current.close();
        allocator.close();
        return false;
      }

      @Override
      public VectorSchemaRoot next() {
        current.close();
        current = table.batch(next++, allocator);
        return current;
      }
    };
  }
}
