package io.bauplan.exec.expression;

import io.bauplan.exec.memory.Memory;
import java.nio.charset.StandardCharsets;

/// Byte strings in off-heap memory. What lies behind the given lengths has no effect, and is read
/// only where it lies in the same page.
public final class Bytes {
  /// The smallest page that memory is mapped in.
  private static final int PAGE_BYTES = 4096;

  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

  private Bytes() {}

  /// Unsigned, byte by byte: for UTF-8 the order of code points.
  public static int compare(long left, int leftLength, long right, int rightLength) {
    int common = Math.min(leftLength, rightLength);
    int i = 0;
    for (; i + 8 <= common; i += 8) {
      long l = Memory.getLong(left + i);
      long r = Memory.getLong(right + i);
      if (l != r) {
        return Long.compareUnsigned(Long.reverseBytes(l), Long.reverseBytes(r));
      }
    }
    for (; i < common; i++) {
      int difference = (Memory.getByte(left + i) & 0xff) - (Memory.getByte(right + i) & 0xff);
      if (difference != 0) {
        return difference;
      }
    }
    return leftLength - rightLength;
  }

  public static boolean equal(long left, int leftLength, long right, int rightLength) {
    return leftLength == rightLength && sameBytes(left, right, leftLength);
  }

  static boolean sameBytes(long left, long right, int length) {
    int i = 0;
    for (; i + 8 <= length; i += 8) {
      if (Memory.getLong(left + i) != Memory.getLong(right + i)) {
        return false;
      }
    }
    if (i == length) {
      return true;
    }
    return length >= 8
        ? Memory.getLong(left + length - 8) == Memory.getLong(right + length - 8)
        : tail(left, length) == tail(right, length);
  }

  public static long hash(long address, int length) {
    long hash = length * MULTIPLIER;
    int i = 0;
    for (; i + 8 <= length; i += 8) {
      hash = mix(hash ^ Memory.getLong(address + i));
    }
    if (i < length) {
      // Of longer values the last word, some of which has been seen already.
      hash = mix(hash ^ (i > 0 ? Memory.getLong(address + length - 8) : tail(address, length)));
    }
    return hash;
  }

  /// The last 1 to 7 bytes as a long.
  static long tail(long address, int length) {
    if ((address & PAGE_BYTES - 1) <= PAGE_BYTES - 8) {
      // What is read behind the value lies in the same page of memory, and is cut off.
      return Memory.getLong(address) & (1L << 8 * length) - 1;
    }
    long word = 0;
    for (int i = 0; i < length; i++) {
      word |= (Memory.getByte(address + i) & 0xffL) << (8 * i);
    }
    return word;
  }

  /// A bijection of longs whose every output bit depends on every input bit.
  public static long mix(long value) {
    long mixed = (value ^ (value >>> 32)) * MULTIPLIER;
    mixed = (mixed ^ (mixed >>> 29)) * 0xBF58476D1CE4E5B9L;
    return mixed ^ (mixed >>> 32);
  }

  public static byte[] array(long address, int length) {
    byte[] bytes = new byte[length];
    Memory.copy(address, bytes, 0, length);
    return bytes;
  }

  public static String string(long address, int length) {
    return new String(array(address, length), StandardCharsets.UTF_8);
  }

  /// Where `needle` begins in the text, at or after `from`; -1 = nowhere.
  static int indexOf(long text, int length, byte[] needle, int from) {
    int last = length - needle.length;
    if (needle.length == 0) {
      return from <= length ? from : -1;
    }
    byte first = needle[0];
    outer:
    for (int i = from; i <= last; i++) {
      if (Memory.getByte(text + i) != first) {
        continue;
      }
      for (int j = 1; j < needle.length; j++) {
        if (Memory.getByte(text + i + j) != needle[j]) {
          continue outer;
        }
      }
      return i;
    }
    return -1;
  }

  static boolean matchesAt(long text, byte[] needle) {
    for (int j = 0; j < needle.length; j++) {
      if (Memory.getByte(text + j) != needle[j]) {
        return false;
      }
    }
    return true;
  }
}
