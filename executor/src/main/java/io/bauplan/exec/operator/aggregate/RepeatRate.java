package io.bauplan.exec.operator.aggregate;

import java.util.HashSet;
import java.util.Set;

/// How often the same keys come again, told from the rows of one key in 256: all rows of these, so
/// that the rate is that of any key, however far apart its rows are. Used by one thread.
final class RepeatRate {
  private static final int SHARE_BITS = 8;

  /// Fewer rows say little.
  private static final int MIN_ROWS = 256;

  private final Set<Long> keys = new HashSet<>();
  private int rows;

  void add(long[] hashes, int count) {
    for (int i = 0; i < count; i++) {
      if (hashes[i] >>> Long.SIZE - SHARE_BITS == 0) {
        rows++;
        keys.add(hashes[i]);
      }
    }
  }

  /// Whether there are more than `rate` rows for each key.
  boolean isAbove(double rate) {
    return rows >= MIN_ROWS && rows > keys.size() * rate;
  }
}
