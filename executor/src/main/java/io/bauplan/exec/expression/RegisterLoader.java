package io.bauplan.exec.expression;

import io.bauplan.exec.batch.ConstantVector;
import io.bauplan.exec.batch.Decimals;
import io.bauplan.exec.batch.DictionaryVector;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.DataType;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Fills registers from vectors of any encoding.
public final class RegisterLoader {
  /// Above this share of rows all are loaded, whether they were asked for or not.
  private static final double DENSE_SHARE = 0.5;

  private RegisterLoader() {}

  /// Loads the given rows (null = the first `count`). Byte values are borrowed from the vector.
  ///
  /// @param scratch where a nested value that is not flat is flattened to; the register borrows it
  public static void load(
      Vector vector, Register to, int @Nullable [] rows, int count, int length) {
    to.reset(length);
    switch (vector) {
      case FlatVector flat -> loadFlat(flat, to, rows, count, length);
      case ConstantVector constant -> loadConstant(constant, to, rows, count, length);
      case DictionaryVector dictionary -> loadDictionary(dictionary, to, rows, count, length);
    }
  }

  /// Nested values need one flat vector; this makes it where the encoding is another. The caller
  /// owns it.
  public static FlatVector flat(Vector vector, BufferAllocator allocator) {
    return vector.flatten(allocator);
  }

