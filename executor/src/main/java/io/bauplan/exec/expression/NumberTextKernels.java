package io.bauplan.exec.expression;

import io.bauplan.exec.expression.StrictNode.Kernel;
import io.bauplan.sql.plan.DataType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.text.ParseException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Numbers as text by a pattern and back, in other bases, and in buckets.
final class NumberTextKernels {
  private static final DecimalFormatSymbols SYMBOLS = DecimalFormatSymbols.getInstance(Locale.ROOT);

  private NumberTextKernels() {}

  static @Nullable Kernel find(String function, List<DataType> types) {
    return switch (function) {
      case "to_char" ->
          types.size() == 2 && Types.isNumeric(types.getFirst())
              ? (in, row, out) ->
                  out.set(
                      row,
                      format(number(in[0], types.getFirst(), row), TextKernels.text(in[1], row)))
              : null;
      case "to_number_format" ->
          (in, row, out) ->
              out.set(row, parse(TextKernels.text(in[0], row), TextKernels.text(in[1], row)));
      case "to_base" ->
          (in, row, out) -> out.set(row, Long.toString(in[0].longs[row], base(in[1].longs[row])));
      case "from_base" -> NumberTextKernels::fromBase;
      case "width_bucket" ->
          types.size() == 4
              ? (in, row, out) ->
                  out.set(
                      row,
                      bucket(
                          number(in[0], types.get(0), row).doubleValue(),
                          number(in[1], types.get(1), row).doubleValue(),
                          number(in[2], types.get(2), row).doubleValue(),
                          in[3].longs[row]))
              : null;
      case "format_number" ->
          types.size() == 1
              ? (in, row, out) -> out.set(row, shortened(number(in[0], types.getFirst(), row)))
              : null;
      case "infinity" -> (in, row, out) -> out.set(row, Double.POSITIVE_INFINITY);
      case "nan" -> (in, row, out) -> out.set(row, Double.NaN);
      case "is_finite" ->
          (in, row, out) ->
              out.set(
                  row,
                  in[0].kind != Register.Kind.DOUBLE || Double.isFinite(in[0].doubles[row])
                      ? 1L
                      : 0L);
      default -> null;
    };
  }

  static BigDecimal number(Register register, DataType type, int row) {
    return switch (type) {
      case DataType.FloatType ignored -> {
        double value = register.doubles[row];
        if (!Double.isFinite(value)) {
          throw Errors.invalidArgument(value + " has no digits");
        }
        yield BigDecimal.valueOf(value);
      }
      case DataType.DecimalType(int ignored, int scale) ->
          register.wide
              ? new BigDecimal(
                  BigInteger.valueOf(register.high(row))
                      .shiftLeft(64)
                      .add(new BigInteger(Long.toUnsignedString(register.longs[row]))),
                  scale)
              : BigDecimal.valueOf(register.longs[row], scale);
      default -> BigDecimal.valueOf(register.longs[row]);
    };
  }

  private static int base(long base) {
    if (base < Character.MIN_RADIX || base > Character.MAX_RADIX) {
      throw Errors.invalidArgument("a base is between 2 and 36, not " + base);
    }
    return (int) base;
  }

  private static void fromBase(Register[] in, int row, StrictNode.Output out) {
    String text = TextKernels.text(in[0], row);
    try {
      out.set(row, Long.parseLong(text, base(in[1].longs[row])));
    } catch (NumberFormatException e) {
      throw Errors.invalidArgument(
          "'" + Errors.shorten(text) + "' is no number of base " + in[1].longs[row]);
    }
  }

  /// 0 below the range, `count + 1` above it.
  private static long bucket(double value, double low, double high, long count) {
    if (count <= 0 || low == high) {
      throw Errors.invalidArgument("WIDTH_BUCKET needs a range and at least one bucket");
    }
    double at = (value - low) / (high - low);
    return at < 0 ? 0 : at >= 1 ? count + 1 : (long) Math.floor(at * count) + 1;
  }

