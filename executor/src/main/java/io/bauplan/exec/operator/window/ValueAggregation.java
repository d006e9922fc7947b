package io.bauplan.exec.operator.window;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.CellValue;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.sql.plan.AggregateCall;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.SortKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Aggregation row by row, over values of any type: for keys that are lists, maps or structs, and
/// for aggregates without a vectorized state. Holds the whole input.
public final class ValueAggregation implements BatchReader {
  private final PhysicalPlan.Aggregate node;
  private final BatchReader source;
  private final BufferAllocator allocator;
  private @Nullable WindowInput input;
  private final List<Group> groups = new ArrayList<>();
  private int next;

  /// Rows of one group, by number, in the order they came.
  private static final class Group {
    private final int set;
    private final List<@Nullable Object> keys;
    private int[] rows = new int[4];
    private int count;

    Group(int set, List<@Nullable Object> keys) {
      this.set = set;
      this.keys = keys;
    }

    void add(int row) {
      if (count == rows.length) {
        rows = Arrays.copyOf(rows, count * 2);
      }
      rows[count++] = row;
    }
  }

  /// Takes ownership of the source.
  public ValueAggregation(
      PhysicalPlan.Aggregate node, BatchReader source, BufferAllocator allocator) {
    this.node = node;
    this.source = source;
    this.allocator = allocator;
  }

  /// The value in a form whose `equals` is SQL's.
  static Object key(Object value) {
    return switch (value) {
      case byte[] bytes -> ByteBuffer.wrap(bytes);
      case Double number -> number + 0.0;
      case List<?> list -> {
        List<@Nullable Object> keys = new ArrayList<>();
        for (Object element : list) {
          keys.add(keyOrNull(element));
        }
        yield keys;
      }
      case Map<?, ?> map -> {
        Map<Object, @Nullable Object> keys = new LinkedHashMap<>();
        map.forEach((k, v) -> keys.put(key(k), keyOrNull(v)));
        yield keys;
      }
      default -> value;
    };
  }

  private static @Nullable Object keyOrNull(@Nullable Object value) {
    return value == null ? null : key(value);
  }

  @Override
  public @Nullable Batch next() {
    WindowInput rows = input;
    if (rows == null) {
      rows = WindowInput.read(source, node.input().output(), allocator);
      input = rows;
      group(rows);
    }
    int count = Math.min(Vector.BATCH_ROWS, groups.size() - next);
    if (count <= 0) {
      return null;
    }
    Batch batch = output(rows, groups.subList(next, next + count));
    next += count;
    return batch;
  }

  private List<List<Integer>> sets() {
    return node.groupingSets().isEmpty() ? List.of(List.of()) : node.groupingSets();
  }

  private void group(WindowInput rows) {
    for (int set = 0; set < sets().size(); set++) {
      List<Integer> members = sets().get(set);
      Map<List<@Nullable Object>, Group> known = new LinkedHashMap<>();
      for (int row = 0; row < rows.rowCount(); row++) {
        List<@Nullable Object> values = new ArrayList<>();
        List<@Nullable Object> keys = new ArrayList<>();
        for (int k = 0; k < node.groupKeys().size(); k++) {
          Object value = members.contains(k) ? rows.value(node.groupKeys().get(k), row) : null;
          values.add(value);
          keys.add(keyOrNull(value));
        }
        Group group = known.get(keys);
        if (group == null) {
          group = new Group(set, values);
          known.put(keys, group);
        }
        group.add(row);
      }
      if (known.isEmpty() && members.isEmpty()) {
        List<@Nullable Object> none = new ArrayList<>();
        node.groupKeys().forEach(k -> none.add(null));
        known.put(none, new Group(set, none));
      }
      groups.addAll(known.values());
    }
  }

  private Batch output(WindowInput rows, List<Group> part) {
    List<Vector> columns = new ArrayList<>();
    try {
      int keys = node.groupKeys().size();
      for (int c = 0; c < node.output().size(); c++) {
        try (VectorBuilder builder =
            new VectorBuilder(node.output().type(c), part.size(), allocator)) {
          for (Group group : part) {
            builder.appendValue(
                c < keys ? group.keys.get(c) : result(node.calls().get(c - keys), group, rows));
          }
          columns.add(builder.build());
        }
      }
      return new Batch(columns, part.size());
    } catch (RuntimeException | Error e) {
      columns.forEach(Vector::close);
      throw e;
    }
  }

  private @Nullable Object result(AggregateCall call, Group group, WindowInput rows) {
    if (call.function().equals("grouping")) {
      long bits = 0;
      for (int argument : call.arguments()) {
        int key = node.groupKeys().indexOf(argument);
        boolean grouped = key >= 0 && sets().get(group.set).contains(key);
        bits = bits << 1 | (grouped ? 0 : 1);
      }
      return bits;
    }
    boolean percentile = call.function().startsWith("percentile_") && !call.order().isEmpty();
    boolean descending = percentile && !call.order().getFirst().ascending();
    Accumulator state =
        Accumulator.of(call.function(), call.distinct(), call.output().type(), descending);
    for (int row :
        percentile ? Arrays.copyOf(group.rows, group.count) : ordered(call, group, rows)) {
      if (call.filter().isPresent()
          && !Boolean.TRUE.equals(rows.value(call.filter().getAsInt(), row))) {
        continue;
      }
      if (percentile) {
        state.add(
            Arrays.asList(
                rows.value(call.order().getFirst().column(), row),
                rows.value(call.arguments().getFirst(), row)));
      } else {
        state.add(value(call, row, rows));
      }
    }
    return Accumulator.fitted(state.result(), call.output().type());
  }

  private static @Nullable Object value(AggregateCall call, int row, WindowInput rows) {
    if (call.arguments().isEmpty()) {
      return Boolean.TRUE;
    }
    if (call.arguments().size() == 1) {
      return rows.value(call.arguments().getFirst(), row);
    }
    List<@Nullable Object> values = new ArrayList<>();
    for (int argument : call.arguments()) {
      values.add(rows.value(argument, row));
    }
    boolean skipped = call.function().equals("count") && values.stream().anyMatch(Objects::isNull);
    return skipped ? null : values;
  }

  private static int[] ordered(AggregateCall call, Group group, WindowInput rows) {
    if (call.order().isEmpty()) {
      return Arrays.copyOf(group.rows, group.count);
    }
    Integer[] sorted = new Integer[group.count];
    for (int i = 0; i < group.count; i++) {
      sorted[i] = group.rows[i];
    }
    Arrays.sort(
        sorted,
        (left, right) -> {
          for (SortKey key : call.order()) {
            int order =
                compare(rows.value(key.column(), left), rows.value(key.column(), right), key);
            if (order != 0) {
              return order;
            }
          }
          return 0;
        });
    return Arrays.stream(sorted).mapToInt(Integer::intValue).toArray();
  }

  @Override
  public void close() {
    if (input != null) {
      input.close();
    }
    source.close();
  }

  private static int compare(@Nullable Object left, @Nullable Object right, SortKey key) {
    if (left == null || right == null) {
      if (left == right) {
        return 0;
      }
      return (left == null) == key.nullsFirst() ? -1 : 1;
    }
    int result = CellValue.compare(left, right);
    return key.ascending() ? result : -result;
  }
}
