package io.bauplan.exec.operator.window;

import io.bauplan.exec.batch.CellValue;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// States of aggregates that have no vectorized form.
final class ValueStates {
  private ValueStates() {}

  static double number(Object value) {
    return value instanceof Double real ? real : Accumulator.decimal(value).doubleValue();
  }

  /// A quantile of the values in order; NULLs do not count. Several arguments come as a list: the
  /// value, then the fraction.
  static final class Quantile extends Accumulator {
    private final boolean continuous;
    private final boolean median;
    private final boolean descending;
    private final boolean asDouble;
    private final List<Object> values = new ArrayList<>();
    private double fraction = 0.5;

    Quantile(boolean continuous, boolean median, boolean descending, boolean asDouble) {
      this.continuous = continuous;
      this.median = median;
      this.descending = descending;
      this.asDouble = asDouble;
    }

    @Override
    void add(@Nullable Object value) {
      Object kept = value;
      if (!median && value instanceof List<?> pair) {
        kept = pair.get(0);
        fraction = fraction(pair.get(1));
      }
      if (kept != null) {
        values.add(kept);
      }
    }

    private static double fraction(@Nullable Object value) {
      double number = value == null ? Double.NaN : number(value);
      if (!(number >= 0 && number <= 1)) {
        throw new io.bauplan.sql.error.EngineException(
            io.bauplan.sql.error.ErrorCode.INVALID_ARGUMENT,
            "a percentile's fraction is a number from 0 to 1, not " + value);
      }
      return number;
    }

    @Override
    @Nullable Object result() {
      if (values.isEmpty()) {
        return null;
      }
      values.sort(CellValue::compare);
      double at = descending ? 1 - fraction : fraction;
      int count = values.size();
      if (!continuous) {
        int index =
            descending
                ? count - Math.max(1, (int) Math.ceil(fraction * count))
                : Math.max(1, (int) Math.ceil(fraction * count)) - 1;
        return values.get(index);
      }
      double position = at * (count - 1);
      int low = (int) Math.floor(position);
      int high = (int) Math.ceil(position);
      double part = position - low;
      if (!asDouble) {
        Object below = values.get(low);
        return below instanceof Long first && values.get(high) instanceof Long second
            ? (Object) (first + Math.round((second - first) * part))
            : values.get(part < 0.5 ? low : high);
      }
      double below = number(values.get(low));
      return below + (number(values.get(high)) - below) * part;
    }
  }

  /// The most frequent value, of several the one seen first.
  static final class Mode extends Accumulator {
    private final Map<Object, Long> counts = new LinkedHashMap<>();
    private final Map<Object, Object> values = new LinkedHashMap<>();

    @Override
    void add(@Nullable Object value) {
      if (value != null) {
        Object key = ValueAggregation.key(value);
        counts.merge(key, 1L, Long::sum);
        values.putIfAbsent(key, value);
      }
    }

    @Override
    @Nullable Object result() {
      Object best = null;
      long most = 0;
      for (Map.Entry<Object, Long> entry : counts.entrySet()) {
        if (entry.getValue() > most) {
          most = entry.getValue();
          best = values.get(entry.getKey());
        }
      }
      return best;
    }
  }

  /// The first argument where the second is least or greatest; rows with a NULL in either do not
  /// count.
  static final class ArgExtreme extends Accumulator {
    private final int sign;
    private @Nullable Object best;
    private @Nullable Object result;

    ArgExtreme(int sign) {
      this.sign = sign;
    }

    @Override
    void add(@Nullable Object value) {
      List<?> pair = (List<?>) java.util.Objects.requireNonNull(value);
      Object argument = pair.get(0);
      Object key = pair.get(1);
      if (argument != null
          && key != null
          && (best == null || sign * CellValue.compare(key, best) > 0)) {
        best = key;
        result = argument;
      }
    }

    @Override
    @Nullable Object result() {
      return result;
    }
  }

  /// Means, variances and covariance of pairs (y, x) by running updates.
  static final class Regression extends Accumulator {
    private final String function;
    private long count;
    private double meanY;
    private double meanX;
    private double squaresY;
    private double squaresX;
    private double products;

    Regression(String function) {
      this.function = function;
    }

    @Override
    void add(@Nullable Object value) {
      List<?> pair = (List<?>) java.util.Objects.requireNonNull(value);
      Object first = pair.get(0);
      Object second = pair.get(1);
      if (first == null || second == null) {
        return;
      }
      double y = number(first);
      double x = number(second);
      count++;
      double deltaY = y - meanY;
      double deltaX = x - meanX;
      meanY += deltaY / count;
      meanX += deltaX / count;
      squaresY += deltaY * (y - meanY);
      squaresX += deltaX * (x - meanX);
      products += deltaX * (y - meanY);
    }

