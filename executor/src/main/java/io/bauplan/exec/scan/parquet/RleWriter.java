package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.memory.Memory;

/// Encodes ints in Parquet's hybrid of run lengths and bit packing.
final class RleWriter {
  /// Shorter runs are packed.
  private static final int MIN_RUN = 16;

  private RleWriter() {}

  /// Bytes that `count` values of `width` bits need at most.
  static long maxBytes(int count, int width) {
    return (count + 8L) * Math.max(width, 1) / 8 + count / MIN_RUN * 10L + 64;
  }

  /// Writes the values at `out`, which has room for `maxBytes`; the address after them.
  static long write(int[] values, int count, int width, long out) {
    long at = out;
    int literals = 0;
    int i = 0;
    while (i < count) {
      int value = values[i];
      int end = i + 1;
      while (end < count && values[end] == value) {
        end++;
      }
      if (end - i >= MIN_RUN) {
        at = pack(values, literals, i, width, at);
        at = varint((long) (end - i) << 1, at);
        Memory.putInt(at, value);
        at += width + 7 >>> 3;
        i = end;
        literals = end;
      } else {
        // Groups of eight, so that a run can begin only where a group ends.
        int group = i - literals & 7;
        i = Math.min(count, i + 8 - group);
      }
    }
    return pack(values, literals, count, width, at);
  }

  private static long pack(int[] values, int from, int to, int width, long out) {
    if (from == to) {
      return out;
    }
    int groups = to - from + 7 >>> 3;
    long at = varint((long) groups << 1 | 1, out);
    long end = at + (long) groups * width;
    long pending = 0;
    int bits = 0;
    for (int i = from; i < to; i++) {
      pending |= (long) values[i] << bits;
      bits += width;
      if (bits >= 32) {
        Memory.putInt(at, (int) pending);
        at += 4;
        pending >>>= 32;
        bits -= 32;
      }
    }
    while (at < end) {
      Memory.putByte(at++, (byte) pending);
      pending >>>= 8;
    }
    return end;
  }

  static long varint(long value, long out) {
    long rest = value;
    long at = out;
    while ((rest & ~0x7fL) != 0) {
      Memory.putByte(at++, (byte) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    Memory.putByte(at++, (byte) rest);
    return at;
  }
}
