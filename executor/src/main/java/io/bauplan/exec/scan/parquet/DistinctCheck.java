package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.memory.Memory;
import java.util.Arrays;

/// Proves that no two entries of a dictionary of strings are equal: nothing in the format forbids
/// it, and operators compare codes.
final class DistinctCheck {
  private DistinctCheck() {}

  static boolean distinct(FlatVector entries) {
    int count = entries.length();
    int capacity = Integer.highestOneBit(Math.max(8, count * 2)) * 2;
    int[] table = new int[capacity];
    Arrays.fill(table, -1);
    long offsets = entries.offsetsAddress();
    long data = entries.dataAddress();
    for (int i = 0; i < count; i++) {
      int begin = Memory.getInt(offsets + 4L * i);
      int length = Memory.getInt(offsets + 4L * i + 4) - begin;
      int slot = hash(data + begin, length) & capacity - 1;
      while (table[slot] >= 0) {
        int other = table[slot];
        int otherBegin = Memory.getInt(offsets + 4L * other);
        int otherLength = Memory.getInt(offsets + 4L * other + 4) - otherBegin;
        if (otherLength == length && equal(data + begin, data + otherBegin, length)) {
          return false;
        }
        slot = slot + 1 & capacity - 1;
      }
      table[slot] = i;
    }
    return true;
  }

  /// The same for values of 32 or 64 bits.
  static boolean distinctNumbers(FlatVector entries) {
    int count = entries.length();
    int capacity = Integer.highestOneBit(Math.max(8, count * 2)) * 2;
    int[] table = new int[capacity];
    long data = entries.dataAddress();
    boolean ints = FlatVector.bitsPerValue(entries.type()) == 32;
    for (int i = 0; i < count; i++) {
      long value = number(data, ints, i);
      int slot = (int) (value * 0x9E3779B97F4A7C15L >>> 40) & capacity - 1;
      // Numbers of entries from 1 on: 0 is a free slot.
      while (table[slot] > 0) {
        if (number(data, ints, table[slot] - 1) == value) {
          return false;
        }
        slot = slot + 1 & capacity - 1;
      }
      table[slot] = i + 1;
    }
    return true;
  }

  private static long number(long data, boolean ints, int row) {
    return ints ? Memory.getInt(data + 4L * row) : Memory.getLong(data + 8L * row);
  }

  /// May read up to 7 bytes past the value.
  static int hash(long address, int length) {
    long hash = length * 0x9E3779B97F4A7C15L;
    int i = 0;
    for (; i + 8 <= length; i += 8) {
      hash = (hash ^ Memory.getLong(address + i)) * 0xD6E8FEB86659FD93L;
      hash ^= hash >>> 32;
    }
    if (i < length) {
      long tail = Memory.getLong(address + i) & -1L >>> 64 - 8 * (length - i);
      hash = (hash ^ tail) * 0xD6E8FEB86659FD93L;
      hash ^= hash >>> 32;
    }
    hash *= 0xD6E8FEB86659FD93L;
    return (int) (hash >>> 32);
  }

  static boolean equal(long a, long b, int length) {
    int i = 0;
    for (; i + 8 <= length; i += 8) {
      if (Memory.getLong(a + i) != Memory.getLong(b + i)) {
        return false;
      }
    }
    for (; i < length; i++) {
      if (Memory.getByte(a + i) != Memory.getByte(b + i)) {
        return false;
      }
    }
    return true;
  }
}
