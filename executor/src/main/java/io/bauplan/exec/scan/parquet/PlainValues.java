package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.scan.parquet.SchemaNode.Logical;
import io.bauplan.sql.plan.DataType;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Literals as a column chunk stores them.
final class PlainValues {
  private PlainValues() {}

  /// Hashes of the stored values that equal a literal; null where that is not known.
  ///
  /// @param type as which the column is read
  static @Nullable List<Long> hashes(Object literal, DataType type, SchemaNode leaf) {
    return switch (leaf.requirePhysical()) {
      case INT32, INT64 -> {
        Long stored = stored(literal, type, leaf);
        yield stored == null ? null : List.of(hash(stored, leaf.width()));
      }
      case FLOAT, DOUBLE -> floating(literal, leaf);
      case BYTE_ARRAY, FIXED -> {
        if (type instanceof DataType.DecimalType
            || leaf.logical() instanceof Logical.Decimal
            || leaf.logical() instanceof Logical.Float16) {
          yield null;
        }
        byte[] bytes =
            switch (literal) {
              case String text when leaf.requirePhysical() == SchemaNode.Physical.BYTE_ARRAY ->
                  text.getBytes(StandardCharsets.UTF_8);
              case byte[] raw -> raw;
              default -> null;
            };
        yield bytes == null ? null : List.of(BloomFilter.hash(bytes, bytes.length));
      }
      case BOOLEAN, INT96 -> null;
    };
  }

  private static @Nullable List<Long> floating(Object literal, SchemaNode leaf) {
    if (!(literal instanceof Number number) || literal instanceof BigDecimal) {
      return null;
    }
    double value = number.doubleValue();
    boolean single = leaf.requirePhysical() == SchemaNode.Physical.FLOAT;
    if (Double.isNaN(value) || single && (float) value != value) {
      return null;
    }
    if (value == 0) {
      return List.of(hash(bits(0.0, single), leaf.width()), hash(bits(-0.0, single), leaf.width()));
    }
    return List.of(hash(bits(value, single), leaf.width()));
  }

  private static long bits(double value, boolean single) {
    return single ? Float.floatToRawIntBits((float) value) : Double.doubleToRawLongBits(value);
  }

  private static @Nullable Long stored(Object literal, DataType type, SchemaNode leaf) {
    return switch (leaf.logical()) {
      case Logical.Decimal(int ignored, int scale) -> {
        if (!(literal instanceof BigDecimal decimal)) {
          yield null;
        }
        BigDecimal unscaled = decimal.movePointRight(scale).stripTrailingZeros();
        yield unscaled.scale() <= 0 && unscaled.precision() <= 18
            ? unscaled.longValueExact()
            : null;
      }
      case Logical.Timestamp(SchemaNode.Unit unit, boolean ignored) -> inUnit(literal, unit);
      case Logical.Time(SchemaNode.Unit unit) -> inUnit(literal, unit);
      case Logical.Date ignored when type instanceof DataType.TimestampType -> null;
      case Logical.Int(int ignored, boolean signed) when !signed -> null;
      default -> literal instanceof Long number ? number : null;
    };
  }

  private static @Nullable Long inUnit(Object literal, SchemaNode.Unit unit) {
    if (!(literal instanceof Long micros)) {
      return null;
    }
    return switch (unit) {
      case MILLIS -> micros % 1000 == 0 ? (Long) (micros / 1000) : null;
      case MICROS -> micros;
      // Several of them are read as one.
      case NANOS -> null;
    };
  }

  static long hash(long value, int width) {
    return hash(value, width, new byte[Long.BYTES]);
  }

  static long hash(long value, int width, byte[] scratch) {
    ByteBuffer.wrap(scratch).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value);
    return BloomFilter.hash(scratch, width);
  }
}
