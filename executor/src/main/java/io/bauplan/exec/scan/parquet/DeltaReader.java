package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.memory.Memory;
import java.util.Arrays;

/// DELTA_BINARY_PACKED: blocks of bit-packed differences. Reads up to 16 bytes past the end, which
/// page buffers have as padding.
final class DeltaReader {
  /// Writers use 128; more would let a few bytes claim many values.
  private static final int MAX_BLOCK_VALUES = 1 << 16;

  private final long limit;
  private final int miniblocks;
  private final int miniblockValues;
  private final long total;
  private final int[] widths;
  private long at;
  private long left;
  private long value;
  private boolean first = true;
  private long minDelta;
  private int miniblock;
  private int inMiniblock;
  private long bits;

  DeltaReader(long address, long limit) {
    this.at = address;
    this.limit = limit;
    long block = varint();
    long minis = varint();
    total = varint();
    value = zigzag(varint());
    if (block <= 0
        || block > MAX_BLOCK_VALUES
        || minis <= 0
        || minis > block
        || block % minis != 0) {
      throw new CorruptData("deltas in blocks of " + block + " values by " + minis);
    }
    miniblocks = (int) minis;
    miniblockValues = (int) (block / minis);
    if (miniblockValues % 8 != 0 || total < 0) {
      throw new CorruptData("deltas in pieces of " + miniblockValues + " values");
    }
    widths = new int[miniblocks];
    left = total;
    miniblock = miniblocks;
  }

  /// Address after the last value; only once all were read.
  long end() {
    return at;
  }

  /// All values, at most `max` of them.
  int[] all(int max) {
    if (total > max) {
      throw new CorruptData("a page of " + max + " values claims " + total + " deltas");
    }
    int[] values = new int[(int) Math.min(total, MAX_BLOCK_VALUES)];
    for (int i = 0; i < total; i++) {
      if (i == values.length) {
        values = Arrays.copyOf(values, (int) Math.min(total, values.length * 2L));
      }
      values[i] = (int) next();
    }
    return values;
  }

  void ints(int count, long out) {
    for (int i = 0; i < count; i++) {
      Memory.putInt(out + 4L * i, (int) next());
    }
  }

  void longs(int count, long out) {
    for (int i = 0; i < count; i++) {
      Memory.putLong(out + 8L * i, next());
    }
  }

  private long next() {
    if (left <= 0) {
      throw new CorruptData("a page ends within its values");
    }
    left--;
    if (first) {
      first = false;
      return value;
    }
    if (inMiniblock == 0) {
      nextMiniblock();
    }
    int width = widths[miniblock];
    long delta = 0;
    if (width > 0) {
      long address = bits >>> 3;
      int shift = (int) (bits & 7);
      long base = at + address;
      delta = Memory.getLong(base) >>> shift;
      if (width + shift > 64) {
        delta |= Memory.getLong(base + 8) << 64 - shift;
      }
      if (width < 64) {
        delta &= (1L << width) - 1;
      }
      bits += width;
    }
    if (--inMiniblock == 0 || left == 0) {
      at += (long) miniblockValues * width >>> 3;
      inMiniblock = 0;
      miniblock++;
      bits = 0;
    }
    value += minDelta + delta;
    return value;
  }

  private void nextMiniblock() {
    if (miniblock == miniblocks) {
      minDelta = zigzag(varint());
      if (miniblocks > limit - at) {
        throw new CorruptData("a page ends within its deltas");
      }
      for (int i = 0; i < miniblocks; i++) {
        widths[i] = Memory.getByte(at++) & 0xff;
      }
      miniblock = 0;
    }
    int width = widths[miniblock];
    if (width > 64) {
      throw new CorruptData("deltas of " + width + " bits");
    }
    if ((long) miniblockValues * width >>> 3 > limit - at) {
      throw new CorruptData("a page ends within its deltas");
    }
    inMiniblock = miniblockValues;
    bits = 0;
  }

  private long varint() {
    long result = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      if (at >= limit) {
        throw new CorruptData("a page ends within its deltas");
      }
      byte b = Memory.getByte(at++);
      result |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return result;
      }
    }
    throw new CorruptData("deltas have a number of more than 10 bytes");
  }

  private static long zigzag(long raw) {
    return raw >>> 1 ^ -(raw & 1);
  }
}
