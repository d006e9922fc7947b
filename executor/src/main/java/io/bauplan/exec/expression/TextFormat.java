package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Decimals;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;

/// Values as text, as `CAST(x AS VARCHAR)` gives them.
public final class TextFormat {
  private static final int MAX_PLAIN_EXPONENT = 16;
  private static final int MIN_PLAIN_EXPONENT = -5;

  private TextFormat() {}

  /// The text of a value of LONG kind.
  static String ofLong(DataType type, long value, ZoneId zone) {
    return switch (type) {
      case DataType.BooleanType() -> value != 0 ? "true" : "false";
      case DataType.DateType() -> date(value);
      case DataType.TimeType() -> time(value);
      case DataType.TimestampType(boolean withZone) ->
          withZone ? instant(value, zone) : timestamp(value);
      case DataType.IntervalYearMonthType() -> months(value);
      case DataType.IntervalDayTimeType() -> days(value);
      default -> Long.toString(value);
    };
  }

  public static String date(long days) {
    LocalDate date = LocalDate.ofEpochDay(days);
    int year = date.getYear();
    if (year > 0 && year <= 9999) {
      return date.toString();
    }
    return year > 0
        ? date.toString().substring(1)
        : "%04d-%02d-%02d (BC)".formatted(1 - year, date.getMonthValue(), date.getDayOfMonth());
  }

  static String time(long micros) {
    long second = micros / Dates.MICROS_PER_SECOND;
    StringBuilder text = new StringBuilder(15);
    two(text, second / 3600).append(':');
    two(text, second / 60 % 60).append(':');
    two(text, second % 60);
    long fraction = micros % Dates.MICROS_PER_SECOND;
    if (fraction != 0) {
      String digits = Long.toString(1_000_000 + fraction).substring(1);
      int end = 6;
      while (digits.charAt(end - 1) == '0') {
        end--;
      }
      text.append('.').append(digits, 0, end);
    }
    return text.toString();
  }

  private static StringBuilder two(StringBuilder text, long value) {
    return text.append((char) ('0' + value / 10)).append((char) ('0' + value % 10));
  }

  public static String timestamp(long micros) {
    return date(Math.floorDiv(micros, Dates.MICROS_PER_DAY))
        + " "
        + time(Math.floorMod(micros, Dates.MICROS_PER_DAY));
  }

  private static String instant(long micros, ZoneId zone) {
    long local = Dates.toLocal(micros, zone);
    long offset = (local - micros) / Dates.MICROS_PER_SECOND;
    long magnitude = Math.abs(offset);
    StringBuilder text = new StringBuilder(timestamp(local));
    two(text.append(offset < 0 ? '-' : '+'), magnitude / 3600);
    if (magnitude % 3600 != 0) {
      two(text.append(':'), magnitude / 60 % 60);
    }
    return text.toString();
  }

  private static String months(long months) {
    return (months < 0 ? "-" : "+")
        + Math.abs(months / 12)
        + "-"
        + (Math.abs(months % 12) < 10 ? "0" : "")
        + Math.abs(months % 12);
  }

  private static String days(long micros) {
    long magnitude = Math.abs(micros);
    return (micros < 0 ? "-" : "+")
        + magnitude / Dates.MICROS_PER_DAY
        + " "
        + time(magnitude % Dates.MICROS_PER_DAY);
  }

  /// The shortest text that reads back as the same number, as `1.0`, `0.001`, `1e+16` or `1e-05`.
  public static String ofDouble(double value, boolean single) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal shortest =
        new BigDecimal(single ? Float.toString((float) value) : Double.toString(value))
            .stripTrailingZeros();
    int exponent = shortest.precision() - shortest.scale() - 1;
    if (exponent > MIN_PLAIN_EXPONENT && exponent < MAX_PLAIN_EXPONENT) {
      String plain = shortest.toPlainString();
      return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }
    String digits = shortest.unscaledValue().abs().toString();
    StringBuilder text = new StringBuilder(value < 0 ? "-" : "").append(digits.charAt(0));
    if (digits.length() > 1) {
      text.append('.').append(digits, 1, digits.length());
    }
    two(text.append('e').append(exponent < 0 ? '-' : '+'), Math.abs(exponent) % 100);
    if (Math.abs(exponent) >= 100) {
      text.insert(text.length() - 2, Math.abs(exponent) / 100);
    }
    return text.toString();
  }

  static String uuid(long address) {
    long high = Long.reverseBytes(Memory.getLong(address));
    long low = Long.reverseBytes(Memory.getLong(address + 8));
    return new java.util.UUID(high, low).toString();
  }

  /// Printable ASCII as it is, other bytes as `\xHH`.
  static String binary(long address, int length) {
    StringBuilder text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      int b = Memory.getByte(address + i) & 0xff;
      if (b >= 32 && b < 127 && b != '\\') {
        text.append((char) b);
      } else {
        text.append("\\x")
            .append(Character.forDigit(b >> 4, 16))
            .append(Character.forDigit(b & 15, 16));
      }
    }
    return text.toString();
  }

  /// Any value, nested ones as `[1, 2]`, `{'a': 1}` and `{a=1}`.
  public static String any(FlatVector vector, int row, ZoneId zone) {
    if (Nested.isNull(vector, row)) {
      return "NULL";
    }
    return switch (vector.type()) {
      case DataType.ListType ignored -> elements(vector, row, zone, "[", "]");
      case DataType.MapType ignored -> elements(vector, row, zone, "{", "}");
      case DataType.StructType(List<Column> fields) -> {
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < fields.size(); i++) {
          text.append(i == 0 ? "" : ", ").append('\'').append(fields.get(i).name()).append("': ");
          text.append(any(vector.children().get(i), vector.start() + row, zone));
        }
        yield text.append('}').toString();
      }
      case DataType.VarcharType() ->
          Bytes.string(Nested.begin(vector, row), Nested.length(vector, row));
      case DataType.BinaryType() -> binary(Nested.begin(vector, row), Nested.length(vector, row));
      case DataType.UuidType() -> uuid(vector.dataAddress() + 16L * row);
      case DataType.DecimalType ignored -> Decimals.value(vector, row).toPlainString();
      case DataType.FloatType(int bits) -> ofDouble(Nested.float64(vector, row, bits), bits == 32);
      default -> ofLong(vector.type(), Nested.integer(vector, row), zone);
    };
  }

  private static String elements(
      FlatVector vector, int row, ZoneId zone, String open, String close) {
    int begin = Memory.getInt(vector.offsetsAddress() + 4L * row);
    int end = Memory.getInt(vector.offsetsAddress() + 4L * row + 4);
    FlatVector child = vector.children().getFirst();
    StringBuilder text = new StringBuilder(open);
    for (int i = begin; i < end; i++) {
      text.append(i == begin ? "" : ", ");
      if (vector.type() instanceof DataType.MapType) {
        text.append(any(child.children().get(0), child.start() + i, zone)).append('=');
        text.append(any(child.children().get(1), child.start() + i, zone));
      } else {
        text.append(any(child, i, zone));
      }
    }
    return text.append(close).toString();
  }
}
