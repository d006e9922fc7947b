package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.expression.Int128;
import io.bauplan.exec.expression.Register;
import io.bauplan.sql.plan.DataType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/// Variance and standard deviation by Welford's updates and Chan's merge, in double.
final class VarianceAccumulator extends Accumulator {
  private final boolean sample;
  private final boolean root;
  private final double unit;
  private double[] means = {};
  private double[] squares = {};
  private long[] counts = {};

  VarianceAccumulator(boolean sample, boolean root, DataType input) {
    this.sample = sample;
    this.root = root;
    this.unit = input instanceof DataType.DecimalType(int ignored, int s) ? Math.pow(10, s) : 1;
  }

  @Override
  void grow(int capacity) {
    means = grown(means, capacity);
    squares = grown(squares, capacity);
    counts = grown(counts, capacity);
  }

  @Override
  void add(int[] groups, Register[] arguments, int @Nullable [] rows, int count) {
    Register in = arguments[0];
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      if (in.isNull(row)) {
        continue;
      }
      double value =
          in.kind == Register.Kind.DOUBLE
              ? in.doubles[row]
              : Int128.toDouble(
                      in.kind == Register.Kind.DECIMAL ? in.high(row) : in.longs[row] >> 63,
                      in.longs[row])
                  / unit;
      int group = groups[i];
      double delta = value - means[group];
      means[group] += delta / ++counts[group];
      squares[group] += delta * (value - means[group]);
    }
  }

  @Override
  void merge(Accumulator other, int[] from, int[] to, int count) {
    VarianceAccumulator others = (VarianceAccumulator) other;
    for (int i = 0; i < count; i++) {
      int source = from[i];
      int group = to[i];
      long more = others.counts[source];
      if (more == 0) {
        continue;
      }
      long all = counts[group] + more;
      double delta = others.means[source] - means[group];
      squares[group] +=
          others.squares[source] + delta * delta * ((double) counts[group] * more / all);
      means[group] += delta * more / all;
      counts[group] = all;
    }
  }

  @Override
  void output(int start, int count, Register to) {
    for (int i = 0; i < count; i++) {
      int group = start + i;
      long divisor = sample ? counts[group] - 1 : counts[group];
      if (divisor <= 0) {
        to.setNull(i, count);
        continue;
      }
      double variance = squares[group] / divisor;
      put(to, i, count, root ? Math.sqrt(variance) : variance);
    }
  }

  private static void put(Register to, int row, int length, double value) {
    switch (to.type) {
      case DataType.FloatType ignored -> to.doubles[row] = value;
      case DataType.DecimalType(int ignored, int scale) -> {
        BigInteger unscaled =
            new BigDecimal(value).setScale(scale, RoundingMode.HALF_UP).unscaledValue();
        to.makeWide(length);
        to.longs[row] = unscaled.longValue();
        to.highs[row] = Int128.high(unscaled);
      }
      default -> to.longs[row] = Math.round(value);
    }
  }

  @Override
  int bytesPerGroup() {
    return 24;
  }

  @Override
  boolean isCompact() {
    return true;
  }
}
