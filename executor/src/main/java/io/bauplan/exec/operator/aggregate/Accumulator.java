package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.expression.Register;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The state of one aggregate for all groups of a table, by group number. Used by one thread.
abstract class Accumulator implements AutoCloseable {
  /// Makes room for groups up to `capacity`; new ones start empty.
  abstract void grow(int capacity);

  /// Adds rows: `groups[i]` is the group of the i-th row, `arguments` are positioned by row.
  abstract void add(int[] groups, Register[] arguments, int @Nullable [] rows, int count);

  /// Adds rows that all belong to group 0, as an aggregation without keys has them.
  ///
  /// @param groups zeros, at least `count` of them
  void addToOne(int[] groups, Register[] arguments, int @Nullable [] rows, int count) {
    add(groups, arguments, rows, count);
  }

  /// Whether a value counts once, however many rows have it: of rows with the same value one is
  /// enough then.
  boolean isIdempotent() {
    return false;
  }

  /// Whether a state of one row is about as small as the row, so that one for each will do for a
  /// while.
  boolean isCompact() {
    return false;
  }

  /// Whether there is `addRun`.
  boolean takesRuns() {
    return false;
  }

  /// Adds rows of one group: those in `rows` from `start` to `end`.
  void addRun(int group, Register[] arguments, int[] rows, int start, int end) {
    throw new UnsupportedOperationException("runs of " + getClass().getSimpleName());
  }

  /// Adds the states of another accumulator of the same kind: its group `from[i]` goes to group
  /// `to[i]`.
  abstract void merge(Accumulator other, int[] from, int[] to, int count);

  /// Writes the results of `count` groups from `start` to rows 0 upwards of a register of the
  /// output type.
  abstract void output(int start, int count, Register to);

  /// Bytes of state per group, about.
  int bytesPerGroup() {
    return 16;
  }

  @Override
  public void close() {}

  static long[] grown(long[] array, int capacity) {
    return array.length >= capacity ? array : Arrays.copyOf(array, capacity);
  }

  static double[] grown(double[] array, int capacity) {
    return array.length >= capacity ? array : Arrays.copyOf(array, capacity);
  }

  static boolean[] grown(boolean[] array, int capacity) {
    return array.length >= capacity ? array : Arrays.copyOf(array, capacity);
  }
}
