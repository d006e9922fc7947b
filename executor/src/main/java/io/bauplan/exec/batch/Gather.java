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

/// Copies chosen rows of a flat vector: what materialises selections, dictionaries and join
/// results.
public final class Gather {
  /// Values up to so many bytes are copied word by word: to call for a copy takes longer.
  private static final int MAX_WORD_COPY = 96;

  private Gather() {}

  /// Rows `rows[0..count)` of `from` in that order. A negative row gives NULL, as does a row whose
  /// bit in `mask` (an Arrow bitmap over output rows; 0 = none) is clear. Borrows `from`; the
  /// caller owns the result.
  public static FlatVector gather(
      FlatVector from, int[] rows, int count, long mask, BufferAllocator allocator) {
    DataType type = from.type();
    if (type instanceof DataType.NullType) {
      return new FlatVector(type, count, null, null, null, List.of());
    }
    try (Unfinished unfinished = new Unfinished()) {
      int[] source = rows;
      ArrowBuf validity = gatherValidity(from, rows, count, mask, allocator);
      if (validity != null) {
        unfinished.add(validity);
        source = new int[count];
        for (int i = 0; i < count; i++) {
          source[i] = rows[i] >= 0 && Memory.bit(validity.memoryAddress(), i) ? rows[i] : -1;
        }
      }
      return unfinished.done(
          switch (type) {
            case DataType.StructType ignored ->
                gatherStructs(from, source, count, validity, allocator);
            case DataType.VarcharType(), DataType.BinaryType() ->
                gatherBytes(from, source, count, validity, allocator);
            case DataType.ListType ignored -> gatherLists(from, source, count, validity, allocator);
            case DataType.MapType ignored -> gatherLists(from, source, count, validity, allocator);
            default -> gatherFixed(from, source, count, validity, allocator);
          });
    }
  }

  private static FlatVector gatherStructs(
      FlatVector from,
      int[] rows,
      int count,
      @Nullable ArrowBuf validity,
      BufferAllocator allocator) {
    try (Unfinished unfinished = new Unfinished()) {
      List<FlatVector> children = new ArrayList<>();
      int[] shifted = shift(rows, count, from.start());
      for (FlatVector child : from.children()) {
        children.add(unfinished.add(gather(child, shifted, count, 0, allocator)));
      }
      return unfinished.done(new FlatVector(from.type(), count, validity, null, null, children));
    }
  }

  /// Rows `rows[0..count)` of a dictionary vector, over the same dictionary; a negative row gives
  /// NULL. Borrows `from`; the caller owns the result.
  public static DictionaryVector codes(
      DictionaryVector from, int[] rows, int count, BufferAllocator allocator) {
    long nulls = from.validityAddress();
    boolean any = nulls != 0;
    for (int i = 0; i < count && !any; i++) {
      any = rows[i] < 0;
    }
    int width = from.codeBytes();
    ArrowBuf codes = zeroed(allocator, (long) count * width);
    ArrowBuf validity;
    try {
      validity = any ? zeroed(allocator, (count + 7) >>> 3) : null;
    } catch (RuntimeException | Error e) {
      codes.close();
      throw e;
    }
    if (validity == null) {
      copyAll(from.codesAddress(), 8 * width, rows, count, codes.memoryAddress());
    } else {
      long output = validity.memoryAddress();
      for (int i = 0; i < count; i++) {
        if (rows[i] >= 0 && (nulls == 0 || Memory.bit(nulls, rows[i]))) {
          Memory.setBit(output, i);
        }
      }
      copyPresent(from.codesAddress(), 8 * width, rows, count, codes.memoryAddress());
    }
    return new DictionaryVector(count, width, validity, codes, from.dictionary().retain());
  }

  private static int[] shift(int[] rows, int count, int by) {
    if (by == 0) {
      return rows;
    }
    int[] shifted = new int[count];
    for (int i = 0; i < count; i++) {
      shifted[i] = rows[i] < 0 ? -1 : rows[i] + by;
    }
    return shifted;
  }

