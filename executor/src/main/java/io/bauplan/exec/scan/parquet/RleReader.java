package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.memory.Memory;

/// Parquet's hybrid of run lengths and bit packing. Reads up to 8 bytes past the end of its bytes,
/// which the page buffers have as padding.
final class RleReader {
  private long at;
  private long limit;
  private int width;
  private int runLeft;
  private boolean packed;
  private int runValue;
  private long packedAddress;
  private long packedBit;

  void reset(long address, long end, int bitWidth) {
    if (bitWidth < 0 || bitWidth > 32) {
      throw new CorruptData("values packed in " + bitWidth + " bits");
    }
    at = address;
    limit = end;
    width = bitWidth;
    runLeft = 0;
  }

  private void nextRun() {
    if (width == 0) {
      packed = false;
      runValue = 0;
      runLeft = Integer.MAX_VALUE;
      return;
    }
    long header = 0;
    int shift = 0;
    while (true) {
      if (at >= limit || shift > 28) {
        throw new CorruptData("a page ends within its levels or codes");
      }
      byte b = Memory.getByte(at++);
      header |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        break;
      }
      shift += 7;
    }
    if ((header & 1) == 0) {
      int bytes = width + 7 >>> 3;
      if (bytes > limit - at) {
        throw new CorruptData("a page ends within its levels or codes");
      }
      packed = false;
      // Five bytes hold more than an int does.
      runLeft = (int) Math.min(Integer.MAX_VALUE, header >>> 1);
      runValue = Memory.getInt(at) & (int) (0xffffffffL >>> 32 - 8 * bytes);
      at += bytes;
      if (width < 32 && runValue >>> width != 0) {
        throw new CorruptData("a run's value has more than " + width + " bits");
      }
    } else {
      long groups = header >>> 1;
      long bytes = groups * width;
      if (bytes > limit - at) {
        // Some writers cut the last group short.
        bytes = limit - at;
        if (bytes == 0) {
          throw new CorruptData("a page ends within its levels or codes");
        }
      }
      packed = true;
      runLeft = (int) Math.min(Integer.MAX_VALUE, Math.min(groups * 8, bytes * 8 / width));
      packedAddress = at;
      packedBit = 0;
      at += bytes;
    }
  }

  /// Passes over the next `count` values.
  void skip(int count) {
    int left = count;
    while (left > 0) {
      if (runLeft == 0) {
        nextRun();
        continue;
      }
      int n = Math.min(runLeft, left);
      if (packed) {
        packedBit += (long) n * width;
      }
      runLeft -= n;
      left -= n;
    }
  }

  /// The next `count` values as ints.
  void ints(int[] out, int from, int count) {
    int done = 0;
    while (done < count) {
      if (runLeft == 0) {
        nextRun();
        continue;
      }
      int n = Math.min(runLeft, count - done);
      if (packed) {
        long mask = (1L << width) - 1;
        long bit = packedBit;
        for (int i = 0; i < n; i++) {
          out[from + done + i] =
              (int) (Memory.getLong(packedAddress + (bit >>> 3)) >>> (bit & 7) & mask);
          bit += width;
        }
        packedBit = bit;
      } else {
        java.util.Arrays.fill(out, from + done, from + done + n, runValue);
      }
      runLeft -= n;
      done += n;
    }
  }

  /// The next `count` values as little-endian numbers of `codeBytes` (1, 2 or 4) at `out`. Writes
  /// up to 8 bytes past them.
  void codes(long out, int codeBytes, int count) {
    int done = 0;
    while (done < count) {
      if (runLeft == 0) {
        nextRun();
        continue;
      }
      int n = Math.min(runLeft, count - done);
      long to = out + (long) done * codeBytes;
      if (packed) {
        unpack(to, codeBytes, n);
      } else {
        fill(to, codeBytes, n);
      }
      runLeft -= n;
      done += n;
    }
  }

  private void fill(long out, int codeBytes, int count) {
    switch (codeBytes) {
      case 1 -> Memory.fill(out, count, (byte) runValue);
      case 2 -> {
        for (int i = 0; i < count; i++) {
          Memory.putShort(out + 2L * i, (short) runValue);
        }
      }
      default -> {
        for (int i = 0; i < count; i++) {
          Memory.putInt(out + 4L * i, runValue);
        }
      }
    }
  }

  private void unpack(long out, int codeBytes, int count) {
    long mask = (1L << width) - 1;
    long bit = packedBit;
    long from = packedAddress;
    int i = 0;
    switch (codeBytes) {
      case 1 -> {
        // One pdep spreads eight codes.
        long lanes = 0x0101010101010101L * mask;
        for (; i < count && (bit & 7) != 0; i++, bit += width) {
          Memory.putByte(out + i, (byte) (Memory.getLong(from + (bit >>> 3)) >>> (bit & 7) & mask));
        }
        for (; i < count - 7; i += 8, bit += 8L * width) {
          Memory.putLong(out + i, Long.expand(Memory.getLong(from + (bit >>> 3)), lanes));
        }
        for (; i < count; i++, bit += width) {
          Memory.putByte(out + i, (byte) (Memory.getLong(from + (bit >>> 3)) >>> (bit & 7) & mask));
        }
      }
      case 2 -> {
        long lanes = 0x0001000100010001L * mask;
        for (; i < count && (bit & 7) != 0; i++, bit += width) {
          Memory.putShort(
              out + 2L * i, (short) (Memory.getLong(from + (bit >>> 3)) >>> (bit & 7) & mask));
        }
        for (; i < count - 7; i += 8, bit += 8L * width) {
          long first = Memory.getLong(from + (bit >>> 3));
          long second = bit + 4L * width;
          Memory.putLong(out + 2L * i, Long.expand(first, lanes));
          Memory.putLong(out + 2L * i + 8, Long.expand(second4(from, second), lanes));
        }
        for (; i < count; i++, bit += width) {
          Memory.putShort(
              out + 2L * i, (short) (Memory.getLong(from + (bit >>> 3)) >>> (bit & 7) & mask));
        }
      }
      default -> {
        for (; i < count; i++, bit += width) {
          Memory.putInt(
              out + 4L * i, (int) (Memory.getLong(from + (bit >>> 3)) >>> (bit & 7) & mask));
        }
      }
    }
    packedBit = bit;
  }

  /// Four codes of 16 bits or fewer: `bit & 7` is 0 or 4, and 4 only for odd widths, of which the
  /// widest (15) needs 64 bits after the shift's 4 are gone from 60.
  private static long second4(long from, long bit) {
    return Memory.getLong(from + (bit >>> 3)) >>> (bit & 7);
  }

  /// The next `count` one-bit values into a zeroed bitmap from bit `to` on; how many are set.
  int bits(long bitmap, long to, int count) {
    int done = 0;
    int set = 0;
    while (done < count) {
      if (runLeft == 0) {
        nextRun();
        continue;
      }
      int n = Math.min(runLeft, count - done);
      if (packed) {
        set += Bits.or(packedAddress, packedBit, bitmap, to + done, n);
        packedBit += n;
      } else if (runValue != 0) {
        Bits.set(bitmap, to + done, n);
        set += n;
      }
      runLeft -= n;
      done += n;
    }
    return set;
  }

  /// How many of the next values are ones in one run, without reading them: lets a page without
  /// NULLs skip its validity.
  int onesAhead() {
    while (runLeft == 0) {
      nextRun();
    }
    return !packed && runValue == 1 ? runLeft : 0;
  }

  void skipRun(int count) {
    runLeft -= count;
  }
}
