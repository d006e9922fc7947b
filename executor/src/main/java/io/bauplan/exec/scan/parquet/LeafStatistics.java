package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.DataType;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Counts and bounds of one leaf column, of a row group or of a whole file.
final class LeafStatistics {
  /// Longer bounds in footers are cut.
  private static final int FOOTER_CHARS = 64;

  /// As Iceberg's default metrics mode, `truncate(16)`.
  private static final int MANIFEST_CHARS = 16;

  private final DataType type;
  private long valueCount;
  private long nullCount;
  private long nanCount;
  private boolean any;
  private long minLong = Long.MAX_VALUE;
  private long maxLong = Long.MIN_VALUE;
  private double minDouble = Double.POSITIVE_INFINITY;
  private double maxDouble = Double.NEGATIVE_INFINITY;
  private byte @Nullable [] minBytes;
  private byte @Nullable [] maxBytes;

  LeafStatistics(DataType type) {
    this.type = type;
  }

  long valueCount() {
    return valueCount;
  }

  long nullCount() {
    return nullCount;
  }

  long nanCount() {
    return nanCount;
  }

  /// Whether there are only NULLs.
  boolean allNull() {
    return nullCount == valueCount;
  }

  /// Values and NULLs alike.
  void count(long values, long nulls) {
    valueCount += values;
    nullCount += nulls;
  }

  void longs(long[] values, int count) {
    long min = minLong;
    long max = maxLong;
    for (int i = 0; i < count; i++) {
      min = Math.min(min, values[i]);
      max = Math.max(max, values[i]);
    }
    minLong = min;
    maxLong = max;
    any |= count > 0;
  }

  /// Doubles, or floats by their 32 bits.
  void floats(long[] bits, int count, boolean single) {
    double min = minDouble;
    double max = maxDouble;
    int nans = 0;
    for (int i = 0; i < count; i++) {
      double value =
          single ? Float.intBitsToFloat((int) bits[i]) : Double.longBitsToDouble(bits[i]);
      if (Double.isNaN(value)) {
        nans++;
      } else {
        min = Math.min(min, value);
        max = Math.max(max, value);
      }
    }
    minDouble = min;
    maxDouble = max;
    nanCount += nans;
    any |= count > nans;
  }

  /// A value of variable length, or a fixed one in big-endian order.
  void bytes(long address, int length) {
    byte[] low = minBytes;
    byte[] high = maxBytes;
    if (low == null || high == null) {
      byte[] copy = copy(address, length);
      minBytes = copy;
      maxBytes = copy;
      any = true;
      return;
    }
    if (compare(address, length, low) < 0) {
      minBytes = copy(address, length);
    } else if (compare(address, length, high) > 0) {
      maxBytes = copy(address, length);
    }
  }

  private static byte[] copy(long address, int length) {
    byte[] copy = new byte[length];
    Memory.copy(address, copy, 0, length);
    return copy;
  }

  private int compare(long address, int length, byte[] other) {
    boolean signed = type instanceof DataType.DecimalType;
    int common = Math.min(length, other.length);
    for (int i = 0; i < common; i++) {
      int a = Memory.getByte(address + i);
      int b = other[i];
      if (a != b) {
        // The first byte of a decimal has the sign.
        return signed && i == 0 ? Integer.compare(a, b) : Integer.compare(a & 0xff, b & 0xff);
      }
    }
    return Integer.compare(length, other.length);
  }

  void merge(LeafStatistics other) {
    valueCount += other.valueCount;
    nullCount += other.nullCount;
    nanCount += other.nanCount;
    any |= other.any;
    minLong = Math.min(minLong, other.minLong);
    maxLong = Math.max(maxLong, other.maxLong);
    minDouble = Math.min(minDouble, other.minDouble);
    maxDouble = Math.max(maxDouble, other.maxDouble);
    minBytes = pick(minBytes, other.minBytes, -1);
    maxBytes = pick(maxBytes, other.maxBytes, 1);
  }

