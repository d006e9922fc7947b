package io.bauplan.exec.operator.join;

import java.util.BitSet;

/// What is known of probe rows that pass the build side a piece at a time: rows are known by their
/// place in the stream, which is the same each time.
final class CarriedMatches {
  private final BitSet matched = new BitSet();
  private final BitSet unknown = new BitSet();
  private int batchStart;
  private boolean isLast;

  /// The rows pass once more from the first one on.
  ///
  /// @param last whether this is the last time
  void restart(boolean last) {
    batchStart = 0;
    isLast = last;
  }

  boolean isLast() {
    return isLast;
  }

  boolean matched(int row) {
    return matched.get(batchStart + row);
  }

  void setMatched(int row) {
    matched.set(batchStart + row);
  }

  boolean unknown(int row) {
    return unknown.get(batchStart + row);
  }

  void setUnknown(int row) {
    unknown.set(batchStart + row);
  }

  void endOfBatch(int rows) {
    batchStart = Math.addExact(batchStart, rows);
  }
}