    @Override
    @Nullable Object result() {
      if (function.equals("regr_count")) {
        return count;
      }
      if (count == 0 || (function.equals("covar_samp") && count == 1)) {
        return null;
      }
      return switch (function) {
        case "covar_pop" -> products / count;
        case "covar_samp" -> products / (count - 1);
        case "corr" ->
            squaresX == 0 || squaresY == 0 ? null : products / Math.sqrt(squaresX * squaresY);
        case "regr_slope" -> squaresX == 0 ? null : products / squaresX;
        case "regr_intercept" -> squaresX == 0 ? null : meanY - products / squaresX * meanX;
        case "regr_r2" ->
            squaresX == 0
                ? null
                : squaresY == 0 ? 1.0 : products * products / (squaresX * squaresY);
        case "regr_avgx" -> meanX;
        case "regr_avgy" -> meanY;
        case "regr_sxx" -> squaresX;
        case "regr_syy" -> squaresY;
        default -> products;
      };
    }
  }

  /// Skewness and kurtosis of a sample, and the product.
  static final class Numbers extends Accumulator {
    private final String function;
    private final List<Double> values = new ArrayList<>();

    Numbers(String function) {
      this.function = function;
    }

    @Override
    void add(@Nullable Object value) {
      if (value != null) {
        values.add(number(value));
      }
    }

    @Override
    @Nullable Object result() {
      if (values.isEmpty()) {
        return null;
      }
      if (function.equals("product")) {
        double product = 1;
        for (double value : values) {
          product *= value;
        }
        return product;
      }
      double n = values.size();
      double mean = values.stream().mapToDouble(v -> v).sum() / n;
      double second = moment(mean, 2);
      if (second == 0) {
        return null;
      }
      if (function.equals("skewness")) {
        return n < 3
            ? null
            : Math.sqrt(n * (n - 1)) / (n - 2) * (moment(mean, 3) / n) / Math.pow(second / n, 1.5);
      }
      double excess = (moment(mean, 4) / n) / (second / n * (second / n)) - 3;
      return n < 4 ? null : (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * excess + 6);
    }

    private double moment(double mean, int power) {
      double sum = 0;
      for (double value : values) {
        sum += Math.pow(value - mean, power);
      }
      return sum;
    }
  }

  static final class CountIf extends Accumulator {
    private long count;

    @Override
    void add(@Nullable Object value) {
      count += Boolean.TRUE.equals(value) ? 1 : 0;
    }

    @Override
    Object result() {
      return count;
    }
  }

  static final class Last extends Accumulator {
    private @Nullable Object last;

    @Override
    void add(@Nullable Object value) {
      if (value != null) {
        last = value;
      }
    }

    @Override
    @Nullable Object result() {
      return last;
    }
  }

  /// BIT_AND, BIT_OR and BIT_XOR.
  static final class Bits extends Accumulator {
    private final String function;
    private @Nullable Long bits;

    Bits(String function) {
      this.function = function;
    }

    @Override
    void add(@Nullable Object value) {
      if (value instanceof Long next) {
        Long before = bits;
        bits =
            before == null
                ? next
                : function.contains("and")
                    ? before & next
                    : function.contains("xor") ? before ^ next : before | next;
      }
    }

    @Override
    @Nullable Object result() {
      return bits;
    }
  }

  /// STRING_AGG and LISTAGG, of texts or bytes; the separator is the second argument, a comma by
  /// default.
  static final class Join extends Accumulator {
    private final ByteArrayOutputStream joined = new ByteArrayOutputStream();
    private boolean binary;
    private boolean any;

    @Override
    void add(@Nullable Object value) {
      Object part = value instanceof List<?> pair ? pair.get(0) : value;
      if (part == null) {
        return;
      }
      if (any) {
        Object separator = value instanceof List<?> pair ? pair.get(1) : ",";
        joined.writeBytes(separator == null ? new byte[0] : bytes(separator));
      }
      any = true;
      binary = part instanceof byte[];
      joined.writeBytes(bytes(part));
    }

    private static byte[] bytes(Object part) {
      return part instanceof byte[] bytes
          ? bytes
          : part.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    @Nullable Object result() {
      if (!any) {
        return null;
      }
      return binary ? joined.toByteArray() : joined.toString(StandardCharsets.UTF_8);
    }
  }
}
