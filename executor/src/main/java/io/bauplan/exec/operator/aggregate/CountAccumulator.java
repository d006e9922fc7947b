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
      counts[groups[i]] += anyNull(arguments, row) ? 0 : 1;
    }
  }

  @Override
  void addToOne(int[] groups, Register[] arguments, int @Nullable [] rows, int count) {
    for (Register argument : arguments) {
      if (argument.hasNulls) {
        add(groups, arguments, rows, count);
        return;
      }
    }
    counts[0] += count;
  }

  @Override
  boolean takesRuns() {
    return true;
  }

  @Override
  void addRun(int group, Register[] arguments, int[] rows, int start, int end) {
    int counted = end - start;
    for (Register argument : arguments) {
      if (argument.hasNulls) {
        counted = 0;
        for (int i = start; i < end; i++) {
          counted += anyNull(arguments, rows[i]) ? 0 : 1;
        }
        break;
      }
    }
    counts[group] += counted;
  }

  private static boolean anyNull(Register[] arguments, int row) {
    boolean isNull = false;
    for (Register argument : arguments) {
      isNull |= argument.isNull(row);
    }
    return isNull;
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

  @Override
  boolean isCompact() {
    return true;
  }
}
