package io.bauplan.exec.expression;

import io.bauplan.exec.expression.StrictNode.Kernel;
import io.bauplan.sql.plan.DataType;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/// Functions of numbers.
final class NumberKernels {
  private static final int MAX_DIGITS = 38;

  private NumberKernels() {}

  static @Nullable Kernel find(String function, List<DataType> types, DataType result) {
    if (types.isEmpty() || !types.stream().allMatch(Types::isNumeric)) {
      return null;
    }
    boolean floats = result instanceof DataType.FloatType;
    return switch (function) {
      case "abs" -> abs(types.getFirst(), result);
      case "sign" -> sign(types.getFirst(), result);
      case "floor" -> types.size() == 1 ? round(types, result, RoundingMode.FLOOR) : null;
      case "ceil", "ceiling" ->
          types.size() == 1 ? round(types, result, RoundingMode.CEILING) : null;
      case "round" -> round(types, result, RoundingMode.HALF_UP);
      case "truncate", "trunc" -> round(types, result, RoundingMode.DOWN);
      case "sqrt" -> floats ? real(NumberKernels::sqrt) : null;
      case "exp" -> floats ? real(Math::exp) : null;
      case "ln" -> floats ? real(value -> Math.log(positive(value, "LN"))) : null;
      case "log10" -> floats ? real(value -> Math.log10(positive(value, "LOG10"))) : null;
      case "log2" -> floats ? real(value -> Math.log(positive(value, "LOG2")) / Math.log(2)) : null;
      case "sin" -> floats ? real(Math::sin) : null;
      case "cos" -> floats ? real(Math::cos) : null;
      case "tan" -> floats ? real(Math::tan) : null;
      case "asin" -> floats ? real(Math::asin) : null;
      case "acos" -> floats ? real(Math::acos) : null;
      case "atan" -> floats ? real(Math::atan) : null;
      case "sinh" -> floats ? real(Math::sinh) : null;
      case "cosh" -> floats ? real(Math::cosh) : null;
      case "tanh" -> floats ? real(Math::tanh) : null;
      case "cbrt" -> floats ? real(Math::cbrt) : null;
      case "cot" -> floats ? real(value -> 1 / Math.tan(value)) : null;
      case "degrees" -> floats ? real(Math::toDegrees) : null;
      case "radians" -> floats ? real(Math::toRadians) : null;
      case "power", "pow" ->
          floats && types.size() == 2
              ? (in, row, out) -> out.set(row, Math.pow(real(in[0], row), real(in[1], row)))
              : null;
      case "atan2" ->
          floats && types.size() == 2
              ? (in, row, out) -> out.set(row, Math.atan2(real(in[0], row), real(in[1], row)))
              : null;
      default -> null;
    };
  }

  private static double sqrt(double value) {
    if (value < 0) {
      throw Errors.invalidArgument("SQRT of the negative number " + value);
    }
    return Math.sqrt(value);
  }

  private static double positive(double value, String function) {
    if (value <= 0) {
      throw Errors.invalidArgument(function + " of " + value + ", which is not above zero");
    }
    return value;
  }

  private static Kernel real(DoubleUnaryOperator function) {
    return (in, row, out) -> out.set(row, function.applyAsDouble(real(in[0], row)));
  }

  static double real(Register register, int row) {
    return switch (register.kind) {
      case DOUBLE -> register.doubles[row];
      case DECIMAL -> register.decimal(row).doubleValue();
      default -> register.longs[row];
    };
  }

  private static @Nullable Kernel abs(DataType input, DataType result) {
    return switch (Register.kind(result)) {
      case LONG ->
          !(input instanceof DataType.IntegerType(int bits))
              ? null
              : (in, row, out) -> {
                long value = in[0].longs[row];
                if (value == Long.MIN_VALUE >> 64 - bits) {
                  throw Errors.overflow("the absolute value", result);
                }
                out.set(row, Math.abs(value));
              };
      case DOUBLE -> (in, row, out) -> out.set(row, Math.abs(real(in[0], row)));
      case DECIMAL ->
          (in, row, out) ->
              out.set(
                  row,
                  scaled(in[0], row, scale(result), RoundingMode.HALF_UP).abs().unscaledValue());
      default -> null;
    };
  }

  private static @Nullable Kernel sign(DataType input, DataType result) {
    return switch (Register.kind(result)) {
      case LONG -> (in, row, out) -> out.set(row, (long) signum(in[0], row));
      case DOUBLE -> (in, row, out) -> out.set(row, (double) signum(in[0], row));
      case DECIMAL ->
          (in, row, out) ->
              out.set(
                  row,
                  BigDecimal.valueOf(signum(in[0], row)).setScale(scale(result)).unscaledValue());
      default -> null;
    };
  }

  private static int signum(Register in, int row) {
    return switch (in.kind) {
      case DOUBLE -> (int) Math.signum(in.doubles[row]);
      case DECIMAL -> in.unscaled(row).signum();
      default -> Long.signum(in.longs[row]);
    };
  }

  private static int scale(DataType type) {
    return type instanceof DataType.DecimalType(int ignored, int scale) ? scale : 0;
  }

  private static BigDecimal scaled(Register in, int row, int scale, RoundingMode mode) {
    return decimal(in, row).setScale(scale, mode);
  }

  private static BigDecimal decimal(Register in, int row) {
    return in.kind == Register.Kind.DECIMAL ? in.decimal(row) : BigDecimal.valueOf(in.longs[row]);
  }

  /// FLOOR, CEIL, ROUND and TRUNCATE, the last two to an optional number of digits.
  private static @Nullable Kernel round(List<DataType> types, DataType result, RoundingMode mode) {
    boolean withDigits = types.size() == 2;
    DataType input = types.getFirst();
    if (input instanceof DataType.FloatType) {
      return result instanceof DataType.FloatType
          ? (in, row, out) ->
              out.set(row, round(in[0].doubles[row], withDigits ? digits(in[1], row) : 0, mode))
          : null;
    }
    return switch (Register.kind(result)) {
      case LONG ->
          (in, row, out) -> {
            BigDecimal rounded =
                decimal(in[0], row).setScale(withDigits ? digits(in[1], row) : 0, mode);
            int bits = ((DataType.IntegerType) result).bits();
            if (rounded.toBigInteger().bitLength() >= bits) {
              throw Errors.overflow("the rounded value", result);
            }
            out.set(row, rounded.longValue());
          };
      case DECIMAL ->
          (in, row, out) -> {
            BigDecimal value = decimal(in[0], row);
            int digits = withDigits ? digits(in[1], row) : 0;
            BigDecimal rounded = digits < value.scale() ? value.setScale(digits, mode) : value;
            out.set(row, rounded.setScale(scale(result), RoundingMode.HALF_UP).unscaledValue());
          };
      case DOUBLE ->
          (in, row, out) ->
              out.set(
                  row,
                  decimal(in[0], row)
                      .setScale(withDigits ? digits(in[1], row) : 0, mode)
                      .doubleValue());
      default -> null;
    };
  }

  private static int digits(Register register, int row) {
    return (int) Math.max(-MAX_DIGITS, Math.min(MAX_DIGITS, register.longs[row]));
  }

  private static double round(double value, int digits, RoundingMode mode) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return value;
    }
    if (digits == 0) {
      return switch (mode) {
        case FLOOR -> Math.floor(value);
        case CEILING -> Math.ceil(value);
        case DOWN -> value < 0 ? Math.ceil(value) : Math.floor(value);
        default -> NumericCastNode.roundHalfUp(value);
      };
    }
    return new BigDecimal(Double.toString(value)).setScale(digits, mode).doubleValue();
  }
}
