package io.bauplan.exec.operator.aggregate;

import org.jspecify.annotations.Nullable;

/// The rows of a batch by their group, where groups are few: sums over a run stay in registers of
/// the machine, where one row after the other has to wait for the last one's addition to reach
/// memory. Used by one thread.
final class Runs {
  static final int MAX_GROUPS = 64;

  /// Batches with fewer rows than this for each group are left as they are.
  private static final int MIN_ROWS_PER_GROUP = 16;

  private final int[] starts = new int[MAX_GROUPS + 1];
  private final int[] next = new int[MAX_GROUPS];
  private int[] rows = {};
  private int groups;

  /// Sorts the batch's rows. False where that does not pay.
  boolean sort(int[] groupOfRow, int @Nullable [] selection, int count, int groupCount) {
    if (groupCount > MAX_GROUPS || count < groupCount * MIN_ROWS_PER_GROUP) {
      return false;
    }
    groups = groupCount;
    if (rows.length < count) {
      rows = new int[Math.max(count, 64)];
    }
    java.util.Arrays.fill(next, 0, groupCount, 0);
    for (int i = 0; i < count; i++) {
      next[groupOfRow[i]]++;
    }
    int start = 0;
    for (int group = 0; group < groupCount; group++) {
      starts[group] = start;
      start += next[group];
      next[group] = starts[group];
    }
    starts[groupCount] = start;
    for (int i = 0; i < count; i++) {
      rows[next[groupOfRow[i]]++] = selection == null ? i : selection[i];
    }
    return true;
  }

  int groups() {
    return groups;
  }

  int[] rows() {
    return rows;
  }

  int start(int group) {
    return starts[group];
  }

  int end(int group) {
    return starts[group + 1];
  }
}
