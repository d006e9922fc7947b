package io.bauplan.exec.expression;

import org.jspecify.annotations.Nullable;

/// Arithmetic on lists of rows.
final class Rows {
  private Rows() {}

  /// Rows of `rows` that are not in `without`, both ascending; the result goes to `to`.
  static int minus(int @Nullable [] rows, int count, int[] without, int withoutCount, int[] to) {
    int kept = 0;
    int at = 0;
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      if (at < withoutCount && without[at] == row) {
        at++;
      } else {
        to[kept++] = row;
      }
    }
    return kept;
  }

  /// The union of two ascending lists without common rows.
  static int merge(int[] left, int leftCount, int[] right, int rightCount, int[] to) {
    int l = 0;
    int r = 0;
    int next = 0;
    while (l < leftCount && r < rightCount) {
      to[next++] = left[l] < right[r] ? left[l++] : right[r++];
    }
    while (l < leftCount) {
      to[next++] = left[l++];
    }
    while (r < rightCount) {
      to[next++] = right[r++];
    }
    return next;
  }

  static int[] ensure(int[] array, int length) {
    return array.length >= length ? array : new int[Math.max(length, 64)];
  }
}
