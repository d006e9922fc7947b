package io.bauplan.exec.scan.parquet;

import java.util.Arrays;

/// Codes of distinct longs in the order of their first appearance.
final class LongDictionary {
  private static final int FIRST_SLOTS = 1 << 10;

  private long[] entries = new long[FIRST_SLOTS / 2];
  private int[] slots = new int[FIRST_SLOTS];
  private int size;

  LongDictionary() {
    Arrays.fill(slots, -1);
  }

  int size() {
    return size;
  }

  long entry(int code) {
    return entries[code];
  }

  void encode(long[] values, int count, int[] codes, int at) {
    for (int i = 0; i < count; i++) {
      codes[at + i] = code(values[i]);
    }
  }

  private static int hash(long value) {
    long hash = value * 0x9E3779B97F4A7C15L;
    return (int) (hash >>> 32);
  }

  private int code(long value) {
    int mask = slots.length - 1;
    int slot = hash(value) & mask;
    while (true) {
      int code = slots[slot];
      if (code < 0) {
        break;
      }
      if (entries[code] == value) {
        return code;
      }
      slot = slot + 1 & mask;
    }
    if (size == entries.length) {
      grow();
      mask = slots.length - 1;
      slot = hash(value) & mask;
      while (slots[slot] >= 0) {
        slot = slot + 1 & mask;
      }
    }
    entries[size] = value;
    slots[slot] = size;
    return size++;
  }

  private void grow() {
    entries = Arrays.copyOf(entries, entries.length * 2);
    slots = new int[slots.length * 2];
    Arrays.fill(slots, -1);
    int mask = slots.length - 1;
    for (int code = 0; code < size; code++) {
      int slot = hash(entries[code]) & mask;
      while (slots[slot] >= 0) {
        slot = slot + 1 & mask;
      }
      slots[slot] = code;
    }
  }
}