  private static @Nullable ArrowBuf gatherValidity(
      FlatVector from, int[] rows, int count, long mask, BufferAllocator allocator) {
    long input = from.validityAddress();
    boolean any = mask != 0 || input != 0;
    for (int i = 0; i < count && !any; i++) {
      any = rows[i] < 0;
    }
    if (!any) {
      return null;
    }
    ArrowBuf validity = zeroed(allocator, (count + 7) >>> 3);
    long output = validity.memoryAddress();
    for (int i = 0; i < count; i++) {
      int row = rows[i];
      if (row >= 0
          && (mask == 0 || Memory.bit(mask, i))
          && (input == 0 || Memory.bit(input, row))) {
        Memory.setBit(output, i);
      }
    }
    return validity;
  }

  private static FlatVector gatherFixed(
      FlatVector from,
      int[] rows,
      int count,
      @Nullable ArrowBuf validity,
      BufferAllocator allocator) {
    DataType type = from.type();
    int bits = (int) FlatVector.bitsPerValue(type);
    ArrowBuf data;
    if (validity == null && bits > 1) {
      data = padded(allocator, (long) count * bits >>> 3);
      copyAll(from.dataAddress(), bits, rows, count, data.memoryAddress());
    } else {
      data = zeroed(allocator, ((long) count * bits + 7) >>> 3);
      copyPresent(from.dataAddress(), bits, rows, count, data.memoryAddress());
    }
    return new FlatVector(type, count, validity, null, data, List.of());
  }

  /// Without negative rows.
  static void copyAll(long input, int bits, int[] rows, int count, long output) {
    switch (bits) {
      case 8 -> {
        for (int i = 0; i < count; i++) {
          Memory.putByte(output + i, Memory.getByte(input + rows[i]));
        }
      }
      case 16 -> {
        for (int i = 0; i < count; i++) {
          Memory.putShort(output + 2L * i, Memory.getShort(input + 2L * rows[i]));
        }
      }
      case 32 -> {
        for (int i = 0; i < count; i++) {
          Memory.putInt(output + 4L * i, Memory.getInt(input + 4L * rows[i]));
        }
      }
      case 64 -> {
        for (int i = 0; i < count; i++) {
          Memory.putLong(output + 8L * i, Memory.getLong(input + 8L * rows[i]));
        }
      }
      case 128 -> {
        for (int i = 0; i < count; i++) {
          long address = input + 16L * rows[i];
          Memory.putLong(output + 16L * i, Memory.getLong(address));
          Memory.putLong(output + 16L * i + 8, Memory.getLong(address + 8));
        }
      }
      default -> throw new IllegalStateException("no fixed width: " + bits);
    }
  }

  private static void copyPresent(long input, int bits, int[] rows, int count, long output) {
    switch (bits) {
      case 1 -> {
        for (int i = 0; i < count; i++) {
          if (rows[i] >= 0 && Memory.bit(input, rows[i])) {
            Memory.setBit(output, i);
          }
        }
      }
      case 8 -> {
        for (int i = 0; i < count; i++) {
          if (rows[i] >= 0) {
            Memory.putByte(output + i, Memory.getByte(input + rows[i]));
          }
        }
      }
      case 16 -> {
        for (int i = 0; i < count; i++) {
          if (rows[i] >= 0) {
            Memory.putShort(output + 2L * i, Memory.getShort(input + 2L * rows[i]));
          }
        }
      }
      case 32 -> {
        for (int i = 0; i < count; i++) {
          if (rows[i] >= 0) {
            Memory.putInt(output + 4L * i, Memory.getInt(input + 4L * rows[i]));
          }
        }
      }
      case 64 -> {
        for (int i = 0; i < count; i++) {
          if (rows[i] >= 0) {
            Memory.putLong(output + 8L * i, Memory.getLong(input + 8L * rows[i]));
          }
        }
      }
      case 128 -> {
        for (int i = 0; i < count; i++) {
          if (rows[i] >= 0) {
            long address = input + 16L * rows[i];
            Memory.putLong(output + 16L * i, Memory.getLong(address));
            Memory.putLong(output + 16L * i + 8, Memory.getLong(address + 8));
          }
        }
      }
      default -> throw new IllegalStateException("no fixed width: " + bits);
    }
  }

