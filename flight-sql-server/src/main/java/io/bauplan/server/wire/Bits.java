package io.bauplan.server.wire;

import io.bauplan.exec.memory.Memory;

/// Arrow bitmaps by address. Bits past the end of a range that was written are zero.
final class Bits {
  private Bits() {}

  static long bytes(long bits) {
    return (bits + 7) >>> 3;
  }

  /// Copies `count` bits from bit `from` at `source` to bit `to` at `target`. Bits of the target's
  /// first byte before `to` are kept.
  static void copy(long source, long from, long target, long to, int count) {
    int done = 0;
    while (done < count) {
      long position = to + done;
      int inByte = (int) (position & 7);
      int bits = Math.min(8 - inByte, count - done);
      int value = read(source, from + done, bits);
      put(target + (position >>> 3), inByte, bits, value);
      done += bits;
      if (inByte + bits == 8 && ((from + done) & 7) == 0 && count - done >= 8) {
        long whole = (count - done) >>> 3;
        Memory.copy(source + ((from + done) >>> 3), target + ((to + done) >>> 3), whole);
        done += (int) (whole << 3);
      }
    }
  }

  /// Sets `count` bits from bit `to` on.
  static void fill(long target, long to, int count) {
    int done = 0;
    while (done < count) {
      long position = to + done;
      int inByte = (int) (position & 7);
      int bits = Math.min(8 - inByte, count - done);
      put(target + (position >>> 3), inByte, bits, 0xff);
      done += bits;
      if (inByte + bits == 8 && count - done >= 8) {
        long whole = (count - done) >>> 3;
        Memory.fill(target + ((to + done) >>> 3), whole, (byte) 0xff);
        done += (int) (whole << 3);
      }
    }
  }

  /// Bits set among the first `count`.
  static int count(long bitmap, int count) {
    int set = 0;
    int whole = count >>> 3;
    for (int i = 0; i < whole; i++) {
      set += Integer.bitCount(Memory.getByte(bitmap + i) & 0xff);
    }
    for (int i = whole << 3; i < count; i++) {
      set += Memory.bit(bitmap, i) ? 1 : 0;
    }
    return set;
  }

  private static int read(long source, long from, int bits) {
    long address = source + (from >>> 3);
    int shift = (int) (from & 7);
    int value = (Memory.getByte(address) & 0xff) >>> shift;
    if (shift + bits > 8) {
      value |= (Memory.getByte(address + 1) & 0xff) << (8 - shift);
    }
    return value;
  }

  private static void put(long address, int inByte, int bits, int value) {
    int kept = inByte == 0 ? 0 : Memory.getByte(address) & ((1 << inByte) - 1);
    int added = (value & ((1 << bits) - 1)) << inByte;
    Memory.putByte(address, (byte) (kept | added));
  }
}
