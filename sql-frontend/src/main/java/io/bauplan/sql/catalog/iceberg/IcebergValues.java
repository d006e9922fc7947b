package io.bauplan.sql.catalog.iceberg;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.ByteBuffers;
import org.apache.iceberg.util.UUIDUtil;
import org.jspecify.annotations.Nullable;

/// Single values of primitive types between [io.bauplan.sql.plan.Expression.Literal]'s classes and
/// those that Iceberg holds in memory (Integer days, Long microseconds, UUID, ByteBuffer, ...).
public final class IcebergValues {
  private IcebergValues() {}

  /// Iceberg's value as a literal's. Values of nested types give null: no caller has a use for
  /// them.
  public static @Nullable Object toLiteral(Type type, @Nullable Object value) {
    if (value == null || type.isNestedType()) {
      return null;
    }
    return switch (value) {
      case Integer number -> (Object) number.longValue();
      case Float number -> number.doubleValue();
      case CharSequence text -> text.toString();
      case ByteBuffer bytes -> ByteBuffers.toByteArray(bytes.duplicate());
      case UUID uuid -> UUIDUtil.convert(uuid);
      default -> value;
    };
  }

  /// A literal's value as Iceberg's. Throws IllegalArgumentException or ArithmeticException for one
  /// that the type cannot hold.
  public static @Nullable Object toIceberg(Type type, @Nullable Object value) {
    if (value == null) {
      return null;
    }
    return switch (type.typeId()) {
      case INTEGER, DATE -> Math.toIntExact(((Number) value).longValue());
      case LONG, TIME, TIMESTAMP, TIMESTAMP_NANO -> ((Number) value).longValue();
      case FLOAT -> ((Number) value).floatValue();
      case DOUBLE -> ((Number) value).doubleValue();
      case DECIMAL -> ((BigDecimal) value).setScale(((Types.DecimalType) type).scale());
      case STRING -> value.toString();
      case BOOLEAN -> (Boolean) value;
      case UUID -> value instanceof byte[] bytes ? UUIDUtil.convert(bytes) : (UUID) value;
      case FIXED, BINARY -> value instanceof byte[] bytes ? ByteBuffer.wrap(bytes) : value;
      case STRUCT, LIST, MAP, VARIANT, UNKNOWN, GEOMETRY, GEOGRAPHY ->
          throw new IllegalArgumentException("no single value of type " + type);
    };
  }
}
