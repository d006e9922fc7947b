package io.bauplan.exec.batch;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.jspecify.annotations.Nullable;

/// Values of Arrow vectors as plain Java values and as text in SQL's spelling.
public final class CellText {
  private static final double LARGEST_PLAIN = 1e15;
  private static final double SMALLEST_PLAIN = 1e-5;

  private static final int UUID_BYTES = 16;

  private CellText() {}

  /// The value as null, Boolean, Number, String, List or Map; everything without a JSON form of its
  /// own is a String.
  public static @Nullable Object value(FieldVector vector, int row) {
    if (vector.isNull(row)) {
      return null;
    }
    return switch (vector) {
      case TimeStampVector stamps -> timestamp(stamps.get(row), stamps.getField().getType());
      case TimeMicroVector times -> time(LocalTime.ofNanoOfDay(times.get(row) * 1000));
      case FixedSizeBinaryVector bytes when bytes.getByteWidth() == UUID_BYTES ->
          uuid(bytes.get(row));
      case MapVector map -> map(map, row);
      case ListVector list -> list(list, row);
      case StructVector struct -> struct(struct, row);
      default -> plain(vector.getObject(row), vector.getField().getType());
    };
  }

  /// The value as text; null for NULL.
  public static @Nullable String text(FieldVector vector, int row) {
    Object value = value(vector, row);
    return value == null ? null : text(value, false);
  }

  private static String text(@Nullable Object value, boolean nested) {
    return switch (value) {
      case null -> "NULL";
      case String text -> nested ? "'" + text.replace("'", "''") + "'" : text;
      case BigDecimal number -> number.toPlainString();
      case Double number -> real(number);
      case Float number -> real(Double.parseDouble(number.toString()));
      case List<?> list -> {
        StringBuilder text = new StringBuilder("[");
        for (Object element : list) {
          text.append(text.length() == 1 ? "" : ", ").append(text(element, true));
        }
        yield text.append(']').toString();
      }
      case Map<?, ?> map -> {
        StringBuilder text = new StringBuilder("{");
        map.forEach(
            (key, element) ->
                text.append(text.length() == 1 ? "" : ", ")
                    .append(key)
                    .append(": ")
                    .append(text(element, true)));
        yield text.append('}').toString();
      }
      default -> value.toString();
    };
  }

  /// Plain digits for magnitudes that a person reads at a glance, an exponent for the others.
  private static String real(double number) {
    double magnitude = Math.abs(number);
    return magnitude >= LARGEST_PLAIN || magnitude < SMALLEST_PLAIN || Double.isNaN(number)
        ? (magnitude == 0 ? "0.0" : Double.toString(number))
        : BigDecimal.valueOf(number).toPlainString();
  }

  private static Object plain(Object value, ArrowType type) {
    return switch (value) {
      case Boolean b -> b;
      case Number number when type instanceof ArrowType.Date ->
          LocalDate.ofEpochDay(number.longValue()).toString();
      case Number number -> number;
      case byte[] bytes -> "0x" + HexFormat.of().formatHex(bytes);
      case Duration duration -> interval(duration);
      case Period period -> interval(period);
      case LocalDateTime time -> timestamp(time);
      default -> value.toString();
    };
  }

  private static String timestamp(long value, ArrowType type) {
    ArrowType.Timestamp stamp = (ArrowType.Timestamp) type;
    long perSecond =
        switch (stamp.getUnit()) {
          case SECOND -> 1L;
          case MILLISECOND -> 1_000L;
          case MICROSECOND -> 1_000_000L;
          case NANOSECOND -> 1_000_000_000L;
        };
    LocalDateTime time =
        LocalDateTime.ofInstant(
            Instant.ofEpochSecond(
                Math.floorDiv(value, perSecond),
                Math.floorMod(value, perSecond) * (1_000_000_000L / perSecond)),
            ZoneOffset.UTC);
    return stamp.getTimezone() == null ? timestamp(time) : timestamp(time) + "+00:00";
  }

  private static String timestamp(LocalDateTime time) {
    return time.toLocalDate() + " " + time(time.toLocalTime());
  }

  private static String time(LocalTime time) {
    String text =
        String.format("%02d:%02d:%02d", time.getHour(), time.getMinute(), time.getSecond());
    if (time.getNano() == 0) {
      return text;
    }
    String fraction = String.format("%09d", time.getNano()).replaceFirst("0+$", "");
    return text + "." + fraction;
  }

  private static String interval(Duration duration) {
    boolean negative = duration.isNegative();
    Duration size = duration.abs();
    String clock = time(LocalTime.MIN.plus(size.minusDays(size.toDays())));
    String days =
        size.toDays() == 0 ? "" : size.toDays() + (size.toDays() == 1 ? " day " : " days ");
    return (negative ? "-" : "") + days + clock;
  }

  private static String interval(Period period) {
    return period.toTotalMonths() / 12 + " years " + period.toTotalMonths() % 12 + " months";
  }

  private static String uuid(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new UUID(buffer.getLong(), buffer.getLong()).toString();
  }

  private static List<@Nullable Object> list(ListVector vector, int row) {
    FieldVector elements = vector.getDataVector();
    List<@Nullable Object> values = new ArrayList<>();
    for (int i = vector.getElementStartIndex(row); i < vector.getElementEndIndex(row); i++) {
      values.add(value(elements, i));
    }
    return values;
  }

  private static Map<String, @Nullable Object> map(MapVector vector, int row) {
    StructVector entries = (StructVector) vector.getDataVector();
    FieldVector keys = entries.getChildrenFromFields().get(0);
    FieldVector elements = entries.getChildrenFromFields().get(1);
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    for (int i = vector.getElementStartIndex(row); i < vector.getElementEndIndex(row); i++) {
      values.put(String.valueOf(value(keys, i)), value(elements, i));
    }
    return values;
  }

  private static Map<String, @Nullable Object> struct(StructVector vector, int row) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    for (FieldVector child : vector.getChildrenFromFields()) {
      values.put(child.getField().getName(), value(child, row));
    }
    return values;
  }
}
