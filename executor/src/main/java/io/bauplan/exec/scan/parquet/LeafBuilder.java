package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.DataType;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// A flat vector being filled from pages: values are appended without their NULLs, then spread to
/// rows.
final class LeafBuilder implements AutoCloseable {
  private final DataType type;
  private final BufferAllocator allocator;
  private final int width;
  private final @Nullable Conversion conversion;
  private final SchemaNode leaf;
  private final NativeBuffer fixed;
  private final ByteSink bytes;
  private final NativeBuffer scratch;
  private final ByteSink scratchBytes;
  private int size;

  LeafBuilder(SchemaNode leaf, DataType type, BufferAllocator allocator) {
    this.leaf = leaf;
    this.type = type;
    this.allocator = allocator;
    this.width = Conversion.width(type);
    this.conversion = Conversion.of(leaf, type);
    this.fixed = new NativeBuffer(allocator);
    this.bytes = new ByteSink(allocator);
    this.scratch = new NativeBuffer(allocator);
    this.scratchBytes = new ByteSink(allocator);
  }

  DataType type() {
    return type;
  }

  /// Rows so far.
  int size() {
    return size;
  }

  /// Appends the next `count` values of a page.
  void append(ValueReader values, int count) {
    if (count == 0) {
      return;
    }
    boolean byteArray = leaf.requirePhysical() == SchemaNode.Physical.BYTE_ARRAY;
    if (width == 0) {
      if (byteArray) {
        bytes.room(0, count);
        values.bytes(count, bytes);
      } else {
        fixedToBytes(values, count);
      }
    } else {
      long out =
          fixed.reserve((long) (size + count) * width, (long) size * width) + (long) size * width;
      Conversion convert = conversion;
      if (convert == null) {
        values.fixed(count, out);
      } else if (byteArray) {
        scratchBytes.clear();
        values.bytes(count, scratchBytes);
        convert.bytes(scratchBytes.offsetsAddress(), scratchBytes.dataAddress(), count, out);
      } else {
        long in = scratch.reserve((long) count * leaf.width(), 0);
        values.fixed(count, in);
        convert.fixed(in, count, out);
      }
    }
    size += count;
  }

  /// Decodes the next `count` values of a page for nothing.
  void skip(ValueReader values, int count) {
    if (leaf.requirePhysical() == SchemaNode.Physical.BYTE_ARRAY) {
      scratchBytes.clear();
      scratchBytes.room(0, count);
      values.bytes(count, scratchBytes);
    } else {
      values.fixed(count, scratch.reserve((long) count * leaf.width(), 0));
    }
  }

  private void fixedToBytes(ValueReader values, int count) {
    int length = leaf.length();
    long in = scratch.reserve((long) count * length, 0);
    values.fixed(count, in);
    bytes.room((long) count * length, count);
    for (int i = 0; i < count; i++) {
      bytes.add(in + (long) i * length, length);
    }
  }

  /// Appends dictionary entries by their codes, each of which is below the dictionary's length.
  void appendCodes(FlatVector dictionary, long codes, int codeBytes, int count) {
    long from = dictionary.dataAddress();
    if (width == 0) {
      long offsets = dictionary.offsetsAddress();
      bytes.room(0, count);
      for (int i = 0; i < count; i++) {
        long entry = offsets + 4L * code(codes, codeBytes, i);
        int begin = Memory.getInt(entry);
        bytes.add(from + begin, Memory.getInt(entry + 4) - begin);
      }
    } else {
      long out =
          fixed.reserve((long) (size + count) * width, (long) size * width) + (long) size * width;
      gather(from, codes, codeBytes, count, out);
    }
    size += count;
  }

  private static int code(long codes, int codeBytes, int i) {
    return switch (codeBytes) {
      case 1 -> Memory.getByte(codes + i) & 0xff;
      case 2 -> Memory.getShort(codes + 2L * i) & 0xffff;
      default -> Memory.getInt(codes + 4L * i);
    };
  }

  private void gather(long from, long codes, int codeBytes, int count, long out) {
    switch (width) {
      case 1 -> {
        for (int i = 0; i < count; i++) {
          Memory.putByte(out + i, Memory.getByte(from + code(codes, codeBytes, i)));
        }
      }
      case 2 -> {
        for (int i = 0; i < count; i++) {
          Memory.putShort(out + 2L * i, Memory.getShort(from + 2L * code(codes, codeBytes, i)));
        }
      }
      case 4 -> {
        for (int i = 0; i < count; i++) {
          Memory.putInt(out + 4L * i, Memory.getInt(from + 4L * code(codes, codeBytes, i)));
        }
      }
      case 8 -> gatherLongs(from, codes, codeBytes, count, out);
      default -> {
        for (int i = 0; i < count; i++) {
          long entry = from + 16L * code(codes, codeBytes, i);
          Memory.putLong(out + 16L * i, Memory.getLong(entry));
          Memory.putLong(out + 16L * i + 8, Memory.getLong(entry + 8));
        }
      }
    }
  }

