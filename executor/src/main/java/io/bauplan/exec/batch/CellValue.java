package io.bauplan.exec.batch;

import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Single cells as [io.bauplan.sql.plan.Expression.Literal] holds values. For code that works row
/// by row because it must; kernels read whole vectors.
public final class CellValue {
  private CellValue() {}

  /// The value of one row; null for NULL. Borrows the vector.
  public static @Nullable Object read(FlatVector vector, int row) {
    DataType type = vector.type();
    if (type instanceof DataType.NullType
        || (vector.validityAddress() != 0 && !Memory.bit(vector.validityAddress(), row))) {
      return null;
    }
    long data = vector.dataAddress();
    return switch (type) {
      case DataType.NullType() -> null;
      case DataType.BooleanType() -> Memory.bit(data, row);
      case DataType.IntegerType(int bits) ->
          switch (bits) {
            case 8 -> (long) Memory.getByte(data + row);
            case 16 -> (long) Memory.getShort(data + 2L * row);
            case 32 -> (long) Memory.getInt(data + 4L * row);
            default -> Memory.getLong(data + 8L * row);
          };
      case DataType.FloatType(int bits) ->
          bits == 32
              ? (double) Memory.getFloat(data + 4L * row)
              : Memory.getDouble(data + 8L * row);
      case DataType.DecimalType ignored -> Decimals.value(vector, row);
      case DataType.VarcharType() -> new String(bytes(vector, row), StandardCharsets.UTF_8);
      case DataType.BinaryType() -> bytes(vector, row);
      case DataType.UuidType() -> uuid(data + 16L * row);
      case DataType.DateType(), DataType.IntervalYearMonthType() ->
          (long) Memory.getInt(data + 4L * row);
      case DataType.TimeType(), DataType.IntervalDayTimeType() -> Memory.getLong(data + 8L * row);
      case DataType.TimestampType ignored -> Memory.getLong(data + 8L * row);
      case DataType.ListType ignored -> list(vector, row);
      case DataType.MapType ignored -> map(vector, row);
      case DataType.StructType(List<Column> fields) -> {
        List<@Nullable Object> values = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
          values.add(read(vector.children().get(i), vector.start() + row));
        }
        yield values;
      }
    };
  }

  private static byte[] uuid(long address) {
    byte[] bytes = new byte[16];
    Memory.copy(address, bytes, 0, bytes.length);
    return bytes;
  }

  private static byte[] bytes(FlatVector vector, int row) {
    long at = vector.offsetsAddress() + 4L * row;
    int begin = Memory.getInt(at);
    byte[] bytes = new byte[Memory.getInt(at + 4) - begin];
    Memory.copy(vector.dataAddress() + begin, bytes, 0, bytes.length);
    return bytes;
  }

  private static List<@Nullable Object> list(FlatVector vector, int row) {
    long at = vector.offsetsAddress() + 4L * row;
    List<@Nullable Object> values = new ArrayList<>();
    for (int i = Memory.getInt(at); i < Memory.getInt(at + 4); i++) {
      values.add(read(vector.children().get(0), i));
    }
    return values;
  }

  private static Map<Object, @Nullable Object> map(FlatVector vector, int row) {
    long at = vector.offsetsAddress() + 4L * row;
    Map<Object, @Nullable Object> values = new LinkedHashMap<>();
    FlatVector entries = vector.children().get(0);
    for (int i = Memory.getInt(at); i < Memory.getInt(at + 4); i++) {
      int entry = entries.start() + i;
      Object key = read(entries.children().get(0), entry);
      if (key != null) {
        values.put(key, read(entries.children().get(1), entry));
      }
    }
    return values;
  }

  /// SQL's order of two non-null values of one type: strings by code point, bytes unsigned, NaN
  /// last.
  @SuppressWarnings("unchecked")
  public static int compare(Object left, Object right) {
    return switch (left) {
      case String text -> compareCodePoints(text, (String) right);
      case byte[] bytes -> java.util.Arrays.compareUnsigned(bytes, (byte[]) right);
      case List<?> list -> compareLists(list, (List<?>) right);
      // As the list of its entries.
      case Map<?, ?> map -> compareLists(entries(map), entries((Map<?, ?>) right));
      case Double number ->
          // -0.0 equals 0.0 in SQL.
          number.doubleValue() == (Double) right ? 0 : Double.compare(number, (Double) right);
      default -> ((Comparable<Object>) left).compareTo(right);
    };
  }

  private static int compareCodePoints(String left, String right) {
    int common = Math.min(left.length(), right.length());
    for (int i = 0; i < common; i++) {
      char l = left.charAt(i);
      char r = right.charAt(i);
      if (l != r) {
        // Surrogates stand for code points above all that one char can hold.
        boolean highLeft = Character.isSurrogate(l);
        return highLeft == Character.isSurrogate(r) ? Character.compare(l, r) : highLeft ? 1 : -1;
      }
    }
    return Integer.compare(left.length(), right.length());
  }

  private static List<@Nullable Object> entries(Map<?, ?> map) {
    List<@Nullable Object> flat = new ArrayList<>();
    map.forEach(
        (key, value) -> {
          flat.add(key);
          flat.add(value);
        });
    return flat;
  }

  private static int compareLists(List<?> left, List<?> right) {
    for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
      Object l = left.get(i);
      Object r = right.get(i);
      int order = l == null || r == null ? Boolean.compare(l == null, r == null) : compare(l, r);
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(left.size(), right.size());
  }
}