  /// With `#` in it Java's pattern; else `9`s and `0`s, a blank for the sign before them, blanks
  /// for
  /// `9`s without a digit, unless it begins with `FM`.
  static String format(BigDecimal number, String pattern) {
    if (pattern.indexOf('#') >= 0) {
      try {
        DecimalFormat format = new DecimalFormat(pattern, SYMBOLS);
        format.setRoundingMode(RoundingMode.HALF_UP);
        return format.format(number);
      } catch (IllegalArgumentException e) {
        throw Errors.invalidArgument("'" + Errors.shorten(pattern) + "' is no pattern of numbers");
      }
    }
    boolean tight = pattern.regionMatches(true, 0, "FM", 0, 2);
    String digits = tight ? pattern.substring(2) : pattern;
    if (!digits.matches("[$]?[90,]*([.][90]*)?")) {
      throw Errors.invalidArgument(
          "'" + Errors.shorten(pattern) + "' is no pattern of numbers; write one of 9 0 , . or #");
    }
    boolean currency = digits.startsWith("$");
    digits = currency ? digits.substring(1) : digits;
    int point = digits.indexOf('.');
    int scale = point < 0 ? 0 : digits.length() - point - 1;
    BigDecimal rounded = number.abs().setScale(scale, RoundingMode.HALF_UP);
    String plain = rounded.toPlainString();
    String whole = scale == 0 ? plain : plain.substring(0, plain.length() - scale - 1);
    String places = point < 0 ? digits : digits.substring(0, point);
    if (whole.equals("0") && places.indexOf('0') < 0 && !places.isEmpty()) {
      whole = scale > 0 ? "" : "0";
    }
    String body = whole(whole, places);
    String text =
        (number.signum() < 0 ? "-" : tight ? "" : " ")
            + (currency ? "$" : "")
            + body.strip()
            + (scale == 0 ? "" : plain.substring(plain.length() - scale - 1));
    return tight ? text : " ".repeat(body.length() - body.stripLeading().length()) + text;
  }

  private static String whole(String digits, String places) {
    StringBuilder reversed = new StringBuilder();
    int next = digits.length() - 1;
    boolean zeros = false;
    for (int i = places.length() - 1; i >= 0; i--) {
      char place = places.charAt(i);
      zeros = places.substring(0, i + 1).indexOf('0') >= 0;
      if (place == ',') {
        reversed.append(next >= 0 || zeros ? ',' : ' ');
      } else if (next >= 0) {
        reversed.append(digits.charAt(next--));
      } else {
        reversed.append(zeros ? '0' : ' ');
      }
    }
    // As PostgreSQL shows a number that is too long for its pattern.
    return next >= 0 ? places.replaceAll("[90]", "#") : reversed.reverse().toString();
  }

  private static double parse(String text, String pattern) {
    try {
      String java = pattern.indexOf('#') >= 0 ? pattern : pattern.replace('9', '#');
      return new DecimalFormat(java, SYMBOLS).parse(text.strip()).doubleValue();
    } catch (ParseException | IllegalArgumentException e) {
      throw Errors.invalidArgument(
          "'" + Errors.shorten(text) + "' does not fit '" + Errors.shorten(pattern) + "'");
    }
  }

  /// Three digits and a letter for the thousands.
  private static String shortened(BigDecimal number) {
    String[] units = {"", "K", "M", "B", "T", "Q"};
    BigDecimal value = number;
    int unit = 0;
    while (value.abs().compareTo(BigDecimal.valueOf(1000)) >= 0 && unit < units.length - 1) {
      value = value.movePointLeft(3);
      unit++;
    }
    int whole = value.abs().toBigInteger().toString().length();
    BigDecimal rounded = value.setScale(Math.max(0, 3 - whole), RoundingMode.HALF_UP);
    return (unit == 0 && rounded.signum() != 0 || rounded.scale() > 0
                ? rounded.stripTrailingZeros()
                : rounded)
            .toPlainString()
        + units[unit];
  }
}
