package io.bauplan.exec.cache;

/// How often keys were asked for of late, by a count-min sketch whose counters are halved again and
/// again ("TinyLFU: A Highly Efficient Cache Admission Policy", Einziger, Friedman, Manes 2017).
/// Not thread-safe.
final class FrequencySketch {
  private static final int ROWS = 4;
  private static final int WIDTH = 1 << 15;
  private static final int MAX_COUNT = 15;
  private static final int MIN_SAMPLE = 4096;
  private static final int SAMPLE_PER_ENTRY = 10;
  private static final long[] SEEDS = {
    0x9e3779b97f4a7c15L, 0xc2b2ae3d27d4eb4fL, 0x165667b19e3779f9L, 0xd6e8feb86659fd93L
  };

  private final byte[] counts = new byte[ROWS * WIDTH];
  private int added;

  /// @param entries that the cache holds: after ten times as many questions the past counts half
  void add(Object key, int entries) {
    long hash = key.hashCode();
    for (int row = 0; row < ROWS; row++) {
      int at = index(hash, row);
      if (counts[at] < MAX_COUNT) {
        counts[at]++;
      }
    }
    if (++added >= Math.max(MIN_SAMPLE, SAMPLE_PER_ENTRY * entries)) {
      age();
    }
  }

  int count(Object key) {
    long hash = key.hashCode();
    int least = MAX_COUNT;
    for (int row = 0; row < ROWS; row++) {
      least = Math.min(least, counts[index(hash, row)]);
    }
    return least;
  }

  private static int index(long hash, int row) {
    long mixed = (hash + SEEDS[row]) * SEEDS[row];
    return row * WIDTH + (int) (mixed >>> 49);
  }

  private void age() {
    for (int i = 0; i < counts.length; i++) {
      counts[i] >>>= 1;
    }
    added /= 2;
  }
}
