package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.scan.parquet.SchemaNode.Logical;
import io.bauplan.sql.plan.DataType;

/// The engine type in which a leaf is read when nobody asks for another.
final class ParquetTypes {
  private ParquetTypes() {}

  static DataType natural(SchemaNode leaf) {
    Logical logical = leaf.logical();
    return switch (leaf.requirePhysical()) {
      case BOOLEAN -> DataType.BOOLEAN;
      case INT32 ->
          switch (logical) {
            case Logical.Int(int bits, boolean signed) -> integer(bits, signed);
            case Logical.Decimal(int precision, int scale) -> decimal(leaf, precision, scale);
            case Logical.Date() -> DataType.DATE;
            case Logical.Time ignored -> DataType.TIME;
            default -> DataType.INT32;
          };
      case INT64 ->
          switch (logical) {
            case Logical.Int(int bits, boolean signed) -> integer(bits, signed);
            case Logical.Decimal(int precision, int scale) -> decimal(leaf, precision, scale);
            case Logical.Time ignored -> DataType.TIME;
            case Logical.Timestamp(SchemaNode.Unit ignored, boolean withZone) ->
                withZone ? DataType.TIMESTAMP_TZ : DataType.TIMESTAMP;
            default -> DataType.INT64;
          };
      case INT96 -> DataType.TIMESTAMP;
      case FLOAT -> DataType.FLOAT32;
      case DOUBLE -> DataType.FLOAT64;
      case BYTE_ARRAY ->
          switch (logical) {
            case Logical.Text() -> DataType.VARCHAR;
            case Logical.Decimal(int precision, int scale) -> decimal(leaf, precision, scale);
            default -> DataType.BINARY;
          };
      case FIXED ->
          switch (logical) {
            case Logical.Decimal(int precision, int scale) -> decimal(leaf, precision, scale);
            case Logical.Uuid() -> leaf.length() == 16 ? DataType.UUID : DataType.BINARY;
            case Logical.Float16() -> leaf.length() == 2 ? DataType.FLOAT32 : DataType.BINARY;
            default -> DataType.BINARY;
          };
    };
  }

  private static DataType integer(int bits, boolean signed) {
    if (signed) {
      return switch (bits) {
        case 8 -> DataType.INT8;
        case 16 -> DataType.INT16;
        case 32 -> DataType.INT32;
        default -> DataType.INT64;
      };
    }
    return switch (bits) {
      case 8 -> DataType.INT16;
      case 16 -> DataType.INT32;
      case 32 -> DataType.INT64;
      default -> new DataType.DecimalType(20, 0);
    };
  }

  private static DataType decimal(SchemaNode leaf, int precision, int scale) {
    if (precision < 1 || precision > 38 || scale < 0 || scale > precision) {
      throw new CorruptData(
          "column \""
              + leaf.name()
              + "\" is DECIMAL("
              + precision
              + ", "
              + scale
              + "), beyond 38 digits");
    }
    return new DataType.DecimalType(precision, scale);
  }
}
