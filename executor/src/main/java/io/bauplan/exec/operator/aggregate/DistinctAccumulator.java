package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.operator.HeapReservation;
import io.bauplan.sql.plan.DataType;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Any aggregate over distinct arguments: keeps the set of (group, arguments) and gives it to the
/// aggregate itself only when results are asked for, so that merging sets is enough.
final class DistinctAccumulator extends Accumulator {
  private final GroupTable set;
  private final Accumulator inner;
  private final Register group = new Register(DataType.INT64);
  private int[] numbers = {};
  private int[] kept = {};
  private int capacity;
  private boolean fed;
  private final HeapReservation indexBytes;
  private @Nullable ByGroup byGroup;

  DistinctAccumulator(Accumulator inner, List<DataType> arguments, BufferAllocator allocator) {
    this.inner = inner;
    this.indexBytes = new HeapReservation(allocator);
    List<DataType> types = new ArrayList<>();
    types.add(DataType.INT64);
    types.addAll(arguments);
    this.set = new GroupTable(types, allocator);
  }

  @Override
  void grow(int newCapacity) {
    capacity = newCapacity;
  }

  @Override
  void add(int[] groups, Register[] arguments, int @Nullable [] rows, int count) {
    int length = 0;
    for (int i = 0; i < count; i++) {
      length = Math.max(length, (rows == null ? i : rows[i]) + 1);
    }
    if (kept.length < count) {
      kept = new int[count];
      numbers = new int[count];
    }
    group.reset(length);
    int left = 0;
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      boolean anyNull = false;
      for (Register argument : arguments) {
        anyNull |= argument.isNull(row);
      }
      if (!anyNull) {
        group.longs[row] = groups[i];
        kept[left++] = row;
      }
    }
    insert(arguments, kept, left);
  }

  private void insert(Register[] arguments, int[] rows, int count) {
    Register[] keys = new Register[arguments.length + 1];
    keys[0] = group;
    System.arraycopy(arguments, 0, keys, 1, arguments.length);
    set.lookup(keys, rows, count, numbers);
  }

  @Override
  void merge(Accumulator other, int[] from, int[] to, int count) {
    DistinctAccumulator others = (DistinctAccumulator) other;
    ByGroup index = others.byGroup();
    Register[] arguments = others.arguments();
    group.reset(others.set.size());
    int[] rows = new int[Vector.BATCH_ROWS];
    if (numbers.length < rows.length) {
      numbers = new int[rows.length];
    }
    int filled = 0;
    for (int i = 0; i < count; i++) {
      int source = from[i];
      int end = source < index.groups() ? index.starts[source + 1] : 0;
      for (int e = end == 0 ? 0 : index.starts[source]; e < end; e++) {
        int row = index.rows[e];
        group.longs[row] = to[i];
        rows[filled++] = row;
        if (filled == rows.length) {
          insert(arguments, rows, filled);
          filled = 0;
        }
      }
    }
    insert(arguments, rows, filled);
  }

  /// The values of each group: those of group `g` are in `rows` from `starts[g]` to `starts[g +
  /// 1]`.
  @SuppressWarnings("ArrayRecordComponent")
  private record ByGroup(int[] starts, int[] rows) {
    int groups() {
      return starts.length - 1;
    }
  }

  /// Once all values are in. Several threads may merge from here.
  private synchronized ByGroup byGroup() {
    ByGroup known = byGroup;
    if (known == null) {
      int size = set.size();
      long[] groups = set.key(0).longs;
      int most = -1;
      for (int row = 0; row < size; row++) {
        most = Math.max(most, (int) groups[row]);
      }
      indexBytes.set(Integer.BYTES * (2L * (most + 1) + size));
      int[] starts = new int[most + 2];
      for (int row = 0; row < size; row++) {
        starts[(int) groups[row] + 1]++;
      }
      for (int g = 0; g <= most; g++) {
        starts[g + 1] += starts[g];
      }
      int[] next = starts.clone();
      int[] rows = new int[size];
      for (int row = 0; row < size; row++) {
        rows[next[(int) groups[row]]++] = row;
      }
      known = new ByGroup(starts, rows);
      byGroup = known;
    }
    return known;
  }

  private Register[] arguments() {
    Register[] arguments = new Register[inputCount()];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = set.key(i + 1);
    }
    return arguments;
  }

  private int inputCount() {
    return set.keyCount() - 1;
  }

  @Override
  void output(int start, int count, Register to) {
    if (!fed) {
      fed = true;
      inner.grow(Math.max(capacity, 1));
      Register[] arguments = arguments();
      int[] rows = new int[Vector.BATCH_ROWS];
      int[] groups = new int[Vector.BATCH_ROWS];
      for (int i = 0; i < set.size(); i += Vector.BATCH_ROWS) {
        int n = Math.min(Vector.BATCH_ROWS, set.size() - i);
        for (int j = 0; j < n; j++) {
          rows[j] = i + j;
          groups[j] = (int) set.key(0).longs[i + j];
        }
        inner.add(groups, arguments, rows, n);
      }
    }
    inner.output(start, count, to);
  }

  @Override
  int bytesPerGroup() {
    return inner.bytesPerGroup();
  }

  @Override
  public void close() {
    indexBytes.close();
    set.close();
    inner.close();
  }
}