  private byte @Nullable [] pick(byte @Nullable [] a, byte @Nullable [] b, int sign) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return order(a, b) * sign >= 0 ? a : b;
  }

  private int order(byte[] a, byte[] b) {
    return type instanceof DataType.DecimalType
        ? new BigInteger(a).compareTo(new BigInteger(b))
        : Arrays.compareUnsigned(a, b);
  }

  // ---- bounds

  private boolean bytesKind() {
    int physical = WriteSchema.physical(type);
    return physical == 6 || physical == 7;
  }

  /// Bounds as the footer has them; null where there are none.
  byte @Nullable [] footerMin() {
    if (!any) {
      return null;
    }
    byte[] low = minBytes;
    return bytesKind() ? low == null ? null : cutLower(low, FOOTER_CHARS) : plain(true);
  }

  byte @Nullable [] footerMax() {
    if (!any) {
      return null;
    }
    byte[] high = maxBytes;
    return bytesKind() ? high == null ? null : cutUpper(high, FOOTER_CHARS) : plain(false);
  }

  /// How the lower bounds of two pages that have some follow each other.
  int compareMin(LeafStatistics other) {
    return compare(minLong, other.minLong, minDouble, other.minDouble, minBytes, other.minBytes);
  }

  int compareMax(LeafStatistics other) {
    return compare(maxLong, other.maxLong, maxDouble, other.maxDouble, maxBytes, other.maxBytes);
  }

  private int compare(
      long aLong,
      long bLong,
      double aDouble,
      double bDouble,
      byte @Nullable [] aBytes,
      byte @Nullable [] bBytes) {
    if (aBytes != null && bBytes != null) {
      return order(aBytes, bBytes);
    }
    int physical = WriteSchema.physical(type);
    return physical == 4 || physical == 5
        ? Double.compare(aDouble, bDouble)
        : Long.compare(aLong, bLong);
  }

  private byte[] plain(boolean min) {
    ByteBuffer out = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    switch (WriteSchema.physical(type)) {
      case 0 -> out.put((byte) (min ? minLong : maxLong));
      case 1 -> out.putInt((int) (min ? minLong : maxLong));
      case 2 -> out.putLong(min ? minLong : maxLong);
      case 4 -> out.putFloat((float) (min ? lowestZero() : highestZero()));
      default -> out.putDouble(min ? lowestZero() : highestZero());
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  /// The format wants -0.0 as a lower and 0.0 as an upper bound.
  private double lowestZero() {
    return minDouble == 0 ? -0.0 : minDouble;
  }

  private double highestZero() {
    return maxDouble == 0 ? 0.0 : maxDouble;
  }

  /// Bounds in Iceberg's single-value serialisation; null where there are none.
  byte @Nullable [] manifestMin() {
    return manifest(true);
  }

  byte @Nullable [] manifestMax() {
    return manifest(false);
  }

  private byte @Nullable [] manifest(boolean min) {
    if (!any) {
      return null;
    }
    if (type instanceof DataType.DecimalType) {
      if (!bytesKind()) {
        return BigInteger.valueOf(min ? minLong : maxLong).toByteArray();
      }
      byte[] bound = min ? minBytes : maxBytes;
      return bound == null ? null : new BigInteger(bound).toByteArray();
    }
    if (type instanceof DataType.UuidType) {
      return min ? minBytes : maxBytes;
    }
    if (bytesKind()) {
      byte[] bound = min ? minBytes : maxBytes;
      if (bound == null) {
        return null;
      }
      return min ? cutLower(bound, MANIFEST_CHARS) : cutUpper(bound, MANIFEST_CHARS);
    }
    return plain(min);
  }

  private byte[] cutLower(byte[] value, int chars) {
    if (type instanceof DataType.VarcharType) {
      return Arrays.copyOf(value, prefix(value, chars));
    }
    return type instanceof DataType.BinaryType && value.length > chars
        ? Arrays.copyOf(value, chars)
        : value;
  }

  /// A value not below `value` of at most so many characters; null where there is none.
  private byte @Nullable [] cutUpper(byte[] value, int chars) {
    if (type instanceof DataType.VarcharType) {
      int length = prefix(value, chars);
      return length == value.length ? value : next(Arrays.copyOf(value, length));
    }
    if (!(type instanceof DataType.BinaryType) || value.length <= chars) {
      return value;
    }
    byte[] cut = Arrays.copyOf(value, chars);
    for (int i = chars - 1; i >= 0; i--) {
      if (cut[i] != (byte) 0xff) {
        cut[i]++;
        return Arrays.copyOf(cut, i + 1);
      }
    }
    return null;
  }

  /// Length in bytes of the first `chars` code points.
  private static int prefix(byte[] utf8, int chars) {
    int seen = 0;
    for (int i = 0; i < utf8.length; i++) {
      if ((utf8[i] & 0xc0) != 0x80 && seen++ == chars) {
        return i;
      }
    }
    return utf8.length;
  }

  /// The cut string with its last character that can grow made one greater.
  private static byte @Nullable [] next(byte[] cut) {
    int[] points = new String(cut, StandardCharsets.UTF_8).codePoints().toArray();
    for (int i = points.length - 1; i >= 0; i--) {
      if (points[i] < Character.MAX_CODE_POINT) {
        int grown = points[i] + 1;
        if (grown >= Character.MIN_SURROGATE && grown <= Character.MAX_SURROGATE) {
          grown = Character.MAX_SURROGATE + 1;
        }
        points[i] = grown;
        return new String(points, 0, i + 1).getBytes(StandardCharsets.UTF_8);
      }
    }
    return null;
  }
}
