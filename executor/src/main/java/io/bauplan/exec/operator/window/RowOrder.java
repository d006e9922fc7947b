package io.bauplan.exec.operator.window;

import io.bauplan.exec.batch.CellValue;
import io.bauplan.sql.plan.SortKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Orders row numbers by keys. A stable merge sort on ints: no boxed row numbers.
final class RowOrder {
  private final Object[][] keys;
  private final List<SortKey> order;

  /// @param order keys as columns of `input`
  RowOrder(WindowInput input, List<SortKey> order) {
    this.order = order;
    this.keys = new Object[order.size()][];
    for (int k = 0; k < keys.length; k++) {
      keys[k] = new Object[input.rowCount()];
      for (int row = 0; row < input.rowCount(); row++) {
        keys[k][row] = input.value(order.get(k).column(), row);
      }
    }
  }

  int[] sorted(int rowCount) {
    int[] rows = new int[rowCount];
    for (int i = 0; i < rowCount; i++) {
      rows[i] = i;
    }
    if (!order.isEmpty()) {
      sort(rows, new int[rowCount], 0, rowCount);
    }
    return rows;
  }

  private void sort(int[] rows, int[] scratch, int from, int to) {
    if (to - from < 2) {
      return;
    }
    int middle = (from + to) >>> 1;
    sort(rows, scratch, from, middle);
    sort(rows, scratch, middle, to);
    if (compare(rows[middle - 1], rows[middle]) <= 0) {
      return;
    }
    System.arraycopy(rows, from, scratch, from, to - from);
    int left = from;
    int right = middle;
    for (int i = from; i < to; i++) {
      boolean takeLeft =
          right == to || (left < middle && compare(scratch[left], scratch[right]) <= 0);
      rows[i] = takeLeft ? scratch[left++] : scratch[right++];
    }
  }

  int compare(int left, int right) {
    for (int k = 0; k < keys.length; k++) {
      int result = compare(keys[k][left], keys[k][right], order.get(k));
      if (result != 0) {
        return result;
      }
    }
    return 0;
  }

  /// Whether two rows agree on the first `count` keys; NULL equals NULL here, as in GROUP BY.
  boolean same(int left, int right, int from, int to) {
    for (int k = from; k < to; k++) {
      if (compare(keys[k][left], keys[k][right], order.get(k)) != 0) {
        return false;
      }
    }
    return true;
  }

  @Nullable Object key(int index, int row) {
    return keys[index][row];
  }

  static int compare(@Nullable Object left, @Nullable Object right, SortKey key) {
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
