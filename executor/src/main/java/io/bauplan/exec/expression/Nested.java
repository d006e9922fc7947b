package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Decimals;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.DataType;

/// Single values of flat vectors of any type, nested ones included. Row at a time: not for hot
/// loops.
public final class Nested {
  private Nested() {}

  public static boolean isNull(FlatVector vector, int row) {
    return vector.type() instanceof DataType.NullType
        || (vector.validityAddress() != 0 && !Memory.bit(vector.validityAddress(), row));
  }

  /// Total order in which NULLs inside of nested values are equal and above all.
  public static int compare(FlatVector left, int leftRow, FlatVector right, int rightRow) {
    boolean leftNull = isNull(left, leftRow);
    boolean rightNull = isNull(right, rightRow);
    if (leftNull || rightNull) {
      return Boolean.compare(leftNull, rightNull);
    }
    return switch (left.type()) {
      case DataType.ListType ignored -> compareElements(left, leftRow, right, rightRow);
      case DataType.MapType ignored -> compareElements(left, leftRow, right, rightRow);
      case DataType.StructType ignored -> {
        for (int i = 0; i < left.children().size(); i++) {
          int difference =
              compare(
                  left.children().get(i),
                  left.start() + leftRow,
                  right.children().get(i),
                  right.start() + rightRow);
          if (difference != 0) {
            yield difference;
          }
        }
        yield 0;
      }
      case DataType.VarcharType(), DataType.BinaryType() ->
          Bytes.compare(
              begin(left, leftRow),
              length(left, leftRow),
              begin(right, rightRow),
              length(right, rightRow));
      case DataType.UuidType() ->
          Bytes.compare(
              left.dataAddress() + 16L * leftRow, 16, right.dataAddress() + 16L * rightRow, 16);
      case DataType.DecimalType ignored ->
          Int128.compare(
              Decimals.high(left, leftRow),
              Decimals.low(left, leftRow),
              Decimals.high(right, rightRow),
              Decimals.low(right, rightRow));
      case DataType.FloatType(int bits) ->
          ComparisonNode.compare(float64(left, leftRow, bits), float64(right, rightRow, bits));
      default -> Long.compare(integer(left, leftRow), integer(right, rightRow));
    };
  }

  private static int compareElements(FlatVector left, int leftRow, FlatVector right, int rightRow) {
    int l = Memory.getInt(left.offsetsAddress() + 4L * leftRow);
    int leftEnd = Memory.getInt(left.offsetsAddress() + 4L * leftRow + 4);
    int r = Memory.getInt(right.offsetsAddress() + 4L * rightRow);
    int rightEnd = Memory.getInt(right.offsetsAddress() + 4L * rightRow + 4);
    for (; l < leftEnd && r < rightEnd; l++, r++) {
      int difference = compare(left.children().getFirst(), l, right.children().getFirst(), r);
      if (difference != 0) {
        return difference;
      }
    }
    return Integer.compare(leftEnd - l, rightEnd - r);
  }

  /// Equal values hash alike.
  public static long hash(FlatVector vector, int row) {
    if (isNull(vector, row)) {
      return 7;
    }
    return switch (vector.type()) {
      case DataType.ListType ignored -> hashElements(vector, row);
      case DataType.MapType ignored -> hashElements(vector, row);
      case DataType.StructType ignored -> {
        long hash = 17;
        for (FlatVector child : vector.children()) {
          hash = Bytes.mix(hash ^ hash(child, vector.start() + row));
        }
        yield hash;
      }
      case DataType.VarcharType(), DataType.BinaryType() ->
          Bytes.hash(begin(vector, row), length(vector, row));
      case DataType.UuidType() -> Bytes.hash(vector.dataAddress() + 16L * row, 16);
      case DataType.DecimalType ignored ->
          Bytes.mix(Decimals.low(vector, row) ^ Bytes.mix(Decimals.high(vector, row)));
      case DataType.FloatType(int bits) ->
          Bytes.mix(Double.doubleToLongBits(float64(vector, row, bits) + 0.0));
      default -> Bytes.mix(integer(vector, row));
    };
  }

  private static long hashElements(FlatVector vector, int row) {
    int end = Memory.getInt(vector.offsetsAddress() + 4L * row + 4);
    long hash = 31;
    for (int i = Memory.getInt(vector.offsetsAddress() + 4L * row); i < end; i++) {
      hash = Bytes.mix(hash ^ hash(vector.children().getFirst(), i));
    }
    return hash;
  }

  static long begin(FlatVector vector, int row) {
    return vector.dataAddress() + Memory.getInt(vector.offsetsAddress() + 4L * row);
  }

  static int length(FlatVector vector, int row) {
    return Memory.getInt(vector.offsetsAddress() + 4L * row + 4)
        - Memory.getInt(vector.offsetsAddress() + 4L * row);
  }

  static double float64(FlatVector vector, int row, int bits) {
    return bits == 32
        ? Memory.getFloat(vector.dataAddress() + 4L * row)
        : Memory.getDouble(vector.dataAddress() + 8L * row);
  }

  /// The value of a type of at most 64 bits that is no float.
  static long integer(FlatVector vector, int row) {
    long data = vector.dataAddress();
    return switch ((int) FlatVector.bitsPerValue(vector.type())) {
      case 1 -> Memory.bit(data, row) ? 1 : 0;
      case 8 -> Memory.getByte(data + row);
      case 16 -> Memory.getShort(data + 2L * row);
      case 32 -> Memory.getInt(data + 4L * row);
      default -> Memory.getLong(data + 8L * row);
    };
  }
}
