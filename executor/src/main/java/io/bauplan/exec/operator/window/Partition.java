package io.bauplan.exec.operator.window;

/// Rows of one partition in order. `peers` are rows that ORDER BY does not tell apart.
final class Partition {
  private final int[] rows;
  private final int from;
  private final int to;
  private final int[] peerBegin;
  private final int[] peerEnd;
  private final int[] peerGroup;

  /// @param rows all row numbers in order; this partition is `[from, to)`
  Partition(int[] rows, int from, int to, RowOrder order, int firstOrderKey, int keys) {
    this.rows = rows;
    this.from = from;
    this.to = to;
    int size = to - from;
    peerBegin = new int[size];
    peerEnd = new int[size];
    peerGroup = new int[size];
    int begin = 0;
    int group = 0;
    for (int i = 1; i <= size; i++) {
      if (i == size || !order.same(rows[from + i - 1], rows[from + i], firstOrderKey, keys)) {
        for (int j = begin; j < i; j++) {
          peerBegin[j] = begin;
          peerEnd[j] = i;
          peerGroup[j] = group;
        }
        begin = i;
        group++;
      }
    }
  }

  int size() {
    return to - from;
  }

  int row(int position) {
    return rows[from + position];
  }

  int peerBegin(int position) {
    return peerBegin[position];
  }

  int peerEnd(int position) {
    return peerEnd[position];
  }

  int peerGroup(int position) {
    return peerGroup[position];
  }
}
