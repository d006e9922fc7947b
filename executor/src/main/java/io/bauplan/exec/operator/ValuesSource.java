package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.sql.plan.PhysicalPlan;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Literal rows.
record ValuesSource(PhysicalPlan.Values node, BufferAllocator allocator) implements Source {
  @Override
  public int drivers() {
    return 1;
  }

  @Override
  public BatchReader open(int driver) {
    int[] next = {0};
    return Readers.of(() -> batch(next), () -> {});
  }

  private @Nullable Batch batch(int[] next) {
    int start = next[0];
    int count = Math.min(Vector.BATCH_ROWS, node.rows().size() - start);
    if (count <= 0) {
      return null;
    }
    next[0] = start + count;
    List<Vector> columns = new ArrayList<>();
    try {
      for (int c = 0; c < node.output().size(); c++) {
        try (VectorBuilder builder = new VectorBuilder(node.output().type(c), count, allocator)) {
          for (int row = start; row < start + count; row++) {
            builder.appendValue(node.rows().get(row).get(c));
          }
          columns.add(builder.build());
        }
      }
      return new Batch(columns, count);
    } catch (RuntimeException | Error e) {
      columns.forEach(Vector::close);
      throw e;
    }
  }
}
