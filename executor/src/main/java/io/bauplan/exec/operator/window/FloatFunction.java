package io.bauplan.exec.operator.window;

import io.bauplan.exec.expression.Register;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan.Window.WindowCall;
import java.util.Arrays;

/// SUM and AVG of floats, variances and standard deviations.
final class FloatFunction extends ComputedFunction {
  private double[] values = {};

  FloatFunction(WindowCall call, WindowRows input) {
    super(call, input, true);
  }

  static boolean supports(WindowCall call) {
    if (Register.kind(call.output().type()) != Register.Kind.DOUBLE) {
      return false;
    }
    DataType type = call.arguments().getFirst().type();
    return switch (call.function()) {
      case "sum", "sum0", "avg" -> Register.kind(type) == Register.Kind.DOUBLE;
      case "stddev", "stddev_samp", "stddev_pop", "variance", "var_samp", "var_pop" ->
          isNumber(type);
      default -> false;
    };
  }

  @Override
  void prepare() {
    values = numbers(input.register(argument(0)), input.count());
  }

  static boolean isNumber(DataType type) {
    Register.Kind kind = Register.kind(type);
    return kind == Register.Kind.DOUBLE
        || kind == Register.Kind.LONG
        || kind == Register.Kind.DECIMAL;
  }

  /// Values of a number's column as floats.
  static double[] numbers(Register register, int count) {
    if (register.kind == Register.Kind.DOUBLE) {
      return register.doubles;
    }
    double[] numbers = new double[count];
    for (int row = 0; row < count; row++) {
      if (!register.isNull(row)) {
        boolean whole = register.kind == Register.Kind.LONG;
        numbers[row] = whole ? register.longs[row] : register.decimal(row).doubleValue();
      }
    }
    return numbers;
  }

  @Override
  void compute(Span span) {
    Fold fold =
        switch (call.function()) {
          case "sum", "sum0", "avg" -> new Sum(span);
          default -> new Variance(span);
        };
    FoldedFrames.run(span, fold);
  }

  /// Values by position: they are read again and again where frames slide.
  private static final class SpanNumbers {
    private final double[] values;
    private final boolean[] present;

    SpanNumbers(Span span, Register register, double[] byRow) {
      int[] rows = span.rows();
      values = new double[rows.length];
      present = new boolean[rows.length];
      for (int i = 0; i < rows.length; i++) {
        values[i] = byRow[rows[i]];
        present[i] = !register.isNull(rows[i]);
      }
    }
  }

  private final class Sum extends Fold {
    private final boolean average = call.function().equals("avg");
    private final boolean zeroWhenEmpty = call.function().equals("sum0");
    private final SpanNumbers numbers;
    private double[] sums = {};
    private int[] counts = {};

    Sum(Span span) {
      this.numbers = new SpanNumbers(span, input.register(argument(0)), values);
    }

    @Override
    void grow(int slots) {
      sums = Arrays.copyOf(sums, slots);
      counts = Arrays.copyOf(counts, slots);
    }

    @Override
    void reset(int slot) {
      sums[slot] = 0;
      counts[slot] = 0;
    }

    @Override
    void add(int slot, int position) {
      if (numbers.present[position]) {
        sums[slot] += numbers.values[position];
        counts[slot]++;
      }
    }

    @Override
    void merge(int into, int from) {
      sums[into] += sums[from];
      counts[into] += counts[from];
    }

    @Override
    void emit(int row) {
      if (counts[0] == 0 && !zeroWhenEmpty) {
        results.nulls[row] = true;
      } else {
        results.doubles[row] = average ? sums[0] / counts[0] : sums[0];
      }
    }
  }

  /// Welford's running variance; two of them are merged as Chan does.
  private final class Variance extends Fold {
    private final boolean root = call.function().startsWith("stddev");
    private final int lessRows = call.function().endsWith("_pop") ? 0 : 1;
    private final SpanNumbers numbers;
    private double[] means = {};
    private double[] squares = {};
    private int[] counts = {};

    Variance(Span span) {
      this.numbers = new SpanNumbers(span, input.register(argument(0)), values);
    }

    @Override
    void grow(int slots) {
      means = Arrays.copyOf(means, slots);
      squares = Arrays.copyOf(squares, slots);
      counts = Arrays.copyOf(counts, slots);
    }

    @Override
    void reset(int slot) {
      means[slot] = 0;
      squares[slot] = 0;
      counts[slot] = 0;
    }

    @Override
    void add(int slot, int position) {
      if (numbers.present[position]) {
        double value = numbers.values[position];
        double delta = value - means[slot];
        counts[slot]++;
        means[slot] += delta / counts[slot];
        squares[slot] += delta * (value - means[slot]);
      }
    }

    @Override
    void merge(int into, int from) {
      double more = counts[from];
      if (more == 0) {
        return;
      }
      double all = counts[into] + more;
      double delta = means[from] - means[into];
      squares[into] += squares[from] + delta * delta * counts[into] * more / all;
      means[into] += delta * more / all;
      counts[into] += counts[from];
    }

    @Override
    void emit(int row) {
      if (counts[0] <= lessRows) {
        results.nulls[row] = true;
        return;
      }
      double variance = squares[0] / (counts[0] - lessRows);
      results.doubles[row] = root ? Math.sqrt(variance) : variance;
    }
  }
}
