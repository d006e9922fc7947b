package io.bauplan.exec.batch;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.DateMilliVector;
import org.apache.arrow.vector.DurationVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntervalDayVector;
import org.apache.arrow.vector.TimeMilliVector;
import org.apache.arrow.vector.TimeNanoVector;
import org.apache.arrow.vector.TimeSecVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.UInt2Vector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.holders.NullableIntervalDayHolder;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;

/// Arrow types that the engine holds in another layout: copied value by value.
final class ForeignVectors {
  private static final int MICROS_PER_MILLI = 1000;

  private ForeignVectors() {}

  static FlatVector convert(FieldVector vector, DataType type, BufferAllocator allocator) {
    int length = vector.getValueCount();
    try (VectorBuilder builder = new VectorBuilder(type, length, allocator)) {
      for (int row = 0; row < length; row++) {
        if (vector.isNull(row)) {
          builder.appendNull();
        } else {
          append(vector, row, builder);
        }
      }
      return builder.build();
    }
  }

  private static void append(FieldVector vector, int row, VectorBuilder to) {
    switch (vector) {
      case UInt1Vector v -> to.appendLong(v.get(row) & 0xffL);
      case UInt2Vector v -> to.appendLong(v.get(row));
      case UInt4Vector v -> to.appendLong(v.get(row) & 0xffffffffL);
      case UInt8Vector v -> to.appendInt128(0, v.get(row));
      case DateMilliVector v -> to.appendLong(Math.floorDiv(v.get(row), 86_400_000L));
      case TimeSecVector v -> to.appendLong(v.get(row) * 1_000_000L);
      case TimeMilliVector v -> to.appendLong(v.get(row) * 1000L);
      case TimeNanoVector v -> to.appendLong(v.get(row) / 1000);
      case TimeStampVector v ->
          to.appendLong(
              micros(v.get(row), ((ArrowType.Timestamp) v.getField().getType()).getUnit()));
      case DurationVector v ->
          to.appendLong(
              micros(
                  DurationVector.get(v.getDataBuffer(), row),
                  ((ArrowType.Duration) v.getField().getType()).getUnit()));
      case IntervalDayVector v -> {
        NullableIntervalDayHolder holder = new NullableIntervalDayHolder();
        v.get(row, holder);
        to.appendLong(
            holder.days * 86_400_000_000L + (long) holder.milliseconds * MICROS_PER_MILLI);
      }
      default -> appendObject(vector.getObject(row), vector, to);
    }
  }

  private static long micros(long value, TimeUnit unit) {
    try {
      return switch (unit) {
        case SECOND -> Math.multiplyExact(value, 1_000_000L);
        case MILLISECOND -> Math.multiplyExact(value, 1000L);
        case MICROSECOND -> value;
        case NANOSECOND -> Math.floorDiv(value, 1000L);
      };
    } catch (ArithmeticException e) {
      throw new EngineException(
          ErrorCode.NUMERIC_OVERFLOW, "a timestamp is out of range for microseconds", e);
    }
  }

  /// Values of large and view strings and lists, fixed-size ones, other decimals, half floats.
  private static void appendObject(Object value, FieldVector vector, VectorBuilder to) {
    switch (value) {
      case Boolean flag -> to.appendLong(flag ? 1 : 0);
      case BigDecimal decimal -> {
        BigInteger unscaled = decimal.unscaledValue();
        to.appendInt128(unscaled.shiftRight(64).longValue(), unscaled.longValue());
      }
      case Double number -> to.appendDouble(number);
      case Float number -> to.appendDouble(number);
      case Short half when vector.getField().getType() instanceof ArrowType.FloatingPoint ->
          to.appendDouble(Float.float16ToFloat(half));
      case Number number -> to.appendLong(number.longValue());
      case byte[] bytes -> to.appendBytes(bytes);
      case CharSequence text -> to.appendBytes(text.toString().getBytes(StandardCharsets.UTF_8));
      case org.apache.arrow.vector.util.Text text -> to.appendBytes(text.copyBytes());
      case List<?> ignored -> appendList(vector, value, to);
      default ->
          throw new EngineException(
              ErrorCode.NOT_SUPPORTED,
              "column \""
                  + vector.getName()
                  + "\" has the Arrow type "
                  + vector.getField().getType()
                  + ", which cannot be read");
    }
  }

  private static void appendList(FieldVector vector, Object value, VectorBuilder to) {
    FieldVector elements = vector.getChildrenFromFields().getFirst();
    for (Object element : (List<?>) value) {
      if (element == null) {
        to.child(0).appendNull();
      } else {
        appendObject(element, elements, to.child(0));
      }
    }
    to.endList();
  }
}
