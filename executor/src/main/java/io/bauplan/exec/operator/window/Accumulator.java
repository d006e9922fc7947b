package io.bauplan.exec.operator.window;

import io.bauplan.exec.batch.CellValue;
import io.bauplan.exec.expression.value.ValueFunction;
import io.bauplan.exec.expression.value.ValueFunctions;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataType;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An aggregate over the rows of a frame, added one at a time. Values are those of
/// `Expression.Literal`.
abstract class Accumulator {
  abstract void add(@Nullable Object value);

  /// The aggregate of what was added; more may be added afterwards.
  abstract @Nullable Object result();

  /// @param function id as in [io.bauplan.sql.plan.AggregateCall]
  static Accumulator of(String function, boolean distinct, DataType output) {
    return of(function, distinct, output, false);
  }

  /// @param descending for percentiles: counted from the greatest
  static Accumulator of(String function, boolean distinct, DataType output, boolean descending) {
    boolean asDouble = output instanceof DataType.FloatType;
    Accumulator accumulator =
        switch (function) {
          case "count" -> new Count();
          case "regr_count" -> new ValueStates.Regression(function);
          case "sum" -> new Sum(output, false);
          case "sum0" -> new Sum(output, true);
          case "avg" -> new Average(output);
          case "min" -> new Extreme(-1);
          case "max" -> new Extreme(1);
          case "any_value" -> new First();
          case "single_value" -> new First();
          case "fusion" -> new Multisets(false);
          case "intersection" -> new Multisets(true);
          case "bool_and", "every", "logical_and" -> new Extreme(-1);
          case "bool_or", "some", "logical_or" -> new Extreme(1);
          case "stddev", "stddev_samp" -> new Deviation(1, true);
          case "stddev_pop" -> new Deviation(0, true);
          case "variance", "var_samp" -> new Deviation(1, false);
          case "var_pop" -> new Deviation(0, false);
          case "array_agg", "list" -> new Collect();
          case "median" -> new ValueStates.Quantile(true, true, false, asDouble);
          case "percentile_cont" -> new ValueStates.Quantile(true, false, descending, asDouble);
          case "percentile_disc" -> new ValueStates.Quantile(false, false, descending, asDouble);
          case "mode" -> new ValueStates.Mode();
          case "arg_min" -> new ValueStates.ArgExtreme(-1);
          case "arg_max" -> new ValueStates.ArgExtreme(1);
          case "corr",
              "covar_pop",
              "covar_samp",
              "regr_slope",
              "regr_intercept",
              "regr_r2",
              "regr_avgx",
              "regr_avgy",
              "regr_sxx",
              "regr_syy",
              "regr_sxy" ->
              new ValueStates.Regression(function);
          case "skewness", "kurtosis", "product" -> new ValueStates.Numbers(function);
          case "histogram" -> new MapStates.Histogram();
          case "map_agg" -> new MapStates.Pairs(false);
          case "multimap_agg" -> new MapStates.Pairs(true);
          case "count_if" -> new ValueStates.CountIf();
          case "last" -> new ValueStates.Last();
          case "bit_and", "bitand_agg", "bit_or", "bitor_agg", "bit_xor", "bitxor_agg" ->
              new ValueStates.Bits(function);
          case "booland_agg" -> new Extreme(-1);
          case "boolor_agg" -> new Extreme(1);
          case "string_agg", "listagg" -> new ValueStates.Join();
          case "approx_count_distinct" -> new Distinct(new Count());
          default ->
              throw new EngineException(
                  ErrorCode.NOT_SUPPORTED, "the aggregate " + function + " cannot be executed");
        };
    return distinct ? new Distinct(accumulator) : accumulator;
  }

  private static final class Count extends Accumulator {
    private long count;

    @Override
    void add(@Nullable Object value) {
      count += value == null ? 0 : 1;
    }

    @Override
    Object result() {
      return count;
    }
  }

  private static final class Sum extends Accumulator {
    private final DataType output;
    private final boolean zeroWhenEmpty;
    private boolean any;
    private double real;
    private BigDecimal exact = BigDecimal.ZERO;

    Sum(DataType output, boolean zeroWhenEmpty) {
      this.output = output;
      this.zeroWhenEmpty = zeroWhenEmpty;
    }

    @Override
    void add(@Nullable Object value) {
      if (value == null) {
        return;
      }
      any = true;
      if (value instanceof Double number) {
        real += number;
      } else {
        exact = exact.add(decimal(value));
      }
    }

    @Override
    @Nullable Object result() {
      if (!any && !zeroWhenEmpty) {
        return null;
      }
      return switch (output) {
        case DataType.FloatType ignored -> real + exact.doubleValue();
        case DataType.DecimalType(int precision, int scale) -> fit(exact, precision, scale);
        default -> whole(exact);
      };
    }
  }

