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

  /// The same for codes or values of any width, in place; rows without a value get zeros.
  static void spread(long address, int width, int present, int rows, long validity) {
    int next = present;
    switch (width) {
      case 1 -> {
        for (int i = rows - 1; i >= 0; i--) {
          boolean valid = Memory.bit(validity, i);
          byte value = valid ? Memory.getByte(address + --next) : 0;
          Memory.putByte(address + i, value);
        }
      }
      case 2 -> {
        for (int i = rows - 1; i >= 0; i--) {
          boolean valid = Memory.bit(validity, i);
          short value = valid ? Memory.getShort(address + 2L * --next) : 0;
          Memory.putShort(address + 2L * i, value);
        }
      }
      case 4 -> {
        for (int i = rows - 1; i >= 0; i--) {
          boolean valid = Memory.bit(validity, i);
          int value = valid ? Memory.getInt(address + 4L * --next) : 0;
          Memory.putInt(address + 4L * i, value);
        }
      }
      case 8 -> {
        for (int i = rows - 1; i >= 0; i--) {
          boolean valid = Memory.bit(validity, i);
          long value = valid ? Memory.getLong(address + 8L * --next) : 0;
          Memory.putLong(address + 8L * i, value);
        }
      }
      default -> {
        for (int i = rows - 1; i >= 0; i--) {
          boolean valid = Memory.bit(validity, i);
          long from = valid ? address + 16L * --next : 0;
          long low = valid ? Memory.getLong(from) : 0;
          long high = valid ? Memory.getLong(from + 8) : 0;
          Memory.putLong(address + 16L * i, low);
          Memory.putLong(address + 16L * i + 8, high);
        }
      }
    }
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
