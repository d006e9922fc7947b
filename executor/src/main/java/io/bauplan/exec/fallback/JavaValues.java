package io.bauplan.exec.fallback;

import io.bauplan.exec.batch.CellValue;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.expression.Errors;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.calcite.avatica.util.ByteString;
import org.jspecify.annotations.Nullable;

/// Single values between our vectors and the Java classes that Calcite's generated code works on:
/// its times are milliseconds where ours are microseconds.
final class JavaValues {
  private static final long MICROS_PER_MILLI = 1000;

  private JavaValues() {}

  static @Nullable Object fromVector(FlatVector vector, int row) {
    return toJava(CellValue.read(vector, row), vector.type());
  }

  private static @Nullable Object toJava(@Nullable Object value, DataType type) {
    if (value == null) {
      return null;
    }
    return switch (type) {
      case DataType.NullType() -> null;
      case DataType.BooleanType(), DataType.VarcharType() -> value;
      case DataType.DecimalType ignored -> value;
      case DataType.IntegerType(int bits) -> {
        long number = (Long) value;
        yield switch (bits) {
          case 8 -> (Object) (byte) number;
          case 16 -> (short) number;
          case 32 -> (int) number;
          default -> number;
        };
      }
      case DataType.FloatType(int bits) ->
          bits == 32 ? (Object) ((Double) value).floatValue() : value;
      case DataType.BinaryType() -> new ByteString((byte[]) value);
      case DataType.UuidType() -> {
        ByteBuffer buffer = ByteBuffer.wrap((byte[]) value);
        yield new UUID(buffer.getLong(), buffer.getLong());
      }
      case DataType.DateType() -> ((Long) value).intValue();
      case DataType.TimeType() -> (int) millis((Long) value);
      case DataType.TimestampType ignored -> millis((Long) value);
      case DataType.IntervalYearMonthType() -> value;
      case DataType.IntervalDayTimeType() -> millis((Long) value);
      case DataType.ListType(DataType element, boolean ignored) -> {
        List<@Nullable Object> values = new ArrayList<>();
        for (Object item : (List<?>) value) {
          values.add(toJava(item, element));
        }
        yield values;
      }
      case DataType.MapType(DataType key, DataType mapped, boolean ignored) -> {
        Map<@Nullable Object, @Nullable Object> values = new LinkedHashMap<>();
        ((Map<?, ?>) value).forEach((k, v) -> values.put(toJava(k, key), toJava(v, mapped)));
        yield values;
      }
      case DataType.StructType(List<Column> fields) -> {
        List<?> list = (List<?>) value;
        @Nullable Object[] values = new Object[fields.size()];
        for (int i = 0; i < values.length; i++) {
          values[i] = toJava(list.get(i), fields.get(i).type());
        }
        yield values;
      }
    };
  }

  private static long micros(long millis, DataType type) {
    if (Math.abs(millis) > Long.MAX_VALUE / MICROS_PER_MILLI || millis == Long.MIN_VALUE) {
      throw Errors.overflow("a result", type);
    }
    return millis * MICROS_PER_MILLI;
  }

  private static long millis(long micros) {
    if (micros % MICROS_PER_MILLI != 0) {
      throw new EngineException(
          ErrorCode.NOT_SUPPORTED,
          "this function works on whole milliseconds only, and a value has microseconds");
    }
    return micros / MICROS_PER_MILLI;
  }

  /// A result as [io.bauplan.sql.plan.Expression.Literal] holds it.
  static @Nullable Object toLiteral(@Nullable Object value, DataType type) {
    if (value == null) {
      return null;
    }
    return switch (type) {
      case DataType.NullType() -> null;
      case DataType.BooleanType() -> value;
      case DataType.IntegerType ignored -> ((Number) value).longValue();
      case DataType.FloatType ignored -> ((Number) value).doubleValue();
      case DataType.DecimalType(int precision, int scale) -> toDecimal(value, precision, scale);
      case DataType.VarcharType() -> value.toString();
      case DataType.BinaryType() ->
          value instanceof ByteString bytes ? bytes.getBytes() : (byte[]) value;
      case DataType.UuidType() -> uuidBytes((UUID) value);
      case DataType.DateType() -> ((Number) value).longValue();
      case DataType.TimeType() -> ((Number) value).longValue() * MICROS_PER_MILLI;
      case DataType.TimestampType ignored -> micros(((Number) value).longValue(), type);
      case DataType.IntervalYearMonthType() -> ((Number) value).longValue();
      case DataType.IntervalDayTimeType() -> micros(((Number) value).longValue(), type);
      case DataType.ListType(DataType element, boolean ignored) -> {
        List<@Nullable Object> elements = new ArrayList<>();
        for (Object item : value instanceof Object[] array ? List.of(array) : (List<?>) value) {
          elements.add(toLiteral(item, element));
        }
        yield elements;
      }
      case DataType.MapType(DataType key, DataType mapped, boolean ignored) -> {
        Map<Object, @Nullable Object> entries = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
          Object entryKey = toLiteral(entry.getKey(), key);
          if (entryKey != null) {
            entries.put(entryKey, toLiteral(entry.getValue(), mapped));
          }
        }
        yield entries;
      }
      case DataType.StructType(List<Column> fields) -> {
        List<?> values =
            value instanceof Object[] array ? java.util.Arrays.asList(array) : (List<?>) value;
        List<@Nullable Object> converted = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
          converted.add(toLiteral(values.get(i), fields.get(i).type()));
        }
        yield converted;
      }
    };
  }

  private static BigDecimal toDecimal(Object value, int precision, int scale) {
    BigDecimal decimal =
        (value instanceof BigDecimal exact ? exact : new BigDecimal(value.toString()))
            .setScale(scale, RoundingMode.HALF_UP);
    if (decimal.precision() > precision) {
      throw new EngineException(
          ErrorCode.NUMERIC_OVERFLOW,
          "the result does not fit DECIMAL(" + precision + ", " + scale + ")");
    }
    return decimal;
  }

  private static byte[] uuidBytes(UUID uuid) {
    return ByteBuffer.allocate(16)
        .putLong(uuid.getMostSignificantBits())
        .putLong(uuid.getLeastSignificantBits())
        .array();
  }
}
