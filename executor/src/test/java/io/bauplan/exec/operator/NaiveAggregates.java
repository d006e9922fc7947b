package io.bauplan.exec.operator;

import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan.Window.WindowCall;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Aggregates over the rows of a frame, by their definition.
final class NaiveAggregates {
  private NaiveAggregates() {}

  static Object of(WindowCall call, List<List<Object>> frame, List<Object> current) {
    List<Object> values = new ArrayList<>();
    for (List<Object> row : frame) {
      values.add(call.arguments().isEmpty() ? true : NaiveWindow.argument(call, 0, row));
    }
    List<Object> present = values.stream().filter(Objects::nonNull).toList();
    List<Object> counted = call.ignoreNulls() ? present : values;
    DataType type = call.output().type();
    return switch (call.function()) {
      case "first_value" -> at(counted, 0);
      case "last_value" -> at(counted, counted.size() - 1);
      case "nth_value" -> at(counted, (int) ((Long) NaiveWindow.argument(call, 1, current) - 1));
      case "count" -> call.distinct() ? present.stream().distinct().count() : (long) present.size();
      case "sum" -> present.isEmpty() ? null : as(type, sum(present), 1);
      case "sum0" -> as(type, sum(present), 1);
      case "avg" -> present.isEmpty() ? null : as(type, sum(present), present.size());
      case "min", "bool_and" -> present.stream().min(NaiveAggregates::compare).orElse(null);
      case "max", "bool_or" -> present.stream().max(NaiveAggregates::compare).orElse(null);
      case "any_value" -> at(present, 0);
      case "var_pop" -> present.isEmpty() ? null : squares(present) / present.size();
      case "stddev_samp" ->
          present.size() < 2 ? null : Math.sqrt(squares(present) / (present.size() - 1));
      case "count_if" -> present.stream().filter(value -> (Boolean) value).count();
      case "bit_xor" -> present.stream().reduce((l, r) -> (Long) l ^ (Long) r).orElse(null);
      case "covar_pop" -> covariance(pairs(call, frame));
      case "regr_avgy" -> {
        List<double[]> pairs = pairs(call, frame);
        yield pairs.isEmpty() ? null : mean(pairs, 0);
      }
      case "arg_max" -> argMax(call, frame);
      default -> throw new AssertionError(call.function());
    };
  }

  private static Object at(List<Object> values, int index) {
    return index < 0 || index >= values.size() ? null : values.get(index);
  }

  private static BigDecimal sum(List<Object> values) {
    return values.stream().map(NaiveWindow::number).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private static Object as(DataType type, BigDecimal sum, int count) {
    return switch (type) {
      case DataType.FloatType ignored -> sum.doubleValue() / count;
      case DataType.DecimalType(int precision, int scale) -> NaiveWindow.rounded(sum, count, scale);
      default -> sum.longValueExact() / count;
    };
  }

  private static double squares(List<Object> values) {
    double mean = sum(values).doubleValue() / values.size();
    return values.stream()
        .mapToDouble(value -> NaiveWindow.number(value).doubleValue() - mean)
        .map(distance -> distance * distance)
        .sum();
  }

  private static List<double[]> pairs(WindowCall call, List<List<Object>> frame) {
    List<double[]> pairs = new ArrayList<>();
    for (List<Object> row : frame) {
      Object y = NaiveWindow.argument(call, 0, row);
      Object x = NaiveWindow.argument(call, 1, row);
      if (y != null && x != null) {
        pairs.add(
            new double[] {
              NaiveWindow.number(y).doubleValue(), NaiveWindow.number(x).doubleValue()
            });
      }
    }
    return pairs;
  }

  private static double mean(List<double[]> pairs, int index) {
    return pairs.stream().mapToDouble(pair -> pair[index]).sum() / pairs.size();
  }

  private static Object covariance(List<double[]> pairs) {
    if (pairs.isEmpty()) {
      return null;
    }
    double y = mean(pairs, 0);
    double x = mean(pairs, 1);
    return pairs.stream().mapToDouble(pair -> (pair[0] - y) * (pair[1] - x)).sum() / pairs.size();
  }

  private static Object argMax(WindowCall call, List<List<Object>> frame) {
    Object best = null;
    Object result = null;
    for (List<Object> row : frame) {
      Object value = NaiveWindow.argument(call, 0, row);
      Object key = NaiveWindow.argument(call, 1, row);
      if (value != null && key != null && (best == null || compare(key, best) > 0)) {
        best = key;
        result = value;
      }
    }
    return result;
  }

  @SuppressWarnings("unchecked")
  static int compare(Object left, Object right) {
    return ((Comparable<Object>) left).compareTo(right);
  }
}
