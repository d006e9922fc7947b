package io.bauplan.exec.expression;

import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Gather;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataType;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Makes vectors of registers.
public final class RegisterWriter {
  private RegisterWriter() {}

  /// A vector of `length` rows of which the given ones (null = the first `count`) are defined. The
  /// caller owns it.
  public static FlatVector write(
      Register from, int @Nullable [] rows, int count, int length, BufferAllocator allocator) {
    DataType type = from.type;
    if (type instanceof DataType.NullType) {
      return new FlatVector(type, length, null, null, null, List.of());
    }
    if (from.kind == Register.Kind.NESTED) {
      return writeNested(from, rows, count, length, allocator);
    }
    ArrowBuf validity = writeValidity(from, rows, count, length, allocator);
    try {
      if (from.kind == Register.Kind.BYTES && !(type instanceof DataType.UuidType)) {
        return writeBytes(from, rows, count, length, validity, allocator);
      }
      int bits = (int) FlatVector.bitsPerValue(type);
      ArrowBuf data =
          buffer(allocator, ((long) length * bits + 7) >>> 3, rows != null || bits == 1);
      writeFixed(from, rows, count, data.memoryAddress(), bits);
      return new FlatVector(type, length, validity, null, data, List.of());
    } catch (RuntimeException | Error e) {
      if (validity != null) {
        validity.close();
      }
      throw e;
    }
  }

  private static FlatVector writeNested(
      Register from, int @Nullable [] rows, int count, int length, BufferAllocator allocator) {
    FlatVector vector = java.util.Objects.requireNonNull(from.vector);
    if (!from.hasNulls && vector.length() == length) {
      return vector.retain();
    }
    int[] picked = new int[length];
    java.util.Arrays.fill(picked, -1);
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      picked[row] = from.isNull(row) ? -1 : row;
    }
    return Gather.gather(vector, picked, length, 0, allocator);
  }

  private static ArrowBuf buffer(BufferAllocator allocator, long bytes, boolean zero) {
    ArrowBuf buffer = allocator.buffer(bytes + Vector.TAIL_PADDING_BYTES);
    if (zero) {
      buffer.setZero(0, buffer.capacity());
    } else {
      buffer.setZero(bytes, buffer.capacity() - bytes);
    }
    return buffer;
  }

  private static @Nullable ArrowBuf writeValidity(
      Register from, int @Nullable [] rows, int count, int length, BufferAllocator allocator) {
    if (!from.hasNulls) {
      return null;
    }
    ArrowBuf validity = buffer(allocator, (length + 7) >>> 3, true);
    long address = validity.memoryAddress();
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      if (!from.nulls[row]) {
        Memory.setBit(address, row);
      }
    }
    return validity;
  }

  private static void writeFixed(
      Register from, int @Nullable [] rows, int count, long data, int bits) {
    if (from.kind == Register.Kind.DOUBLE) {
      writeFloats(from, rows, count, data, bits);
      return;
    }
    long[] longs = from.longs;
    switch (bits) {
      case 1 -> {
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          if (longs[row] != 0 && !from.isNull(row)) {
            Memory.setBit(data, row);
          }
        }
      }
      case 8 -> {
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          Memory.putByte(data + row, (byte) longs[row]);
        }
      }
      case 16 -> {
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          Memory.putShort(data + 2L * row, (short) longs[row]);
        }
      }
      case 32 -> {
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          Memory.putInt(data + 4L * row, (int) longs[row]);
        }
      }
      case 64 -> {
        if (from.wide) {
          checkNarrow(from, rows, count);
        }
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          Memory.putLong(data + 8L * row, longs[row]);
        }
      }
      default -> writeWide(from, rows, count, data);
    }
  }

  /// Kernels fill wide registers also where the result's type has few digits.
  private static void checkNarrow(Register from, int @Nullable [] rows, int count) {
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      if (!from.isNull(row) && from.highs[row] != from.longs[row] >> 63) {
        throw Errors.overflow("the result", from.type);
      }
    }
  }

  private static void writeFloats(
      Register from, int @Nullable [] rows, int count, long data, int bits) {
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      if (bits == 32) {
        Memory.putFloat(data + 4L * row, (float) from.doubles[row]);
      } else {
        Memory.putDouble(data + 8L * row, from.doubles[row]);
      }
    }
  }

  private static void writeWide(Register from, int @Nullable [] rows, int count, long data) {
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      if (from.isNull(row)) {
        Memory.putLong(data + 16L * row, 0);
        Memory.putLong(data + 16L * row + 8, 0);
      } else if (from.kind == Register.Kind.BYTES) {
        Memory.copy(from.longs[row], data + 16L * row, 16);
      } else {
        Memory.putLong(data + 16L * row, from.longs[row]);
        Memory.putLong(data + 16L * row + 8, from.high(row));
      }
    }
  }

  private static FlatVector writeBytes(
      Register from,
      int @Nullable [] rows,
      int count,
      int length,
      @Nullable ArrowBuf validity,
      BufferAllocator allocator) {
    long total = 0;
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      if (!from.isNull(row)) {
        total += from.lengths[row];
      }
    }
    if (total > Integer.MAX_VALUE) {
      throw new EngineException(
          ErrorCode.TOO_MANY, "one batch's strings exceed 2 GB; use shorter strings");
    }
    ArrowBuf offsets = buffer(allocator, 4L * (length + 1), true);
    ArrowBuf data;
    try {
      data = buffer(allocator, total, false);
    } catch (RuntimeException | Error e) {
      offsets.close();
      throw e;
    }
    long offsetsAddress = offsets.memoryAddress();
    long address = data.memoryAddress();
    int end = 0;
    int next = 0;
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      for (; next < row; next++) {
        Memory.putInt(offsetsAddress + 4L * (next + 1), end);
      }
      if (!from.isNull(row)) {
        Memory.copy(from.longs[row], address + end, from.lengths[row]);
        end += from.lengths[row];
      }
      Memory.putInt(offsetsAddress + 4L * (row + 1), end);
      next = row + 1;
    }
    for (; next < length; next++) {
      Memory.putInt(offsetsAddress + 4L * (next + 1), end);
    }
    return new FlatVector(from.type, length, validity, offsets, data, List.of());
  }
}
