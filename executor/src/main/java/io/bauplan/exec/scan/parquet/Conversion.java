package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.Decimals;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.memory.Memory;
import io.bauplan.exec.scan.parquet.SchemaNode.Logical;
import io.bauplan.exec.scan.parquet.SchemaNode.Physical;
import io.bauplan.exec.scan.parquet.SchemaNode.Unit;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataType;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/// From a leaf's physical values to the engine's layout of a type, for values of one width each.
abstract class Conversion {
  private static final long MICROS_PER_DAY = 86_400_000_000L;

  /// Converts `count` values in plain form at `in`. Borrows the memory until return.
  void fixed(long in, int count, long out) {
    throw new CorruptData("a page's encoding does not fit its column's type");
  }

  /// Converts BYTE_ARRAY values `[first, first + count)`.
  void bytes(long offsets, long data, int count, long out) {
    throw new CorruptData("a page's encoding does not fit its column's type");
  }

  /// Bytes of one value of a type in buffers of this package; booleans have one until they are
  /// packed, 0 is variable.
  static int width(DataType type) {
    long bits = FlatVector.bitsPerValue(type);
    return bits == 1 ? 1 : (int) (bits >>> 3);
  }

  /// How values of `leaf` become values of `target`; null where the bytes are the same.
  ///
  /// @throws EngineException `TYPE_MISMATCH` where there is no way without loss
  static @Nullable Conversion of(SchemaNode leaf, DataType target) {
    DataType natural = ParquetTypes.natural(leaf);
    return switch (leaf.requirePhysical()) {
      case BOOLEAN -> same(leaf, natural, target);
      case INT32, INT64 -> integers(leaf, natural, target);
      case INT96 -> {
        if (!(target instanceof DataType.TimestampType)) {
          throw mismatch(leaf, natural, target);
        }
        yield new Int96();
      }
      case FLOAT ->
          target.equals(DataType.FLOAT64) ? new FloatToDouble() : same(leaf, natural, target);
      case DOUBLE -> same(leaf, natural, target);
      case BYTE_ARRAY -> {
        if (target instanceof DataType.DecimalType wanted
            && natural instanceof DataType.DecimalType held) {
          yield new BytesToDecimal(0, scaleUp(leaf, held, wanted), Decimals.isShort(wanted));
        }
        if (target instanceof DataType.VarcharType || target instanceof DataType.BinaryType) {
          if (natural instanceof DataType.VarcharType || natural instanceof DataType.BinaryType) {
            yield null;
          }
        }
        throw mismatch(leaf, natural, target);
      }
      case FIXED -> {
        if (target instanceof DataType.DecimalType wanted
            && natural instanceof DataType.DecimalType held) {
          yield new BytesToDecimal(
              leaf.length(), scaleUp(leaf, held, wanted), Decimals.isShort(wanted));
        }
        if (leaf.logical() instanceof Logical.Float16
            && target instanceof DataType.FloatType(int bits)) {
          yield new HalfFloats(bits == 64);
        }
        if (target instanceof DataType.UuidType && leaf.length() == 16) {
          yield null;
        }
        if (target instanceof DataType.BinaryType) {
          yield null;
        }
        throw mismatch(leaf, natural, target);
      }
    };
  }

  private static @Nullable Conversion same(SchemaNode leaf, DataType natural, DataType target) {
    if (!natural.equals(target)) {
      throw mismatch(leaf, natural, target);
    }
    return null;
  }

  private static EngineException mismatch(SchemaNode leaf, DataType natural, DataType target) {
    return new EngineException(
        ErrorCode.TYPE_MISMATCH,
        "column \""
            + leaf.name()
            + "\" is "
            + natural.sql()
            + " in the file, which is no "
            + target.sql());
  }

  private static int scaleUp(
      SchemaNode leaf, DataType.DecimalType held, DataType.DecimalType wanted) {
    int up = wanted.scale() - held.scale();
    if (up < 0 || wanted.precision() - wanted.scale() < held.precision() - held.scale()) {
      throw mismatch(leaf, held, wanted);
    }
    return up;
  }