  private static void gatherLongs(long from, long codes, int codeBytes, int count, long out) {
    switch (codeBytes) {
      case 1 -> {
        for (int i = 0; i < count; i++) {
          Memory.putLong(
              out + 8L * i, Memory.getLong(from + 8L * (Memory.getByte(codes + i) & 0xff)));
        }
      }
      case 2 -> {
        for (int i = 0; i < count; i++) {
          Memory.putLong(
              out + 8L * i, Memory.getLong(from + 8L * (Memory.getShort(codes + 2L * i) & 0xffff)));
        }
      }
      default -> {
        for (int i = 0; i < count; i++) {
          Memory.putLong(out + 8L * i, Memory.getLong(from + 8L * Memory.getInt(codes + 4L * i)));
        }
      }
    }
  }

  /// Moves what was appended since row `base` to rows `base` to `base + rows`, of which `validity`
  /// (a bitmap over those rows, with as many bits set) says which have a value.
  void spread(int base, int rows, long validity) {
    int present = size - base;
    if (present != rows) {
      if (width == 0) {
        bytes.room(0, rows - present);
        bytes.spread(base, rows, validity);
      } else {
        fixed.reserve((long) (base + rows) * width, (long) size * width);
        spread(fixed.address() + (long) base * width, width, present, rows, validity);
      }
    }
    size = base + rows;
  }

  /// The same for codes or values of any width, in place, 64 rows at a time from the end; rows
  /// without a value get zeros.
  static void spread(long address, int width, int present, int rows, long validity) {
    int left = present;
    int end = rows;
    // Where as many values as rows are left, they are in their places.
    while (left < end) {
      int start = end - 1 & -Long.SIZE;
      int count = end - start;
      long valid = Memory.getLong(validity + (start >>> 3)) & -1L >>> Long.SIZE - count;
      int values = Long.bitCount(valid);
      left -= values;
      end = start;
      long from = address + (long) left * width;
      long to = address + (long) start * width;
      if (values == count) {
        Memory.copy(from, to, (long) count * width);
      } else if (values == 0) {
        Memory.fill(to, (long) count * width, (byte) 0);
      } else {
        spreadWord(from, to, width, count, values, valid);
      }
    }
  }

  /// Moves `values` of `count` rows, without a branch for each; the places may overlap.
  private static void spreadWord(long from, long to, int width, int count, int values, long valid) {
    int next = values - 1;
    int row = count - 1;
    switch (width) {
      case 1 -> {
        for (; next >= 0; row--) {
          int bit = (int) (valid >>> row) & 1;
          Memory.putByte(to + row, (byte) (Memory.getByte(from + next) & -bit));
          next -= bit;
        }
      }
      case 2 -> {
        for (; next >= 0; row--) {
          int bit = (int) (valid >>> row) & 1;
          Memory.putShort(to + 2L * row, (short) (Memory.getShort(from + 2L * next) & -bit));
          next -= bit;
        }
      }
      case 4 -> {
        for (; next >= 0; row--) {
          int bit = (int) (valid >>> row) & 1;
          Memory.putInt(to + 4L * row, Memory.getInt(from + 4L * next) & -bit);
          next -= bit;
        }
      }
      case 8 -> {
        for (; next >= 0; row--) {
          int bit = (int) (valid >>> row) & 1;
          Memory.putLong(to + 8L * row, Memory.getLong(from + 8L * next) & -(long) bit);
          next -= bit;
        }
      }
      default -> {
        for (; next >= 0; row--) {
          int bit = (int) (valid >>> row) & 1;
          long low = Memory.getLong(from + 16L * next) & -(long) bit;
          long high = Memory.getLong(from + 16L * next + 8) & -(long) bit;
          Memory.putLong(to + 16L * row, low);
          Memory.putLong(to + 16L * row + 8, high);
          next -= bit;
        }
      }
    }
    Memory.fill(to, (long) (row + 1) * width, (byte) 0);
  }

  /// The rows so far; the builder is empty afterwards. Takes ownership of `validity`; the caller
  /// owns the result.
  FlatVector finish(@Nullable ArrowBuf validity) {
    int rows = size;
    size = 0;
    if (width == 0) {
      return new FlatVector(type, rows, validity, bytes.takeOffsets(), bytes.takeData(), List.of());
    }
    if (type instanceof DataType.BooleanType) {
      ArrowBuf packed = allocator.buffer((rows + 7 >>> 3) + Vector.TAIL_PADDING_BYTES);
      packed.setZero(0, packed.capacity());
      for (int i = 0; i < rows; i++) {
        if (Memory.getByte(fixed.address() + i) != 0) {
          Memory.setBit(packed.memoryAddress(), i);
        }
      }
      return new FlatVector(type, rows, validity, null, packed, List.of());
    }
    return new FlatVector(type, rows, validity, null, fixed.take(), List.of());
  }

  @Override
  public void close() {
    fixed.close();
    bytes.close();
    scratch.close();
    scratchBytes.close();
  }
}
