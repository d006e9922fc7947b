package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.memory.Memory;

/// The hash of a value in a theta sketch: the first half of MurmurHash3 (x64, 128 bits; Austin
/// Appleby, public domain) under DataSketches' default seed, without its lowest bit.
final class ThetaHash {
  private static final long SEED = 9001;
  private static final long C1 = 0x87c37b91114253d5L;
  private static final long C2 = 0x4cf5ad432745937fL;
  private static final int BLOCK_BYTES = 16;

  private ThetaHash() {}

  /// @param value of at most 8 bytes, the lowest first
  static long of(long value, int bytes) {
    long low = bytes == Long.BYTES ? value : value & ((1L << (8 * bytes)) - 1);
    return finish(SEED ^ mixLow(low), SEED, bytes);
  }

  /// Bytes off heap.
  static long of(long address, long length) {
    long first = SEED;
    long second = SEED;
    long end = address + length;
    long at = address;
    for (; end - at >= BLOCK_BYTES; at += BLOCK_BYTES) {
      first ^= mixLow(Memory.getLong(at));
      first = (Long.rotateLeft(first, 27) + second) * 5 + 0x52dce729;
      second ^= mixHigh(Memory.getLong(at + Long.BYTES));
      second = (Long.rotateLeft(second, 31) + first) * 5 + 0x38495ab5;
    }
    long rest = end - at;
    if (rest > Long.BYTES) {
      second ^= mixHigh(part(at + Long.BYTES, rest - Long.BYTES));
    }
    if (rest > 0) {
      first ^= mixLow(part(at, Math.min(rest, Long.BYTES)));
    }
    return finish(first, second, length);
  }

  private static long part(long address, long bytes) {
    long value = 0;
    for (long i = bytes - 1; i >= 0; i--) {
      value = value << 8 | Memory.getByte(address + i) & 0xff;
    }
    return value;
  }

  private static long mixLow(long value) {
    return Long.rotateLeft(value * C1, 31) * C2;
  }

  private static long mixHigh(long value) {
    return Long.rotateLeft(value * C2, 33) * C1;
  }

  private static long finish(long first, long second, long length) {
    long left = first ^ length;
    long right = second ^ length;
    left += right;
    right += left;
    left = avalanche(left);
    right = avalanche(right);
    return (left + right) >>> 1;
  }

  private static long avalanche(long hash) {
    long mixed = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ mixed >>> 33;
  }
}
