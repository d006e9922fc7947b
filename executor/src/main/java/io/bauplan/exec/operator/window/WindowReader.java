package io.bauplan.exec.operator.window;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.Window.Group;
import io.bauplan.sql.plan.PhysicalPlan.Window.WindowCall;
import io.bauplan.sql.plan.SortKey;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Window functions, row by row: every frame and function, none of them vectorized yet. Holds the
/// whole input; rows leave in the order they came.
public final class WindowReader implements BatchReader {
  private final PhysicalPlan.Window node;
  private final BatchReader source;
  private final BufferAllocator allocator;
  private @Nullable WindowInput input;
  private final List<FlatVector> computed = new ArrayList<>();
  private int next;

  /// Takes ownership of the source.
  public WindowReader(PhysicalPlan.Window node, BatchReader source, BufferAllocator allocator) {
    this.node = node;
    this.source = source;
    this.allocator = allocator;
  }

  @Override
  public @Nullable Batch next() {
    if (input == null) {
      input = WindowInput.read(source, node.input().output(), allocator);
      for (Group group : node.groups()) {
        compute(group, input);
      }
    }
    if (next >= input.rowCount()) {
      return null;
    }
    int rows = Math.min(Vector.BATCH_ROWS, input.rowCount() - next);
    List<Vector> columns = new ArrayList<>();
    for (int i = 0; i < node.input().output().size(); i++) {
      columns.add(input.column(i).slice(next, rows));
    }
    for (FlatVector vector : computed) {
      columns.add(vector.slice(next, rows));
    }
    next += rows;
    return new Batch(columns, rows);
  }

  private void compute(Group group, WindowInput rows) {
    List<SortKey> keys = new ArrayList<>();
    group.partitionBy().forEach(column -> keys.add(new SortKey(column, true, true)));
    int firstOrderKey = keys.size();
    keys.addAll(group.orderBy());
    RowOrder order = new RowOrder(rows, keys);
    int[] sorted = order.sorted(rows.rowCount());
    Frames frames = new Frames(group.frame(), rows, order, firstOrderKey, group.orderBy());
    WindowCalls calls = new WindowCalls(rows, group, frames);
    List<Partition> partitions = partitions(order, sorted, firstOrderKey, keys.size());
    for (WindowCall call : group.calls()) {
      @Nullable Object[] results = new Object[rows.rowCount()];
      for (Partition partition : partitions) {
        calls.compute(call, partition, results);
      }
      computed.add(vector(call, results));
    }
  }

  private static List<Partition> partitions(
      RowOrder order, int[] sorted, int firstOrderKey, int keys) {
    List<Partition> partitions = new ArrayList<>();
    int begin = 0;
    for (int i = 1; i <= sorted.length; i++) {
      if (i == sorted.length || !order.same(sorted[i - 1], sorted[i], 0, firstOrderKey)) {
        partitions.add(new Partition(sorted, begin, i, order, firstOrderKey, keys));
        begin = i;
      }
    }
    return partitions;
  }

  private FlatVector vector(WindowCall call, @Nullable Object[] values) {
    try (VectorBuilder builder =
        new VectorBuilder(call.output().type(), values.length, allocator)) {
      for (Object value : values) {
        builder.appendValue(value);
      }
      return builder.build();
    }
  }

  @Override
  public void close() {
    if (input != null) {
      input.close();
    }
    computed.forEach(FlatVector::close);
    computed.clear();
    source.close();
  }
}
