package io.bauplan.exec.batch;

import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataType;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Puts vectors one behind the other.
public final class Concat {
  private Concat() {}

  /// One flat vector of all rows. Borrows the parts; the caller owns the result.
  public static FlatVector concat(
      DataType type, List<FlatVector> parts, BufferAllocator allocator) {
    if (parts.size() == 1) {
      return parts.getFirst().retain();
    }
    long total = 0;
    for (FlatVector part : parts) {
      total += part.length();
    }
    int length = checked(total, "rows");
    return switch (type) {
      case DataType.NullType() -> new FlatVector(type, length, null, null, null, List.of());
      case DataType.VarcharType(), DataType.BinaryType() -> bytes(type, parts, length, allocator);
      case DataType.ListType ignored -> byBuilder(type, parts, length, allocator);
      case DataType.MapType ignored -> byBuilder(type, parts, length, allocator);
      case DataType.StructType ignored -> byBuilder(type, parts, length, allocator);
      default -> fixed(type, parts, length, allocator);
    };
  }

  private static int checked(long count, String what) {
    if (count > Integer.MAX_VALUE - 64) {
      throw new EngineException(
          ErrorCode.TOO_MANY,
          "a sort or the right side of a join has more than 2 billion " + what + " in a column",
          null,
          "Filter it, or aggregate it first.",
          null);
    }
    return (int) count;
  }

  private static FlatVector byBuilder(
      DataType type, List<FlatVector> parts, int length, BufferAllocator allocator) {
    try (VectorBuilder builder = new VectorBuilder(type, length, allocator)) {
      for (FlatVector part : parts) {
        for (int row = 0; row < part.length(); row++) {
          builder.appendFrom(part, row);
        }
      }
      return builder.build();
    }
  }

  private static @Nullable ArrowBuf validity(
      List<FlatVector> parts, int length, BufferAllocator allocator) {
    boolean any = false;
    for (FlatVector part : parts) {
      any |= part.validityAddress() != 0;
    }
    if (!any) {
      return null;
    }
    ArrowBuf validity = Gather.zeroed(allocator, (length + 7L) >>> 3);
    int at = 0;
    for (FlatVector part : parts) {
      copyBits(part.validityAddress(), validity.memoryAddress(), at, part.length());
      at += part.length();
    }
    return validity;
  }

  /// Copies `count` bits to bit `at`; from address 0 come ones.
  private static void copyBits(long from, long to, int at, int count) {
    int i = 0;
    if ((at & 7) == 0) {
      long address = to + (at >>> 3);
      int whole = count >>> 3;
      if (from == 0) {
        Memory.fill(address, whole, (byte) -1);
      } else {
        Memory.copy(from, address, whole);
      }
      i = whole << 3;
    }
    for (; i < count; i++) {
      if (from == 0 || Memory.bit(from, i)) {
        Memory.setBit(to, at + i);
      }
    }
  }

  private static FlatVector fixed(
      DataType type, List<FlatVector> parts, int length, BufferAllocator allocator) {
    long bits = FlatVector.bitsPerValue(type);
    ArrowBuf validity = validity(parts, length, allocator);
    try {
      ArrowBuf data =
          bits == 1
              ? Gather.zeroed(allocator, (length + 7L) >>> 3)
              : Gather.padded(allocator, length * bits >>> 3);
      long at = 0;
      for (FlatVector part : parts) {
        if (bits == 1) {
          copyBits(part.dataAddress(), data.memoryAddress(), (int) at, part.length());
        } else {
          Memory.copy(
              part.dataAddress(),
              data.memoryAddress() + (at * bits >>> 3),
              part.length() * bits >>> 3);
        }
        at += part.length();
      }
      return new FlatVector(type, length, validity, null, data, List.of());
    } catch (RuntimeException | Error e) {
      if (validity != null) {
        validity.close();
      }
      throw e;
    }
  }

  private static FlatVector bytes(
      DataType type, List<FlatVector> parts, int length, BufferAllocator allocator) {
    long total = 0;
    for (FlatVector part : parts) {
      if (part.length() > 0) {
        total +=
            Memory.getInt(part.offsetsAddress() + 4L * part.length())
                - Memory.getInt(part.offsetsAddress());
      }
    }
    int size = checked(total, "bytes");
    List<ArrowBuf> made = new ArrayList<>();
    try {
      ArrowBuf offsets = Gather.padded(allocator, 4L * (length + 1));
      made.add(offsets);
      Memory.putInt(offsets.memoryAddress(), 0);
      ArrowBuf data = Gather.padded(allocator, size);
      made.add(data);
      int row = 0;
      int end = 0;
      for (FlatVector part : parts) {
        if (part.length() == 0) {
          continue;
        }
        long from = part.offsetsAddress();
        int begin = Memory.getInt(from);
        int bytes = Memory.getInt(from + 4L * part.length()) - begin;
        Memory.copy(part.dataAddress() + begin, data.memoryAddress() + end, bytes);
        for (int i = 1; i <= part.length(); i++) {
          Memory.putInt(
              offsets.memoryAddress() + 4L * (row + i), end + Memory.getInt(from + 4L * i) - begin);
        }
        row += part.length();
        end += bytes;
      }
      ArrowBuf validity = validity(parts, length, allocator);
      return new FlatVector(type, length, validity, offsets, data, List.of());
    } catch (RuntimeException | Error e) {
      made.forEach(ArrowBuf::close);
      throw e;
    }
  }
}