  private static FlatVector gatherBytes(
      FlatVector from,
      int[] rows,
      int count,
      @Nullable ArrowBuf validity,
      BufferAllocator allocator) {
    long inputOffsets = from.offsetsAddress();
    long input = from.dataAddress();
    try (Unfinished unfinished = new Unfinished()) {
      ArrowBuf offsets = unfinished.add(zeroed(allocator, 4L * (count + 1)));
      long outputOffsets = offsets.memoryAddress();
      int total = addOffsets(from, rows, count, outputOffsets);
      ArrowBuf data = unfinished.add(allocator.buffer((long) total + Vector.TAIL_PADDING_BYTES));
      long output = data.memoryAddress();
      long lastWord = lastWord(from);
      for (int i = 0; i < count; i++) {
        if (rows[i] >= 0) {
          long at = inputOffsets + 4L * rows[i];
          int begin = Memory.getInt(at);
          int length = Memory.getInt(at + 4) - begin;
          long target = output + Memory.getInt(outputOffsets + 4L * i);
          copyValue(input + begin, target, length, lastWord);
        }
      }
      return unfinished.done(
          new FlatVector(from.type(), count, validity, offsets, data, List.of()));
    }
  }

  /// Copies one value of a column, and perhaps up to seven bytes more: what comes next is written
  /// afterwards, and behind the last value is padding.
  ///
  /// @param lastWord where the last word begins that may be read
  static void copyValue(long from, long to, int length, long lastWord) {
    if (length <= MAX_WORD_COPY && from + length <= lastWord) {
      for (int b = 0; b < length; b += Long.BYTES) {
        Memory.putLong(to + b, Memory.getLong(from + b));
      }
    } else {
      Memory.copy(from, to, length);
    }
  }

  /// Where the last word of a column's bytes begins: whole words may be read up to there, though a
  /// value ends before.
  static long lastWord(FlatVector vector) {
    ArrowBuf data = vector.data();
    return vector.dataAddress() + (data == null ? 0 : data.capacity()) - Long.BYTES;
  }

  /// Writes where each row's bytes or elements will end.
  ///
  /// @return how many there are
  private static int addOffsets(FlatVector from, int[] rows, int count, long output) {
    long total = 0;
    for (int i = 0; i < count; i++) {
      if (rows[i] >= 0) {
        long at = from.offsetsAddress() + 4L * rows[i];
        total += Memory.getInt(at + 4) - Memory.getInt(at);
      }
      if (total > Integer.MAX_VALUE - 64) {
        throw tooManyBytes();
      }
      Memory.putInt(output + 4L * (i + 1), (int) total);
    }
    return (int) total;
  }

  static EngineException tooManyBytes() {
    return new EngineException(
        ErrorCode.TOO_MANY,
        "a column of one batch exceeds 2 GB of text or 2 billion elements",
        null,
        "Use shorter strings and lists.",
        null);
  }

  private static FlatVector gatherLists(
      FlatVector from,
      int[] rows,
      int count,
      @Nullable ArrowBuf validity,
      BufferAllocator allocator) {
    long inputOffsets = from.offsetsAddress();
    try (Unfinished unfinished = new Unfinished()) {
      ArrowBuf offsets = unfinished.add(zeroed(allocator, 4L * (count + 1)));
      int[] elements = new int[addOffsets(from, rows, count, offsets.memoryAddress())];
      int next = 0;
      for (int i = 0; i < count; i++) {
        if (rows[i] >= 0) {
          long at = inputOffsets + 4L * rows[i];
          for (int e = Memory.getInt(at); e < Memory.getInt(at + 4); e++) {
            elements[next++] = e;
          }
        }
      }
      FlatVector child = gather(from.children().get(0), elements, next, 0, allocator);
      return unfinished.done(
          new FlatVector(from.type(), count, validity, offsets, null, List.of(child)));
    }
  }

  /// A buffer for `bytes` that will all be written, with tail padding, which is zeroed.
  static ArrowBuf padded(BufferAllocator allocator, long bytes) {
    ArrowBuf buffer = allocator.buffer(bytes + Vector.TAIL_PADDING_BYTES);
    buffer.setZero(bytes, buffer.capacity() - bytes);
    return buffer;
  }

  /// A zeroed buffer with tail padding.
  public static ArrowBuf zeroed(BufferAllocator allocator, long bytes) {
    ArrowBuf buffer = allocator.buffer(bytes + Vector.TAIL_PADDING_BYTES);
    buffer.setZero(0, buffer.capacity());
    return buffer;
  }
}
