package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.expression.Register;
import io.bauplan.sql.plan.DataType;
import java.util.ArrayList;
import java.util.Arrays;
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

  DistinctAccumulator(Accumulator inner, List<DataType> arguments, BufferAllocator allocator) {
    this.inner = inner;
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
    int groups = 0;
    for (int i = 0; i < count; i++) {
      groups = Math.max(groups, from[i] + 1);
    }
    int[] target = new int[Math.max(groups, 1)];
    Arrays.fill(target, -1);
    for (int i = 0; i < count; i++) {
      target[from[i]] = to[i];
    }
    int size = others.set.size();
    Register[] arguments = others.arguments();
    group.reset(size);
    int[] rows = new int[Math.min(Vector.BATCH_ROWS, Math.max(size, 1))];
    if (numbers.length < rows.length) {
      numbers = new int[rows.length];
    }
    int filled = 0;
    for (int i = 0; i < size; i++) {
      long source = others.set.key(0).longs[i];
      if (source < groups && target[(int) source] >= 0) {
        group.longs[i] = target[(int) source];
        rows[filled++] = i;
      }
      if (filled == rows.length || i == size - 1) {
        insert(arguments, rows, filled);
        filled = 0;
      }
    }
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
    set.close();
    inner.close();
  }
}
