package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.expression.Register;
import org.jspecify.annotations.Nullable;

/// COUNT(*) and COUNT(x, ...), which counts rows where no argument is NULL.
final class CountAccumulator extends Accumulator {
  private long[] counts = {};

  @Override
  void grow(int capacity) {
    counts = grown(counts, capacity);
  }

  @Override
  void add(int[] groups, Register[] arguments, int @Nullable [] rows, int count) {
    boolean anyNulls = false;
    for (Register argument : arguments) {
      anyNulls |= argument.hasNulls;
    }
    if (!anyNulls) {
      for (int i = 0; i < count; i++) {
        counts[groups[i]]++;
      }
      return;
    }
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      boolean counted = true;
      for (Register argument : arguments) {
        counted &= !argument.isNull(row);
      }
      counts[groups[i]] += counted ? 1 : 0;
    }
  }

  @Override
  void merge(Accumulator other, int[] from, int[] to, int count) {
    long[] others = ((CountAccumulator) other).counts;
    for (int i = 0; i < count; i++) {
      counts[to[i]] += others[from[i]];
    }
  }

  @Override
  void output(int start, int count, Register to) {
    System.arraycopy(counts, start, to.longs, 0, count);
  }

  @Override
  int bytesPerGroup() {
    return 8;
  }
}
