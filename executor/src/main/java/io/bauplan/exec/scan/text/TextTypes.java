package io.bauplan.exec.scan.text;

import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What type a text looks like, and text as a value of a type.
final class TextTypes {
  private static final int MAX_NUMBER_CHARS = 64;

  private TextTypes() {}

  /// The narrowest of BOOLEAN, BIGINT, DOUBLE, DATE, TIMESTAMP (with or without zone) and VARCHAR
  /// that a cell reads as. Digits with leading zeros are names (postcodes), not numbers.
  static DataType ofCell(String text) {
    if (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")) {
      return DataType.BOOLEAN;
    }
    DataType number = ofNumber(text);
    return number != null ? number : ofString(text);
  }

  /// DATE, TIMESTAMP or VARCHAR.
  static DataType ofString(String text) {
    int length = text.length();
    if (length < 8 || length > 40 || text.charAt(0) < '0' || text.charAt(0) > '9') {
      return DataType.VARCHAR;
    }
    if (DateTimes.date(text) != DateTimes.INVALID) {
      return DataType.DATE;
    }
    if (DateTimes.timestamp(text) == DateTimes.INVALID) {
      return DataType.VARCHAR;
    }
    return DateTimes.hasZone(text) ? DataType.TIMESTAMP_TZ : DataType.TIMESTAMP;
  }

  private static @Nullable DataType ofNumber(String text) {
    int length = text.length();
    if (length == 0 || length > MAX_NUMBER_CHARS) {
      return null;
    }
    int at = text.charAt(0) == '-' || text.charAt(0) == '+' ? 1 : 0;
    int digits = at;
    while (digits < length && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
      digits++;
    }
    if (digits == length && digits > at) {
      if (text.charAt(at) == '0' && digits - at > 1) {
        return null;
      }
      try {
        long ignored = Long.parseLong(text);
        return DataType.INT64;
      } catch (NumberFormatException e) {
        return DataType.FLOAT64;
      }
    }
    return Double.isNaN(number(text)) ? null : DataType.FLOAT64;
  }

  /// A decimal number with or without exponent; NaN where the text is none.
  static double number(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E') {
        return Double.NaN;
      }
    }
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /// The narrowest type that holds the values of both; VARCHAR where only text does.
  static DataType merge(DataType a, DataType b) {
    if (a.equals(b) || b instanceof DataType.NullType) {
      return a;
    }
    if (a instanceof DataType.NullType) {
      return b;
    }
    if (isNumber(a) && isNumber(b)) {
      return DataType.FLOAT64;
    }
    boolean dates =
        (a instanceof DataType.DateType || a instanceof DataType.TimestampType)
            && (b instanceof DataType.DateType || b instanceof DataType.TimestampType);
    if (dates && !a.equals(DataType.TIMESTAMP_TZ) && !b.equals(DataType.TIMESTAMP_TZ)) {
      return DataType.TIMESTAMP;
    }
    if (a instanceof DataType.ListType(DataType x, boolean m)
        && b instanceof DataType.ListType(DataType y, boolean n)) {
      return new DataType.ListType(merge(x, y), m || n);
    }
    if (a instanceof DataType.StructType(List<Column> x)
        && b instanceof DataType.StructType(List<Column> y)) {
      Map<String, DataType> fields = new LinkedHashMap<>();
      x.forEach(field -> fields.put(field.name(), field.type()));
      y.forEach(field -> fields.merge(field.name(), field.type(), TextTypes::merge));
      List<Column> merged = new ArrayList<>();
      fields.forEach((name, type) -> merged.add(new Column(name, type, true)));
      return new DataType.StructType(merged);
    }
    return DataType.VARCHAR;
  }

  private static boolean isNumber(DataType type) {
    return type instanceof DataType.IntegerType || type instanceof DataType.FloatType;
  }

  /// The type for a column that had only NULLs: text.
  static DataType settled(DataType type) {
    return switch (type) {
      case DataType.NullType() -> DataType.VARCHAR;
      case DataType.ListType(DataType element, boolean nullable) ->
          new DataType.ListType(settled(element), nullable);
      case DataType.StructType(List<Column> fields) ->
          new DataType.StructType(
              fields.stream()
                  .map(f -> new Column(f.name(), settled(f.type()), f.nullable()))
                  .toList());
      default -> type;
    };
  }

  /// Appends a text as a value of the builder's column type; false where it is none.
  static boolean append(String text, DataType type, VectorBuilder to) {
    switch (type) {
      case DataType.VarcharType() -> to.appendBytes(text.getBytes(StandardCharsets.UTF_8));
      case DataType.BooleanType() -> {
        boolean value = text.equalsIgnoreCase("true");
        if (!value && !text.equalsIgnoreCase("false")) {
          return false;
        }
        to.appendLong(value ? 1 : 0);
      }
      case DataType.IntegerType(int bits) -> {
        try {
          long value = Long.parseLong(text);
          if (value << 64 - bits >> 64 - bits != value) {
            return false;
          }
          to.appendLong(value);
        } catch (NumberFormatException e) {
          return false;
        }
      }
      case DataType.FloatType ignored -> {
        double value = number(text);
        if (Double.isNaN(value)) {
          return false;
        }
        to.appendDouble(value);
      }
      case DataType.DecimalType(int precision, int scale) -> {
        try {
          BigDecimal value = new BigDecimal(text).setScale(scale);
          if (value.precision() > precision) {
            return false;
          }
          to.appendValue(value);
        } catch (NumberFormatException | ArithmeticException e) {
          return false;
        }
      }
      case DataType.DateType() -> {
        long days = DateTimes.date(text);
        if (days == DateTimes.INVALID) {
          return false;
        }
        to.appendLong(days);
      }
      case DataType.TimestampType ignored -> {
        long micros = DateTimes.timestamp(text);
        if (micros == DateTimes.INVALID) {
          return false;
        }
        to.appendLong(micros);
      }
      default -> {
        return false;
      }
    }
    return true;
  }
}
