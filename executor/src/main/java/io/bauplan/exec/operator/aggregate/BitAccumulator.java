package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.expression.Register;
import org.jspecify.annotations.Nullable;

/// BOOL_AND, BOOL_OR, BIT_AND, BIT_OR and BIT_XOR.
final class BitAccumulator extends Accumulator {
  enum Operation {
    AND,
    OR,
    XOR
  }

  private final Operation operation;
  private long[] values = {};
  private boolean[] present = {};

  BitAccumulator(Operation operation) {
    this.operation = operation;
  }

  @Override
  void grow(int capacity) {
    values = grown(values, capacity);
    present = grown(present, capacity);
  }

  @Override
  void add(int[] groups, Register[] arguments, int @Nullable [] rows, int count) {
    Register in = arguments[0];
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      if (!in.isNull(row)) {
        offer(groups[i], in.longs[row]);
      }
    }
  }

  private void offer(int group, long value) {
    values[group] =
        !present[group]
            ? value
            : switch (operation) {
              case AND -> values[group] & value;
              case OR -> values[group] | value;
              case XOR -> values[group] ^ value;
            };
    present[group] = true;
  }

  @Override
  void merge(Accumulator other, int[] from, int[] to, int count) {
    BitAccumulator others = (BitAccumulator) other;
    for (int i = 0; i < count; i++) {
      if (others.present[from[i]]) {
        offer(to[i], others.values[from[i]]);
      }
    }
  }

  @Override
  void output(int start, int count, Register to) {
    for (int i = 0; i < count; i++) {
      if (present[start + i]) {
        to.longs[i] = values[start + i];
      } else {
        to.setNull(i, count);
      }
    }
  }

  @Override
  boolean isCompact() {
    return true;
  }
}
