package io.bauplan.exec.operator.aggregate;

import org.jspecify.annotations.Nullable;

/// Group numbers by key, for keys that are whole numbers of a range not much larger than their
/// count: a slot per number, which keeps keys that follow each other together in memory, and
/// nothing to hash.
final class DirectSlots {
  /// A range may be so many times as large as there are keys, or this large.
  private static final int MAX_SPREAD = 16;

  private static final int SMALL_RANGE = 1 << 16;

  /// Where so many keys are expected, from the start a range may be so many times as large: keys
  /// may come from its ends first.
  private static final int EXPECTED_SPREAD = 8;

  /// Slots that are made on an expectation alone.
  private static final int MAX_EXPECTED_RANGE = 1 << 27;
  private static final int MAX_RANGE = 1 << 28;

  private final long expectedRange;
  private long least;

  /// The group of key `least + i`, plus one; 0 = none.
  private int[] slots = {};

  /// @param expectedKeys an estimate
  DirectSlots(double expectedKeys) {
    expectedRange = (long) Math.min(MAX_EXPECTED_RANGE, expectedKeys * EXPECTED_SPREAD);
  }

  int length() {
    return slots.length;
  }

  int slot(long key) {
    return (int) (key - least);
  }

  /// The group of the key in the slot; -1 = none.
  int group(int slot) {
    return slots[slot] - 1;
  }

  void set(int slot, int group) {
    slots[slot] = group + 1;
  }

  /// The number of slots, and how they begin, for the keys that are here and those to come.
  record Range(long least, int length) {}

  /// What makes room for the keys of the rows, of which there is one at least; null where they are
  /// too far apart.
  @Nullable Range rangeFor(long[] keys, int @Nullable [] rows, int count, int size) {
    long low = Long.MAX_VALUE;
    long high = Long.MIN_VALUE;
    for (int i = 0; i < count; i++) {
      long key = keys[rows == null ? i : rows[i]];
      low = Math.min(low, key);
      high = Math.max(high, key);
    }
    boolean below = size > 0 && low < least;
    if (size > 0) {
      if (!below && high <= least + slots.length - 1) {
        return new Range(least, slots.length);
      }
      low = Math.min(low, least);
      high = Math.max(high, least + slots.length - 1);
    }
    long range = high - low + 1;
    long wanted = Math.max(SMALL_RANGE, (size + (long) count) * MAX_SPREAD);
    long allowed = Math.min(MAX_RANGE, Math.max(wanted, expectedRange));
    if (range <= 0 || range > allowed) {
      return null;
    }
    // Room to grow on the side where keys come from, as far as numbers go there.
    long length = Math.min(allowed, range * 2);
    if (below) {
      long slack =
          Math.min(length - range, low - Long.MIN_VALUE < 0 ? length : low - Long.MIN_VALUE);
      return new Range(low - slack, (int) (range + slack));
    }
    long slack =
        Math.min(length - range, Long.MAX_VALUE - high < 0 ? length : Long.MAX_VALUE - high);
    return new Range(low, (int) (range + slack));
  }

  boolean has(Range range) {
    return range.least == least && range.length == slots.length;
  }

  /// Takes the slots of the range, with the groups there are.
  void resize(Range range, long[] keys, int size) {
    least = range.least;
    slots = new int[range.length];
    for (int group = 0; group < size; group++) {
      slots[slot(keys[group])] = group + 1;
    }
  }
}