  private static final class Average extends Accumulator {
    private final DataType output;
    private long count;
    private double real;
    private BigDecimal exact = BigDecimal.ZERO;

    Average(DataType output) {
      this.output = output;
    }

    @Override
    void add(@Nullable Object value) {
      if (value == null) {
        return;
      }
      count++;
      if (value instanceof Double number) {
        real += number;
      } else {
        exact = exact.add(decimal(value));
      }
    }

    @Override
    @Nullable Object result() {
      if (count == 0) {
        return null;
      }
      return switch (output) {
        case DataType.DecimalType(int precision, int scale) ->
            fit(
                exact.divide(BigDecimal.valueOf(count), scale, RoundingMode.HALF_UP),
                precision,
                scale);
        case DataType.FloatType ignored ->
            real == 0 && exact.signum() != 0
                ? exact.divide(BigDecimal.valueOf(count), MathContext.DECIMAL64).doubleValue()
                : real / count;
        default -> whole(exact.divide(BigDecimal.valueOf(count), 0, RoundingMode.DOWN));
      };
    }
  }

  private static final class Extreme extends Accumulator {
    private final int sign;
    private @Nullable Object best;

    Extreme(int sign) {
      this.sign = sign;
    }

    @Override
    void add(@Nullable Object value) {
      if (value != null && (best == null || sign * CellValue.compare(value, best) > 0)) {
        best = value;
      }
    }

    @Override
    @Nullable Object result() {
      return best;
    }
  }

  private static final class First extends Accumulator {
    private @Nullable Object first;

    @Override
    void add(@Nullable Object value) {
      if (first == null) {
        first = value;
      }
    }

    @Override
    @Nullable Object result() {
      return first;
    }
  }

  /// Welford's running variance.
  private static final class Deviation extends Accumulator {
    private final int lessRows;
    private final boolean root;
    private long count;
    private double mean;
    private double squares;

    Deviation(int lessRows, boolean root) {
      this.lessRows = lessRows;
      this.root = root;
    }

    @Override
    void add(@Nullable Object value) {
      if (value == null) {
        return;
      }
      double number = value instanceof Double real ? real : decimal(value).doubleValue();
      count++;
      double delta = number - mean;
      mean += delta / count;
      squares += delta * (number - mean);
    }

    @Override
    @Nullable Object result() {
      if (count <= lessRows) {
        return null;
      }
      double variance = squares / (count - lessRows);
      return root ? Math.sqrt(variance) : variance;
    }
  }

  private static final class Collect extends Accumulator {
    private final List<@Nullable Object> values = new ArrayList<>();

    @Override
    void add(@Nullable Object value) {
      values.add(value);
    }

    @Override
    @Nullable Object result() {
      return values.isEmpty() ? null : new ArrayList<>(values);
    }
  }

  /// Multisets of all rows as one: their union, or what they have in common.
  private static final class Multisets extends Accumulator {
    private final ValueFunction combine;
    private @Nullable Object all;

    Multisets(boolean common) {
      combine =
          Objects.requireNonNull(
              ValueFunctions.find(
                  common ? "multiset_intersect_all" : "multiset_union_all",
                  List.of(),
                  DataType.NULL));
    }

    @Override
    void add(@Nullable Object value) {
      if (value != null) {
        all = all == null ? value : combine.apply(new @Nullable Object[] {all, value});
      }
    }

    @Override
    @Nullable Object result() {
      return all;
    }
  }

  private static final class Distinct extends Accumulator {
    private final Accumulator accumulator;
    private final Set<Object> seen = new HashSet<>();

    Distinct(Accumulator accumulator) {
      this.accumulator = accumulator;
    }

    @Override
    void add(@Nullable Object value) {
      if (value != null && seen.add(ValueAggregation.key(value))) {
        accumulator.add(value);
      }
    }

    @Override
    @Nullable Object result() {
      return accumulator.result();
    }
  }

  static BigDecimal decimal(Object value) {
    return value instanceof BigDecimal exact
        ? exact
        : BigDecimal.valueOf(((Number) value).longValue());
  }

  /// A number as its type holds it: statistics of decimals are computed as floats.
  static @Nullable Object fitted(@Nullable Object value, DataType type) {
    return value instanceof Double number && type instanceof DataType.DecimalType(int p, int s)
        ? fit(new BigDecimal(number), p, s)
        : value;
  }

  private static BigDecimal fit(BigDecimal value, int precision, int scale) {
    BigDecimal fitted = value.setScale(scale, RoundingMode.HALF_UP);
    if (fitted.precision() > precision) {
      throw overflow();
    }
    return fitted;
  }

  private static Long whole(BigDecimal value) {
    try {
      return value.longValueExact();
    } catch (ArithmeticException e) {
      throw overflow();
    }
  }

  private static EngineException overflow() {
    return new EngineException(
        ErrorCode.NUMERIC_OVERFLOW, "a sum over a window is out of its type's range");
  }
}
