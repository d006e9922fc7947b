package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.Decimals;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.DataType;
import java.nio.charset.StandardCharsets;

/// Single values of vectors, as [io.bauplan.sql.plan.Expression.Literal] holds them. Not for hot
/// loops.
final class ScalarValues {
  private ScalarValues() {}

  /// A row that is not NULL, of a type that is not nested.
  static Object read(FlatVector vector, int row) {
    long data = vector.dataAddress();
    return switch (vector.type()) {
      case DataType.BooleanType() -> Memory.bit(data, row);
      case DataType.FloatType(int bits) ->
          bits == 32
              ? (double) Memory.getFloat(data + 4L * row)
              : Memory.getDouble(data + 8L * row);
      case DataType.DecimalType ignored -> Decimals.value(vector, row);
      case DataType.VarcharType() -> new String(bytes(vector, row), StandardCharsets.UTF_8);
      case DataType.BinaryType() -> bytes(vector, row);
      case DataType.UuidType() -> {
        byte[] bytes = new byte[16];
        Memory.copy(data + 16L * row, bytes, 0, 16);
        yield bytes;
      }
      default ->
          switch ((int) FlatVector.bitsPerValue(vector.type())) {
            case 8 -> (long) Memory.getByte(data + row);
            case 16 -> (long) Memory.getShort(data + 2L * row);
            case 32 -> (long) Memory.getInt(data + 4L * row);
            case 64 -> Memory.getLong(data + 8L * row);
            default -> throw new IllegalStateException("no scalar: " + vector.type());
          };
    };
  }

  private static byte[] bytes(FlatVector vector, int row) {
    int begin = Memory.getInt(vector.offsetsAddress() + 4L * row);
    byte[] bytes = new byte[Memory.getInt(vector.offsetsAddress() + 4L * row + 4) - begin];
    Memory.copy(vector.dataAddress() + begin, bytes, 0, bytes.length);
    return bytes;
  }
}
