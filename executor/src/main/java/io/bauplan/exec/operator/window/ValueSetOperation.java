package io.bauplan.exec.operator.window;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.SetOperation.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// INTERSECT and EXCEPT row by row, over values of any type.
public final class ValueSetOperation implements BatchReader {
  private final PhysicalPlan.SetOperation node;
  private final List<BatchReader> sources;
  private final BufferAllocator allocator;
  private @Nullable List<List<@Nullable Object>> rows;
  private int next;

  /// Takes ownership of the sources.
  public ValueSetOperation(
      PhysicalPlan.SetOperation node, List<BatchReader> sources, BufferAllocator allocator) {
    this.node = node;
    this.sources = List.copyOf(sources);
    this.allocator = allocator;
  }

  private record Counted(List<@Nullable Object> row, long[] counts) {}

  private List<List<@Nullable Object>> compute() {
    Map<Object, Counted> known = new LinkedHashMap<>();
    for (int i = 0; i < sources.size(); i++) {
      try (WindowInput input = WindowInput.read(sources.get(i), node.output(), allocator)) {
        for (int r = 0; r < input.rowCount(); r++) {
          List<@Nullable Object> row = new ArrayList<>();
          for (int c = 0; c < node.output().size(); c++) {
            row.add(input.value(c, r));
          }
          known.computeIfAbsent(
                  ValueAggregation.key(row), k -> new Counted(row, new long[sources.size()]))
              .counts()[i]++;
        }
      }
    }
    List<List<@Nullable Object>> result = new ArrayList<>();
    for (Counted counted : known.values()) {
      for (long copies = copies(counted.counts()); copies > 0; copies--) {
        result.add(counted.row());
      }
    }
    return result;
  }

  private long copies(long[] counts) {
    long least = counts[0];
    long others = 0;
    for (int i = 1; i < counts.length; i++) {
      least = Math.min(least, counts[i]);
      others += counts[i];
    }
    if (node.kind() == Kind.INTERSECT) {
      return node.all() ? least : Math.min(least, 1);
    }
    return node.all() ? Math.max(0, counts[0] - others) : counts[0] > 0 && others == 0 ? 1 : 0;
  }

  @Override
  public @Nullable Batch next() {
    List<List<@Nullable Object>> all = rows;
    if (all == null) {
      all = compute();
      rows = all;
    }
    int count = Math.min(Vector.BATCH_ROWS, all.size() - next);
    if (count <= 0) {
      return null;
    }
    List<Vector> columns = new ArrayList<>();
    try {
      for (int c = 0; c < node.output().size(); c++) {
        try (VectorBuilder builder = new VectorBuilder(node.output().type(c), count, allocator)) {
          for (int r = next; r < next + count; r++) {
            builder.appendValue(all.get(r).get(c));
          }
          columns.add(builder.build());
        }
      }
    } catch (RuntimeException | Error e) {
      columns.forEach(Vector::close);
      throw e;
    }
    next += count;
    return new Batch(columns, count);
  }

  @Override
  public void close() {
    sources.forEach(BatchReader::close);
  }
}
