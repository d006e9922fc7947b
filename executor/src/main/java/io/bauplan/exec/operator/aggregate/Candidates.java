package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.expression.Keys;
import io.bauplan.exec.expression.Register;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The groups that a batch's rows find in the first slot that their hashes say, compared a key
/// after the other for all rows: so that the processor waits for many of them at once. Used by one
/// thread.
final class Candidates {
  private int[] found = {};
  private int[] groups = {};
  private int count;

  /// Looks for a group with the upper half of each hash.
  void find(long[] slots, long[] hashes, int rows) {
    if (found.length < rows) {
      found = new int[Math.max(rows, 64)];
      groups = new int[found.length];
    }
    int next = 0;
    for (int i = 0; i < rows; i++) {
      long hash = hashes[i];
      long entry = slots[(int) hash & slots.length - 1];
      found[next] = i;
      groups[next] = (int) entry - 1;
      next += entry != 0 && (entry ^ hash) >>> 32 == 0 ? 1 : 0;
    }
    count = next;
  }

  /// Writes the group of each row that has found one with its keys to `to`, -1 for the others.
  void keepEqual(Register[] values, int @Nullable [] rows, Register[] keys, int[] to, int all) {
    Arrays.fill(to, 0, all, -1);
    for (int k = 0; k < keys.length && count > 0; k++) {
      keepEqual(values[k], rows, keys[k]);
    }
    for (int i = 0; i < count; i++) {
      to[found[i]] = groups[i];
    }
  }

  private void keepEqual(Register values, int @Nullable [] rows, Register key) {
    boolean nulls = values.hasNulls || key.hasNulls;
    boolean longs = key.kind == Register.Kind.LONG && !nulls;
    int next = 0;
    for (int i = 0; i < count; i++) {
      int row = rows == null ? found[i] : rows[found[i]];
      int group = groups[i];
      boolean same =
          longs
              ? values.longs[row] == key.longs[group]
              : nulls && (values.isNull(row) || key.isNull(group))
                  ? values.isNull(row) && key.isNull(group)
                  : Keys.equal(values, row, key, group);
      found[next] = found[i];
      groups[next] = group;
      next += same ? 1 : 0;
    }
    count = next;
  }
}
