package io.bauplan.exec.operator.window;

import io.bauplan.exec.expression.Register;
import io.bauplan.sql.plan.PhysicalPlan.Window.WindowCall;
import java.util.Arrays;

/// CORR, COVAR_POP, COVAR_SAMP and the REGR functions, over the rows where neither argument is
/// NULL.
final class RegressionFunction extends ComputedFunction {
  private double[] ys = {};
  private double[] xs = {};

  RegressionFunction(WindowCall call, WindowRows input) {
    super(call, input, true);
  }

  static boolean supports(WindowCall call) {
    return switch (call.function()) {
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
          Register.kind(call.output().type()) == Register.Kind.DOUBLE
              && call.arguments().size() == 2
              && call.arguments().stream().allMatch(each -> FloatFunction.isNumber(each.type()));
      default -> false;
    };
  }

  @Override
  void prepare() {
    ys = FloatFunction.numbers(input.register(argument(0)), input.count());
    xs = FloatFunction.numbers(input.register(argument(1)), input.count());
  }

  @Override
  void compute(Span span) {
    FoldedFrames.run(span, new Pairs(span));
  }

  /// Running means and distances from them; two of them are merged as Chan does.
  private final class Pairs extends Fold {
    private final Register first = input.register(argument(0));
    private final Register second = input.register(argument(1));
    private final int[] rows;
    private int[] counts = {};
    private double[] meansY = {};
    private double[] meansX = {};
    private double[] squaresY = {};
    private double[] squaresX = {};
    private double[] products = {};

    Pairs(Span span) {
      this.rows = span.rows();
    }

    @Override
    void grow(int slots) {
      counts = Arrays.copyOf(counts, slots);
      meansY = Arrays.copyOf(meansY, slots);
      meansX = Arrays.copyOf(meansX, slots);
      squaresY = Arrays.copyOf(squaresY, slots);
      squaresX = Arrays.copyOf(squaresX, slots);
      products = Arrays.copyOf(products, slots);
    }

    @Override
    void reset(int slot) {
      counts[slot] = 0;
      meansY[slot] = 0;
      meansX[slot] = 0;
      squaresY[slot] = 0;
      squaresX[slot] = 0;
      products[slot] = 0;
    }

    @Override
    void add(int slot, int position) {
      int row = rows[position];
      if (first.isNull(row) || second.isNull(row)) {
        return;
      }
      int count = ++counts[slot];
      double deltaY = ys[row] - meansY[slot];
      double deltaX = xs[row] - meansX[slot];
      meansY[slot] += deltaY / count;
      meansX[slot] += deltaX / count;
      squaresY[slot] += deltaY * (ys[row] - meansY[slot]);
      squaresX[slot] += deltaX * (xs[row] - meansX[slot]);
      products[slot] += deltaX * (ys[row] - meansY[slot]);
    }

    @Override
    void merge(int into, int from) {
      double more = counts[from];
      if (more == 0) {
        return;
      }
      double all = counts[into] + more;
      double share = counts[into] * more / all;
      double deltaY = meansY[from] - meansY[into];
      double deltaX = meansX[from] - meansX[into];
      squaresY[into] += squaresY[from] + deltaY * deltaY * share;
      squaresX[into] += squaresX[from] + deltaX * deltaX * share;
      products[into] += products[from] + deltaX * deltaY * share;
      meansY[into] += deltaY * more / all;
      meansX[into] += deltaX * more / all;
      counts[into] += counts[from];
    }

    @Override
    void emit(int row) {
      double xx = squaresX[0];
      double yy = squaresY[0];
      double xy = products[0];
      boolean defined =
          switch (call.function()) {
            case "covar_samp" -> counts[0] > 1;
            case "corr" -> xx != 0 && yy != 0;
            case "regr_slope", "regr_intercept", "regr_r2" -> xx != 0;
            default -> true;
          };
      if (counts[0] == 0 || !defined) {
        results.nulls[row] = true;
        return;
      }
      results.doubles[row] =
          switch (call.function()) {
            case "covar_pop" -> xy / counts[0];
            case "covar_samp" -> xy / (counts[0] - 1);
            case "corr" -> xy / Math.sqrt(xx * yy);
            case "regr_slope" -> xy / xx;
            case "regr_intercept" -> meansY[0] - xy / xx * meansX[0];
            case "regr_r2" -> yy == 0 ? 1 : xy * xy / (xx * yy);
            case "regr_avgx" -> meansX[0];
            case "regr_avgy" -> meansY[0];
            case "regr_sxx" -> xx;
            case "regr_syy" -> yy;
            default -> xy;
          };
    }
  }
}
