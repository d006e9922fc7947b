package io.bauplan.udf.shm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Checks UTF-8, eight bytes at a time as long as they are ASCII.
final class Utf8 {
  private static final long HIGH_BITS = 0x8080808080808080L;

  private Utf8() {}

  static boolean isAscii(MemorySegment bytes, long from, long to) {
    long at = from;
    for (; at + 8 <= to; at += 8) {
      if ((bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, at) & HIGH_BITS) != 0) {
        return false;
      }
    }
    for (; at < to; at++) {
      if (bytes.get(ValueLayout.JAVA_BYTE, at) < 0) {
        return false;
      }
    }
    return true;
  }

  /// Whether the bytes are well-formed UTF-8 as RFC 3629 has it: shortest form, no surrogates, at
  /// most U+10FFFF.
  static boolean isValid(MemorySegment bytes, long from, long to) {
    long at = from;
    while (at < to) {
      int first = bytes.get(ValueLayout.JAVA_BYTE, at++) & 0xFF;
      if (first < 0x80) {
        continue;
      }
      int more;
      int low = 0x80;
      int high = 0xBF;
      if (first >= 0xC2 && first <= 0xDF) {
        more = 1;
      } else if (first >= 0xE0 && first <= 0xEF) {
        more = 2;
        low = first == 0xE0 ? 0xA0 : 0x80;
        high = first == 0xED ? 0x9F : 0xBF;
      } else if (first >= 0xF0 && first <= 0xF4) {
        more = 3;
        low = first == 0xF0 ? 0x90 : 0x80;
        high = first == 0xF4 ? 0x8F : 0xBF;
      } else {
        return false;
      }
      if (at + more > to) {
        return false;
      }
      for (int i = 0; i < more; i++) {
        int next = bytes.get(ValueLayout.JAVA_BYTE, at++) & 0xFF;
        if (next < low || next > high) {
          return false;
        }
        low = 0x80;
        high = 0xBF;
      }
    }
    return true;
  }
}