  private static void loadFlat(
      FlatVector from, Register to, int @Nullable [] rows, int count, int length) {
    loadNulls(from.validityAddress(), to, rows, count, length);
    long data = from.dataAddress();
    switch (from.type()) {
      case DataType.NullType() -> {
        to.clearNulls(length);
        java.util.Arrays.fill(to.nulls, 0, length, true);
      }
      case DataType.BooleanType() -> {
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          to.longs[row] = Memory.getByte(data + (row >>> 3)) >>> (row & 7) & 1;
        }
      }
      case DataType.IntegerType(int bits) -> loadIntegers(data, bits, to, rows, count, length);
      case DataType.DateType() -> loadIntegers(data, 32, to, rows, count, length);
      case DataType.IntervalYearMonthType() -> loadIntegers(data, 32, to, rows, count, length);
      case DataType.TimeType() -> loadIntegers(data, 64, to, rows, count, length);
      case DataType.TimestampType ignored -> loadIntegers(data, 64, to, rows, count, length);
      case DataType.IntervalDayTimeType() -> loadIntegers(data, 64, to, rows, count, length);
      case DataType.FloatType(int bits) -> loadFloats(data, bits, to, rows, count);
      case DataType.DecimalType decimal -> {
        if (Decimals.isShort(decimal)) {
          loadIntegers(data, 64, to, rows, count, length);
        } else {
          loadDecimals(data, to, rows, count, length);
        }
      }
      case DataType.VarcharType() -> loadBytes(from, to, rows, count);
      case DataType.BinaryType() -> loadBytes(from, to, rows, count);
      case DataType.UuidType() -> {
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          to.longs[row] = data + 16L * row;
          to.lengths[row] = 16;
        }
      }
      case DataType.ListType ignored -> to.vector = from;
      case DataType.MapType ignored -> to.vector = from;
      case DataType.StructType ignored -> to.vector = from;
    }
  }

  private static void loadNulls(
      long validity, Register to, int @Nullable [] rows, int count, int length) {
    if (validity == 0) {
      return;
    }
    if (to.nulls.length < length) {
      to.nulls = new boolean[Math.max(length, 64)];
    }
    boolean any = false;
    boolean[] nulls = to.nulls;
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      boolean isNull = (Memory.getByte(validity + (row >>> 3)) >>> (row & 7) & 1) == 0;
      nulls[row] = isNull;
      any |= isNull;
    }
    to.hasNulls = any;
  }

  private static void loadIntegers(
      long data, int bits, Register to, int @Nullable [] rows, int count, int length) {
    boolean all = rows == null ? count == length : count > length * DENSE_SHARE;
    if (all) {
      loadAllIntegers(data, bits, to.longs, length);
      to.dense = true;
    } else {
      loadSomeIntegers(data, bits, to.longs, rows, count);
    }
  }

  private static void loadAllIntegers(long data, int bits, long[] longs, int length) {
    switch (bits) {
      case 8 -> {
        for (int row = 0; row < length; row++) {
          longs[row] = Memory.getByte(data + row);
        }
      }
      case 16 -> {
        for (int row = 0; row < length; row++) {
          longs[row] = Memory.getShort(data + 2L * row);
        }
      }
      case 32 -> {
        for (int row = 0; row < length; row++) {
          longs[row] = Memory.getInt(data + 4L * row);
        }
      }
      default -> Memory.copy(data, longs, length);
    }
  }

  private static void loadSomeIntegers(
      long data, int bits, long[] longs, int @Nullable [] rows, int count) {
    switch (bits) {
      case 8 -> {
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          longs[row] = Memory.getByte(data + row);
        }
      }
      case 16 -> {
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          longs[row] = Memory.getShort(data + 2L * row);
        }
      }
      case 32 -> {
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          longs[row] = Memory.getInt(data + 4L * row);
        }
      }
      default -> {
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          longs[row] = Memory.getLong(data + 8L * row);
        }
      }
    }
  }

  private static void loadFloats(
      long data, int bits, Register to, int @Nullable [] rows, int count) {
    double[] doubles = to.doubles;
    if (bits == 32) {
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        doubles[row] = Memory.getFloat(data + 4L * row);
      }
    } else {
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        doubles[row] = Memory.getDouble(data + 8L * row);
      }
    }
  }

  private static void loadDecimals(
      long data, Register to, int @Nullable [] rows, int count, int length) {
    long[] longs = to.longs;
    long unlike = 0;
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      long low = Memory.getLong(data + 16L * row);
      longs[row] = low;
      unlike |= Memory.getLong(data + 16L * row + 8) ^ (low >> 63);
    }
    if (unlike != 0) {
      to.makeWide(length);
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        to.highs[row] = Memory.getLong(data + 16L * row + 8);
      }
    }
  }

  private static void loadBytes(FlatVector from, Register to, int @Nullable [] rows, int count) {
    long offsets = from.offsetsAddress();
    long data = from.dataAddress();
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      int begin = Memory.getInt(offsets + 4L * row);
      to.longs[row] = data + begin;
      to.lengths[row] = Memory.getInt(offsets + 4L * row + 4) - begin;
    }
  }

  private static void loadConstant(
      ConstantVector from, Register to, int @Nullable [] rows, int count, int length) {
    Register one = new Register(from.type());
    one.reset(1);
    loadFlat(from.value(), one, null, 1, 1);
    if (to.kind == Register.Kind.NESTED) {
      throw new IllegalStateException("nested constants are flattened before they are loaded");
    }
    fill(to, one, rows, count, length);
  }

  /// Gives every row the value of row 0 of `one`.
  static void fill(Register to, Register one, int @Nullable [] rows, int count, int length) {
    if (one.isNull(0)) {
      to.clearNulls(length);
    }
    if (one.wide) {
      to.makeWide(length);
    }
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      if (to.hasNulls) {
        to.nulls[row] = true;
      }
      if (to.kind == Register.Kind.DOUBLE) {
        to.doubles[row] = one.doubles[0];
      } else {
        to.longs[row] = one.longs[0];
        if (to.kind == Register.Kind.BYTES) {
          to.lengths[row] = one.lengths[0];
        } else if (one.wide) {
          to.highs[row] = one.highs[0];
        }
      }
    }
  }

  private static void loadDictionary(
      DictionaryVector from, Register to, int @Nullable [] rows, int count, int length) {
    if (to.kind == Register.Kind.NESTED) {
      throw new IllegalStateException("nested dictionaries are flattened before they are loaded");
    }
    loadNulls(from.validityAddress(), to, rows, count, length);
    FlatVector entries = from.dictionary();
    int size = entries.length();
    if (size == 0) {
      return;
    }
    if (to.kind == Register.Kind.BYTES && !(from.type() instanceof DataType.UuidType)) {
      loadCodedBytes(from, entries, to, rows, count);
      return;
    }
    int bits = (int) FlatVector.bitsPerValue(from.type());
    // Codes of NULL rows and of rows that were not asked for are valid, too.
    boolean all = rows == null ? count == length : count > length * DENSE_SHARE;
    if (to.kind != Register.Kind.DOUBLE && (all || rows == null) && (bits == 32 || bits == 64)) {
      loadCodedLongs(from, entries.dataAddress(), bits == 32, to.longs, all ? length : count);
      to.dense = all;
      return;
    }
    if (to.kind != Register.Kind.DOUBLE && (bits == 32 || bits == 64)) {
      long data = entries.dataAddress();
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        int code = from.code(row);
        to.longs[row] =
            bits == 32 ? Memory.getInt(data + 4L * code) : Memory.getLong(data + 8L * code);
      }
      return;
    }
    if (bits == 64) {
      long data = entries.dataAddress();
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        to.doubles[row] = Memory.getDouble(data + 8L * from.code(row));
      }
      return;
    }
    // What is left comes from small dictionaries alone.
    Register values = new Register(from.type());
    values.reset(size);
    loadFlat(entries, values, null, size, size);
    if (values.wide) {
      to.makeWide(length);
    }
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      int code = from.code(row);
      switch (to.kind) {
        case DOUBLE -> to.doubles[row] = values.doubles[code];
        case BYTES -> {
          to.longs[row] = values.longs[code];
          to.lengths[row] = values.lengths[code];
        }
        default -> {
          to.longs[row] = values.longs[code];
          if (values.wide) {
            to.highs[row] = values.highs[code];
          }
        }
      }
    }
  }

  private static void loadCodedLongs(
      DictionaryVector from, long data, boolean ints, long[] longs, int count) {
    long codes = from.codesAddress();
    switch (from.codeBytes()) {
      case 1 -> {
        if (ints) {
          for (int i = 0; i < count; i++) {
            longs[i] = Memory.getInt(data + 4L * (Memory.getByte(codes + i) & 0xff));
          }
        } else {
          for (int i = 0; i < count; i++) {
            longs[i] = Memory.getLong(data + 8L * (Memory.getByte(codes + i) & 0xff));
          }
        }
      }
      case 2 -> {
        if (ints) {
          for (int i = 0; i < count; i++) {
            longs[i] = Memory.getInt(data + 4L * (Memory.getShort(codes + 2L * i) & 0xffff));
          }
        } else {
          for (int i = 0; i < count; i++) {
            longs[i] = Memory.getLong(data + 8L * (Memory.getShort(codes + 2L * i) & 0xffff));
          }
        }
      }
      default -> {
        for (int i = 0; i < count; i++) {
          long code = Memory.getInt(codes + 4L * i);
          longs[i] = ints ? Memory.getInt(data + 4L * code) : Memory.getLong(data + 8L * code);
        }
      }
    }
  }

  /// Straight from the dictionary's offsets: it may have many more entries than the batch has rows.
  private static void loadCodedBytes(
      DictionaryVector from, FlatVector entries, Register to, int @Nullable [] rows, int count) {
    long offsets = entries.offsetsAddress();
    long data = entries.dataAddress();
    long[] addresses = to.longs;
    int[] lengths = to.lengths;
    long codes = from.codesAddress();
    switch (from.codeBytes()) {
      case 1 -> {
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          long entry = offsets + 4L * (Memory.getByte(codes + row) & 0xff);
          int begin = Memory.getInt(entry);
          addresses[row] = data + begin;
          lengths[row] = Memory.getInt(entry + 4) - begin;
        }
      }
      case 2 -> {
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          long entry = offsets + 4L * (Memory.getShort(codes + 2L * row) & 0xffff);
          int begin = Memory.getInt(entry);
          addresses[row] = data + begin;
          lengths[row] = Memory.getInt(entry + 4) - begin;
        }
      }
      default -> {
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          long entry = offsets + 4L * Memory.getInt(codes + 4L * row);
          int begin = Memory.getInt(entry);
          addresses[row] = data + begin;
          lengths[row] = Memory.getInt(entry + 4) - begin;
        }
      }
    }
  }
}
