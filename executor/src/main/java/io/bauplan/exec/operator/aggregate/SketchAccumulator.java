package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.expression.ByteArena;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.DataType;
import java.math.BigInteger;
import java.util.Arrays;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// `theta_sketch`: a compact theta sketch of a column's values, each as the bytes by which Iceberg
/// writes a single value. What `ANALYZE` gathers; no function of SQL.
final class SketchAccumulator extends Accumulator {
  /// A sketch with all its slots, over the groups that room is made for though `ANALYZE` has one.
  private static final int BYTES_PER_GROUP = 4 * ThetaSketch.NOMINAL * Long.BYTES / 64;

  private final DataType input;
  private final ByteArena arena;
  private final long scratch;
  private @Nullable ThetaSketch[] sketches = {};

  SketchAccumulator(DataType input, BufferAllocator allocator) {
    this.input = input;
    this.arena = new ByteArena(allocator);
    this.scratch = arena.allocate(2 * Long.BYTES);
  }

  @Override
  void grow(int capacity) {
    if (capacity > sketches.length) {
      sketches = Arrays.copyOf(sketches, capacity);
    }
  }

  private ThetaSketch sketch(int group) {
    ThetaSketch sketch = sketches[group];
    if (sketch == null) {
      sketch = new ThetaSketch();
      sketches[group] = sketch;
    }
    return sketch;
  }

  @Override
  void add(int[] groups, Register[] arguments, int @Nullable [] rows, int count) {
    Register in = arguments[0];
    int bytes = fixedBytes(input);
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      if (in.isNull(row)) {
        continue;
      }
      long hash =
          switch (in.kind) {
            case LONG -> ThetaHash.of(in.longs[row], bytes);
            case DOUBLE -> ThetaHash.of(bits(in.doubles[row], bytes), bytes);
            case DECIMAL -> decimal(in.high(row), in.longs[row]);
            // Like DataSketches, which takes no bytes for no value.
            case BYTES ->
                in.lengths[row] == 0 ? 0 : ThetaHash.of(in.longs[row], (long) in.lengths[row]);
            case NESTED -> throw new IllegalStateException("nested values have no sketch");
          };
      sketch(groups[i]).add(hash);
    }
  }

  private static int fixedBytes(DataType type) {
    return switch (type) {
      case DataType.BooleanType() -> 1;
      case DataType.IntegerType(int bits) -> bits == 64 ? Long.BYTES : Integer.BYTES;
      case DataType.FloatType(int bits) -> bits / Byte.SIZE;
      case DataType.DateType() -> Integer.BYTES;
      default -> Long.BYTES;
    };
  }

  private static long bits(double value, int bytes) {
    return bytes == Float.BYTES
        ? Float.floatToRawIntBits((float) value)
        : Double.doubleToRawLongBits(value);
  }

  /// The unscaled value in as few bytes as hold it, the highest first.
  private long decimal(long high, long low) {
    if (high == low >> 63) {
      int bytes = (Long.SIZE - Long.numberOfLeadingZeros(low ^ low >> 63)) / Byte.SIZE + 1;
      if (bytes <= Long.BYTES) {
        return ThetaHash.of(Long.reverseBytes(low) >>> (Long.SIZE - bytes * Byte.SIZE), bytes);
      }
    }
    byte[] bytes =
        BigInteger.valueOf(high)
            .shiftLeft(Long.SIZE)
            .or(new BigInteger(Long.toUnsignedString(low)))
            .toByteArray();
    for (int i = 0; i < bytes.length; i++) {
      Memory.putByte(scratch + i, bytes[i]);
    }
    return ThetaHash.of(scratch, (long) bytes.length);
  }

  @Override
  void merge(Accumulator other, int[] from, int[] to, int count) {
    SketchAccumulator others = (SketchAccumulator) other;
    for (int i = 0; i < count; i++) {
      ThetaSketch theirs = others.sketches[from[i]];
      if (theirs != null) {
        sketch(to[i]).merge(theirs);
      }
    }
  }

  @Override
  void output(int start, int count, Register to) {
    for (int i = 0; i < count; i++) {
      byte[] bytes = sketch(start + i).compact();
      long address = arena.allocate(bytes.length);
      for (int b = 0; b < bytes.length; b++) {
        Memory.putByte(address + b, bytes[b]);
      }
      to.longs[i] = address;
      to.lengths[i] = bytes.length;
    }
  }

  @Override
  int bytesPerGroup() {
    return BYTES_PER_GROUP;
  }

  @Override
  public void close() {
    arena.close();
  }
}
