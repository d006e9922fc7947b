package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.memory.Memory;

/// Ranges of bitmaps. Reads and writes whole words: up to 8 bytes past the range's end.
final class Bits {
  private Bits() {}

  /// Sets bits `[at, at + count)`.
  static void set(long bitmap, long at, int count) {
    long bit = at;
    long end = at + count;
    for (; bit < end && (bit & 7) != 0; bit++) {
      Memory.setBit(bitmap, bit);
    }
    long bytes = end - bit >>> 3;
    if (bytes > 0) {
      Memory.fill(bitmap + (bit >>> 3), bytes, (byte) 0xff);
      bit += bytes << 3;
    }
    for (; bit < end; bit++) {
      Memory.setBit(bitmap, bit);
    }
  }

  /// Copies a range onto a zeroed one; how many bits are set.
  static int or(long from, long fromBit, long to, long toBit, int count) {
    int set = 0;
    int done = 0;
    while (done < count) {
      int n = Math.min(56, count - done);
      long source = fromBit + done;
      long word = Memory.getLong(from + (source >>> 3)) >>> (source & 7) & (1L << n) - 1;
      set += Long.bitCount(word);
      long target = toBit + done;
      long address = to + (target >>> 3);
      // 56 bits and a shift of up to 7 stay within one word.
      Memory.putLong(address, Memory.getLong(address) | word << (target & 7));
      done += n;
    }
    return set;
  }

  static int count(long bitmap, long at, int count) {
    int set = 0;
    for (int done = 0; done < count; ) {
      int n = Math.min(56, count - done);
      long source = at + done;
      set +=
          Long.bitCount(Memory.getLong(bitmap + (source >>> 3)) >>> (source & 7) & (1L << n) - 1);
      done += n;
    }
    return set;
  }
}