  private static @Nullable Conversion integers(SchemaNode leaf, DataType natural, DataType target) {
    boolean wide = leaf.requirePhysical() == Physical.INT64;
    boolean unsigned =
        leaf.logical() instanceof Logical.Int(int ignored, boolean signed) && !signed;
    long multiply = 1;
    long divide = 1;
    switch (leaf.logical()) {
      case Logical.Time(Unit unit) -> {
        multiply = unit == Unit.MILLIS ? 1000 : 1;
        divide = unit == Unit.NANOS ? 1000 : 1;
      }
      case Logical.Timestamp(Unit unit, boolean ignored) -> {
        multiply = unit == Unit.MILLIS ? 1000 : 1;
        divide = unit == Unit.NANOS ? 1000 : 1;
      }
      default -> {}
    }
    boolean number =
        natural instanceof DataType.IntegerType || natural instanceof DataType.DecimalType;
    switch (target) {
      case DataType.DecimalType wanted -> {
        if (natural instanceof DataType.DecimalType held) {
          long up = power(scaleUp(leaf, held, wanted));
          boolean same = wide && !unsigned && up == 1 && Decimals.isShort(wanted);
          return same ? null : new Integers(wide, unsigned, up, 1, target);
        }
        if (natural instanceof DataType.IntegerType(int bits)) {
          int digits = bits <= 8 ? 3 : bits <= 16 ? 5 : bits <= 32 ? 10 : 19;
          if (wanted.precision() - wanted.scale() >= digits && wanted.scale() <= 18) {
            return new Integers(wide, unsigned, power(wanted.scale()), 1, target);
          }
        }
        throw mismatch(leaf, natural, target);
      }
      case DataType.IntegerType(int bits) -> {
        if (!(natural instanceof DataType.IntegerType(int held)) || held > bits) {
          throw mismatch(leaf, natural, target);
        }
      }
      case DataType.FloatType(int bits) -> {
        if (!number || bits != 64 || natural instanceof DataType.DecimalType) {
          throw mismatch(leaf, natural, target);
        }
      }
      case DataType.TimestampType ignored -> {
        if (natural instanceof DataType.DateType) {
          return new Integers(wide, false, MICROS_PER_DAY, 1, target);
        }
        if (!(natural instanceof DataType.TimestampType)) {
          throw mismatch(leaf, natural, target);
        }
      }
      case DataType.IntervalDayTimeType() -> {
        if (!natural.equals(DataType.INT64)) {
          throw mismatch(leaf, natural, target);
        }
      }
      case DataType.IntervalYearMonthType() -> {
        if (!natural.equals(DataType.INT32)) {
          throw mismatch(leaf, natural, target);
        }
      }
      default -> {
        if (!natural.equals(target)) {
          throw mismatch(leaf, natural, target);
        }
      }
    }
    boolean plain = multiply == 1 && divide == 1 && !(target instanceof DataType.FloatType);
    if (plain && width(target) == (wide ? 8 : 4) && !(unsigned && !wide && width(target) == 8)) {
      return null;
    }
    return new Integers(wide, unsigned, multiply, divide, target);
  }

  private static long power(int digits) {
    if (digits > 18) {
      throw new EngineException(
          ErrorCode.NOT_SUPPORTED, "a decimal's scale grows by more than 18 digits");
    }
    long power = 1;
    for (int i = 0; i < digits; i++) {
      power *= 10;
    }
    return power;
  }

  private static final class Integers extends Conversion {
    private final boolean wide;
    private final boolean unsigned;
    private final long multiply;
    private final long divide;
    private final DataType target;

    Integers(boolean wide, boolean unsigned, long multiply, long divide, DataType target) {
      this.wide = wide;
      this.unsigned = unsigned;
      this.multiply = multiply;
      this.divide = divide;
      this.target = target;
    }

    @Override
    void fixed(long in, int count, long out) {
      switch (target) {
        case DataType.DecimalType decimal -> {
          if (Decimals.isShort(decimal)) {
            shortDecimals(in, count, out);
          } else {
            decimals(in, count, out);
          }
        }
        case DataType.FloatType ignored -> {
          for (int i = 0; i < count; i++) {
            Memory.putDouble(out + 8L * i, value(in, i));
          }
        }
        default -> longs(in, count, out, width(target));
      }
    }

    private void longs(long in, int count, long out, int width) {
      switch (width) {
        case 1 -> {
          for (int i = 0; i < count; i++) {
            Memory.putByte(out + i, (byte) value(in, i));
          }
        }
        case 2 -> {
          for (int i = 0; i < count; i++) {
            Memory.putShort(out + 2L * i, (short) value(in, i));
          }
        }
        case 4 -> {
          for (int i = 0; i < count; i++) {
            Memory.putInt(out + 4L * i, (int) value(in, i));
          }
        }
        default -> {
          if (divide != 1) {
            for (int i = 0; i < count; i++) {
              Memory.putLong(out + 8L * i, Math.floorDiv(value(in, i), divide));
            }
          } else {
            for (int i = 0; i < count; i++) {
              Memory.putLong(out + 8L * i, value(in, i) * multiply);
            }
          }
        }
      }
    }

    private long value(long in, int i) {
      if (wide) {
        return Memory.getLong(in + 8L * i);
      }
      int value = Memory.getInt(in + 4L * i);
      return unsigned ? value & 0xffffffffL : value;
    }

