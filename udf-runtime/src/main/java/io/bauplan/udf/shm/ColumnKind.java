package io.bauplan.udf.shm;

import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.IntervalUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/// How Arrow lays a column out: which buffers it has and how wide they are.
sealed interface ColumnKind {
  /// No buffer at all: every value is null.
  record Nothing() implements ColumnKind {}

  /// Validity and one bit per value.
  record Bits() implements ColumnKind {}

  /// Validity and `width` bytes per value.
  record Fixed(int width) implements ColumnKind {}

  /// Validity, offsets and bytes; `text` where the bytes are UTF-8.
  record Variable(int offsetWidth, boolean text) implements ColumnKind {}

  /// Validity and offsets into one child.
  record Listed(int offsetWidth) implements ColumnKind {}

  /// Validity; the child has `size` values per value.
  record FixedList(int size) implements ColumnKind {}

  /// Validity; each child has one value per value.
  record Structure() implements ColumnKind {}

  /// Widest fixed-size value, in bytes.
  int MAX_WIDTH = 1 << 20;

  private static boolean isPossible(ArrowType.Decimal type) {
    int most =
        switch (type.getBitWidth()) {
          case 32 -> 9;
          case 64 -> 18;
          case 128 -> 38;
          case 256 -> 76;
          default -> 0;
        };
    return type.getPrecision() > 0
        && type.getPrecision() <= most
        && Math.abs(type.getScale()) <= most;
  }

  /// The kind of a field, or an `IllegalArgumentException` that names a type without one.
  static ColumnKind of(Field field) {
    if (field.getDictionary() != null) {
      throw new IllegalArgumentException(
          "column '%s' is dictionary-encoded; decode it first".formatted(field.getName()));
    }
    ArrowType type = field.getType();
    if (type instanceof ArrowType.ExtensionType extension) {
      type = extension.storageType();
    }
    return switch (type) {
      case ArrowType.Null _ -> new Nothing();
      case ArrowType.Bool _ -> new Bits();
      case ArrowType.Int t -> new Fixed(t.getBitWidth() / 8);
      case ArrowType.FloatingPoint t ->
          new Fixed(
              t.getPrecision() == FloatingPointPrecision.DOUBLE
                  ? 8
                  : t.getPrecision() == FloatingPointPrecision.SINGLE ? 4 : 2);
      case ArrowType.Decimal t when isPossible(t) -> new Fixed(t.getBitWidth() / 8);
      case ArrowType.Date t -> new Fixed(t.getUnit() == DateUnit.DAY ? 4 : 8);
      case ArrowType.Time t -> new Fixed(t.getBitWidth() / 8);
      case ArrowType.Timestamp _, ArrowType.Duration _ -> new Fixed(8);
      case ArrowType.Interval t ->
          new Fixed(
              t.getUnit() == IntervalUnit.YEAR_MONTH
                  ? 4
                  : t.getUnit() == IntervalUnit.DAY_TIME ? 8 : 16);
      case ArrowType.FixedSizeBinary t when t.getByteWidth() > 0 && t.getByteWidth() <= MAX_WIDTH ->
          new Fixed(t.getByteWidth());
      case ArrowType.Utf8 _ -> new Variable(4, true);
      case ArrowType.Binary _ -> new Variable(4, false);
      case ArrowType.LargeUtf8 _ -> new Variable(8, true);
      case ArrowType.LargeBinary _ -> new Variable(8, false);
      case ArrowType.List _, ArrowType.Map _ -> new Listed(4);
      case ArrowType.LargeList _ -> new Listed(8);
      case ArrowType.FixedSizeList t when t.getListSize() >= 0 -> new FixedList(t.getListSize());
      case ArrowType.Struct _ -> new Structure();
      case null, default ->
          throw new IllegalArgumentException(
              "column '%s' has type %s, which functions cannot exchange"
                  .formatted(field.getName(), type));
    };
  }
}
