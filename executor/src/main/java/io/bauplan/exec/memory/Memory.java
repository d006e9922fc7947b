package io.bauplan.exec.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Raw access to off-heap memory by address, through one segment over the whole address space. As
/// fast as Unsafe, and checked by nobody: callers prove their bounds before a loop, never inside
/// it.
///
/// All multi-byte values are little-endian, as Arrow's are.
public final class Memory {
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Memory() {}

  /// The segment over all memory, for the Vector API and bulk operations.
  public static MemorySegment all() {
    return ALL;
  }

  public static byte getByte(long address) {
    return ALL.get(ValueLayout.JAVA_BYTE, address);
  }

  public static short getShort(long address) {
    return ALL.get(SHORT, address);
  }

  public static int getInt(long address) {
    return ALL.get(INT, address);
  }

  public static long getLong(long address) {
    return ALL.get(LONG, address);
  }

  public static float getFloat(long address) {
    return ALL.get(FLOAT, address);
  }

  public static double getDouble(long address) {
    return ALL.get(DOUBLE, address);
  }

  public static void putByte(long address, byte value) {
    ALL.set(ValueLayout.JAVA_BYTE, address, value);
  }

  public static void putShort(long address, short value) {
    ALL.set(SHORT, address, value);
  }

  public static void putInt(long address, int value) {
    ALL.set(INT, address, value);
  }

  public static void putLong(long address, long value) {
    ALL.set(LONG, address, value);
  }

  public static void putFloat(long address, float value) {
    ALL.set(FLOAT, address, value);
  }

  public static void putDouble(long address, double value) {
    ALL.set(DOUBLE, address, value);
  }

  public static void copy(long from, long to, long bytes) {
    MemorySegment.copy(ALL, from, ALL, to, bytes);
  }

  public static void copy(byte[] from, int fromIndex, long to, int bytes) {
    MemorySegment.copy(from, fromIndex, ALL, ValueLayout.JAVA_BYTE, to, bytes);
  }

  public static void copy(long from, byte[] to, int toIndex, int bytes) {
    MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, from, to, toIndex, bytes);
  }

  public static void copy(long from, long[] to, int count) {
    MemorySegment.copy(ALL, LONG, from, to, 0, count);
  }

  public static void fill(long address, long bytes, byte value) {
    ALL.asSlice(address, bytes).fill(value);
  }

  /// Bit `index` of an Arrow bitmap.
  public static boolean bit(long bitmap, long index) {
    return (getByte(bitmap + (index >>> 3)) >>> (index & 7) & 1) != 0;
  }

  public static void setBit(long bitmap, long index) {
    long address = bitmap + (index >>> 3);
    putByte(address, (byte) (getByte(address) | 1 << (index & 7)));
  }

  public static void clearBit(long bitmap, long index) {
    long address = bitmap + (index >>> 3);
    putByte(address, (byte) (getByte(address) & ~(1 << (index & 7))));
  }
}