    private void shortDecimals(long in, int count, long out) {
      long trouble = 0;
      for (int i = 0; i < count; i++) {
        long value = value(in, i);
        long scaled = value * multiply;
        trouble |= Math.multiplyHigh(value, multiply) ^ scaled >> 63;
        trouble |= unsigned && wide ? value >> 63 : 0;
        Memory.putLong(out + 8L * i, scaled);
      }
      if (trouble != 0) {
        throw new CorruptData("a decimal has more digits than its type");
      }
    }

    private void decimals(long in, int count, long out) {
      for (int i = 0; i < count; i++) {
        long value = value(in, i);
        long low = value * multiply;
        long high =
            unsigned && wide
                ? Math.unsignedMultiplyHigh(value, multiply)
                : Math.multiplyHigh(value, multiply);
        Memory.putLong(out + 16L * i, low);
        Memory.putLong(out + 16L * i + 8, high);
      }
    }
  }

  private static final class FloatToDouble extends Conversion {
    @Override
    void fixed(long in, int count, long out) {
      for (int i = 0; i < count; i++) {
        Memory.putDouble(out + 8L * i, Memory.getFloat(in + 4L * i));
      }
    }
  }

  private static final class HalfFloats extends Conversion {
    private final boolean toDouble;

    HalfFloats(boolean toDouble) {
      this.toDouble = toDouble;
    }

    @Override
    void fixed(long in, int count, long out) {
      for (int i = 0; i < count; i++) {
        float value = Float.float16ToFloat(Memory.getShort(in + 2L * i));
        if (toDouble) {
          Memory.putDouble(out + 8L * i, value);
        } else {
          Memory.putFloat(out + 4L * i, value);
        }
      }
    }
  }

  /// Nanoseconds of the day, then the Julian day.
  private static final class Int96 extends Conversion {
    private static final int JULIAN_DAY_OF_EPOCH = 2_440_588;

    @Override
    void fixed(long in, int count, long out) {
      for (int i = 0; i < count; i++) {
        long nanos = Memory.getLong(in + 12L * i);
        long day = Memory.getInt(in + 12L * i + 8) - (long) JULIAN_DAY_OF_EPOCH;
        Memory.putLong(out + 8L * i, day * MICROS_PER_DAY + Math.floorDiv(nanos, 1000L));
      }
    }
  }

  /// Big-endian two's complement.
  private static final class BytesToDecimal extends Conversion {
    private final int length;
    private final int scaleUp;
    private final boolean narrow;
    private final int width;

    BytesToDecimal(int length, int scaleUp, boolean narrow) {
      this.length = length;
      this.scaleUp = scaleUp;
      this.narrow = narrow;
      this.width = narrow ? 8 : 16;
    }

    @Override
    void fixed(long in, int count, long out) {
      if (narrow && length <= 8 && scaleUp == 0) {
        for (int i = 0; i < count; i++) {
          Memory.putLong(out + 8L * i, bigEndian(in + (long) i * length, length));
        }
        return;
      }
      for (int i = 0; i < count; i++) {
        convert(in + (long) i * length, length, out + (long) width * i);
      }
    }

    @Override
    void bytes(long offsets, long data, int count, long out) {
      for (int i = 0; i < count; i++) {
        int begin = Memory.getInt(offsets + 4L * i);
        convert(data + begin, Memory.getInt(offsets + 4L * i + 4) - begin, out + (long) width * i);
      }
    }

    /// Up to 8 bytes, sign-extended. Reads 8.
    private static long bigEndian(long from, int length) {
      return length == 0 ? 0 : Long.reverseBytes(Memory.getLong(from)) >> 64 - 8 * length;
    }

    private void convert(long from, int bytes, long out) {
      int skipped = 0;
      if (bytes > 16) {
        // Longer ones only repeat the sign.
        skipped = bytes - 16;
        byte sign = (byte) (Memory.getByte(from + skipped) >> 7);
        for (int i = 0; i < skipped; i++) {
          if (Memory.getByte(from + i) != sign) {
            throw new CorruptData("a decimal of more than 128 bits");
          }
        }
      }
      long begin = from + skipped;
      int length = bytes - skipped;
      long low;
      long high;
      if (length <= 8) {
        low = bigEndian(begin, length);
        high = low >> 63;
      } else {
        low = bigEndian(begin + length - 8, 8);
        high = bigEndian(begin, length - 8);
      }
      if (scaleUp > 0) {
        BigInteger value =
            BigInteger.valueOf(high)
                .shiftLeft(64)
                .or(new BigInteger(Long.toUnsignedString(low)))
                .multiply(BigInteger.TEN.pow(scaleUp));
        high = value.shiftRight(64).longValue();
        low = value.longValue();
      }
      Memory.putLong(out, low);
      if (!narrow) {
        Memory.putLong(out + 8, high);
      } else if (high != low >> 63) {
        throw new CorruptData("a decimal has more digits than its type");
      }
    }
  }
}
