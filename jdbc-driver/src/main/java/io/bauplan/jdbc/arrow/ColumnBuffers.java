package io.bauplan.jdbc.arrow;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The buffers of one record batch that is being written.
///
/// Classes of values: Boolean for BOOL, Number for integers and floats, BigDecimal for DECIMAL,
/// String for UTF8, byte[] for BINARY and FIXED_BINARY, UUID, LocalDate, LocalTime, LocalDateTime
/// for TIMESTAMP, Instant for TIMESTAMP_TZ.
final class ColumnBuffers {
  private static final int ALIGNMENT_BYTES = 8;
  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final long MILLIS_PER_DAY = 86_400_000;

  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private final List<long[]> extents = new ArrayList<>();

  int count() {
    return extents.size();
  }

  long offset(int buffer) {
    return extents.get(buffer)[0];
  }

  long length(int buffer) {
    return extents.get(buffer)[1];
  }

  long size() {
    return body.size();
  }

  byte[] body() {
    return body.toByteArray();
  }

  /// Writes column `at` of the rows and returns its number of nulls.
  int append(ArrowField field, List<@Nullable Object[]> rows, int at) {
    if (field.kind() == Kind.NULL) {
      return rows.size();
    }
    byte[] validity = new byte[(rows.size() + 7) / 8];
    int nulls = 0;
    for (int row = 0; row < rows.size(); row++) {
      if (rows.get(row)[at] == null) {
        nulls++;
      } else {
        validity[row >> 3] |= (byte) (1 << (row & 7));
      }
    }
    buffer(nulls == 0 ? new byte[0] : validity);
    switch (field.kind()) {
      case UTF8, BINARY -> variable(rows, at);
      case BOOL -> bits(rows, at);
      default -> fixed(field, rows, at);
    }
    return nulls;
  }

  private void variable(List<@Nullable Object[]> rows, int at) {
    ByteBuffer offsets = little((rows.size() + 1) * 4);
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    offsets.putInt(0);
    for (@Nullable Object[] row : rows) {
      Object value = row[at];
      if (value instanceof byte[] bytes) {
        data.writeBytes(bytes);
      } else if (value != null) {
        data.writeBytes(value.toString().getBytes(StandardCharsets.UTF_8));
      }
      offsets.putInt(data.size());
    }
    buffer(offsets.array());
    buffer(data.toByteArray());
  }

  private void bits(List<@Nullable Object[]> rows, int at) {
    byte[] bits = new byte[(rows.size() + 7) / 8];
    for (int row = 0; row < rows.size(); row++) {
      if (Boolean.TRUE.equals(rows.get(row)[at])) {
        bits[row >> 3] |= (byte) (1 << (row & 7));
      }
    }
    buffer(bits);
  }

  private void fixed(ArrowField field, List<@Nullable Object[]> rows, int at) {
    int width = width(field);
    ByteBuffer values = little(rows.size() * width);
    for (int row = 0; row < rows.size(); row++) {
      Object value = rows.get(row)[at];
      values.position(row * width);
      if (value != null) {
        put(field, values, value);
      }
    }
    buffer(values.array());
  }

  private static int width(ArrowField field) {
    return switch (field.kind()) {
      case INT8, UINT8 -> 1;
      case INT16, UINT16 -> 2;
      case INT32, UINT32, FLOAT32, DATE_DAY, TIME32 -> 4;
      case DECIMAL, FIXED_BINARY, UUID -> field.width();
      default -> 8;
    };
  }

  private static void put(ArrowField field, ByteBuffer target, Object value) {
    switch (field.kind()) {
      case INT8, UINT8 -> target.put(((Number) value).byteValue());
      case INT16, UINT16 -> target.putShort(((Number) value).shortValue());
      case INT32, UINT32 -> target.putInt(((Number) value).intValue());
      case INT64, UINT64 -> target.putLong(((Number) value).longValue());
      case FLOAT32 -> target.putFloat(((Number) value).floatValue());
      case FLOAT64 -> target.putDouble(((Number) value).doubleValue());
      case DECIMAL -> putDecimal(field, target, (BigDecimal) value);
      case FIXED_BINARY -> {
        byte[] bytes = (byte[]) value;
        target.put(bytes, 0, Math.min(bytes.length, field.width()));
      }
      case UUID -> {
        UUID uuid = (UUID) value;
        target.order(ByteOrder.BIG_ENDIAN);
        target.putLong(uuid.getMostSignificantBits()).putLong(uuid.getLeastSignificantBits());
        target.order(ByteOrder.LITTLE_ENDIAN);
      }
      case DATE_DAY -> target.putInt((int) ((LocalDate) value).toEpochDay());
      case DATE_MILLI -> target.putLong(((LocalDate) value).toEpochDay() * MILLIS_PER_DAY);
      case TIME32 -> target.putInt((int) timeUnits(field, (LocalTime) value));
      case TIME64 -> target.putLong(timeUnits(field, (LocalTime) value));
      case TIMESTAMP -> {
        LocalDateTime timestamp = (LocalDateTime) value;
        target.putLong(units(field, timestamp.toEpochSecond(ZoneOffset.UTC), timestamp.getNano()));
      }
      case TIMESTAMP_TZ -> {
        Instant instant = (Instant) value;
        target.putLong(units(field, instant.getEpochSecond(), instant.getNano()));
      }
      default -> throw new IllegalArgumentException("the driver does not write " + field.kind());
    }
  }

  private static long timeUnits(ArrowField field, LocalTime time) {
    return time.toNanoOfDay() / (NANOS_PER_SECOND / field.unitsPerSecond());
  }

  private static long units(ArrowField field, long seconds, int nanos) {
    long perSecond = field.unitsPerSecond();
    return Math.addExact(
        Math.multiplyExact(seconds, perSecond), nanos / (NANOS_PER_SECOND / perSecond));
  }

  private static void putDecimal(ArrowField field, ByteBuffer target, BigDecimal value) {
    BigInteger unscaled = value.setScale(field.scale(), RoundingMode.HALF_UP).unscaledValue();
    byte[] bigEndian = unscaled.toByteArray();
    if (bigEndian.length > field.width()) {
      throw new ArithmeticException(value + " does not fit into the parameter's decimal type");
    }
    byte fill = (byte) (unscaled.signum() < 0 ? -1 : 0);
    for (int i = 0; i < field.width(); i++) {
      target.put(i < bigEndian.length ? bigEndian[bigEndian.length - 1 - i] : fill);
    }
  }

  private void buffer(byte[] bytes) {
    extents.add(new long[] {body.size(), bytes.length});
    body.writeBytes(bytes);
    int padding = -bytes.length & ALIGNMENT_BYTES - 1;
    body.writeBytes(new byte[padding]);
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
