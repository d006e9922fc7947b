package io.bauplan.exec.batch;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.HexFormat;
import java.util.UUID;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.VarBinaryVector;

/// One cell as a person reads it: `2023-01-01 12:30:00`, hexadecimal for bytes, `NULL`.
public final class CellText {
  private static final long MICROS_PER_SECOND = 1_000_000;

  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .appendPattern("HH:mm:ss")
          .appendFraction(ChronoField.MICRO_OF_SECOND, 0, 6, true)
          .toFormatter(java.util.Locale.ROOT);

  private static final DateTimeFormatter DATE_TIME =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .appendLiteral(' ')
          .append(TIME)
          .toFormatter(java.util.Locale.ROOT);

  private CellText() {}

  public static String of(FieldVector vector, int row) {
    if (vector.isNull(row)) {
      return "NULL";
    }
    return switch (vector) {
      case DateDayVector dates -> LocalDate.ofEpochDay(dates.get(row)).toString();
      case TimeMicroVector times -> TIME.format(LocalTime.ofNanoOfDay(times.get(row) * 1000));
      case TimeStampMicroVector times -> DATE_TIME.format(dateTime(times.get(row)));
      case TimeStampMicroTZVector times -> DATE_TIME.format(dateTime(times.get(row))) + "+00";
      case FixedSizeBinaryVector bytes when bytes.getByteWidth() == 16 -> uuid(bytes.get(row));
      case VarBinaryVector bytes -> HexFormat.of().formatHex(bytes.get(row));
      default -> String.valueOf(vector.getObject(row));
    };
  }

  private static LocalDateTime dateTime(long micros) {
    Instant instant =
        Instant.ofEpochSecond(
            Math.floorDiv(micros, MICROS_PER_SECOND),
            Math.floorMod(micros, MICROS_PER_SECOND) * 1000);
    return LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
  }

  private static String uuid(byte[] bytes) {
    var buffer = java.nio.ByteBuffer.wrap(bytes);
    return new UUID(buffer.getLong(), buffer.getLong()).toString();
  }
}
