package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.expression.Register;
import io.bauplan.sql.plan.AggregateCall;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Which accumulator serves an aggregate.
public final class Accumulators {
  private Accumulators() {}

  /// Whether every call has an accumulator here.
  public static boolean supports(AggregateCall call, RowType input) {
    if (call.function().equals("grouping")) {
      return true;
    }
    for (int argument : call.arguments()) {
      if (Register.kind(input.type(argument)) == Register.Kind.NESTED
          && !(call.function().equals("count") && !call.distinct())) {
        return false;
      }
    }
    List<DataType> types = call.arguments().stream().map(input::type).toList();
    return switch (call.function()) {
      case "count", "regr_count", "approx_count_distinct" -> true;
      case "array_agg" -> types.size() == 1 && ordersByColumns(call, input);
      case "string_agg", "listagg" ->
          !types.isEmpty()
              && types.stream().allMatch(DataType.VarcharType.class::isInstance)
              && ordersByColumns(call, input);
      case "sum", "sum0", "$sum0", "avg" ->
          types.size() == 1 && Register.kind(types.getFirst()) != Register.Kind.BYTES;
      case "min", "max", "any_value", "single_value", "theta_sketch" -> types.size() == 1;
      case "var_pop", "var_samp", "variance", "stddev_pop", "stddev_samp", "stddev" ->
          types.size() == 1 && Register.kind(types.getFirst()) != Register.Kind.BYTES;
      case "bool_and",
          "bool_or",
          "every",
          "some",
          "logical_and",
          "logical_or",
          "bit_and",
          "bit_or",
          "bit_xor",
          "bitand_agg",
          "bitor_agg",
          "bitxor_agg",
          "booland_agg",
          "boolor_agg" ->
          types.size() == 1 && Register.kind(types.getFirst()) == Register.Kind.LONG;
      default -> false;
    };
  }

  private static boolean ordersByColumns(AggregateCall call, RowType input) {
    return call.order().stream()
        .noneMatch(key -> Register.kind(input.type(key.column())) == Register.Kind.NESTED);
  }

  /// The input columns that an accumulator is given: the arguments, then what orders them.
  static List<Integer> columns(AggregateCall call) {
    if (!collects(call)) {
      return call.arguments();
    }
    List<Integer> columns = new ArrayList<>(call.arguments());
    call.order().forEach(key -> columns.add(key.column()));
    return columns;
  }

  private static boolean collects(AggregateCall call) {
    return switch (call.function()) {
      case "array_agg", "string_agg", "listagg" -> true;
      default -> false;
    };
  }

  static Accumulator of(AggregateCall call, RowType input, BufferAllocator allocator) {
    List<DataType> types = columns(call).stream().map(input::type).toList();
    if (call.function().equals("approx_count_distinct")) {
      return new DistinctAccumulator(new CountAccumulator(), types, allocator);
    }
    Accumulator plain =
        collects(call)
            ? new CollectAccumulator(
                !call.function().equals("array_agg"),
                call.arguments().size(),
                types,
                call.order(),
                allocator)
            : plain(call, types.isEmpty() ? null : types.getFirst(), allocator);
    boolean idempotent = plain instanceof ExtremeAccumulator || plain instanceof BitAccumulator;
    return call.distinct() && !types.isEmpty() && !idempotent
        ? new DistinctAccumulator(plain, types, allocator)
        : plain;
  }

  private static Accumulator plain(
      AggregateCall call, @Nullable DataType argument, BufferAllocator allocator) {
    DataType input = argument == null ? DataType.NULL : argument;
    DataType output = call.output().type();
    return switch (call.function()) {
      case "count", "regr_count" -> new CountAccumulator();
      case "sum" -> new SumAccumulator(SumAccumulator.Result.SUM, input, output);
      case "sum0", "$sum0" -> new SumAccumulator(SumAccumulator.Result.SUM0, input, output);
      case "avg" -> new SumAccumulator(SumAccumulator.Result.AVERAGE, input, output);
      case "min" -> new ExtremeAccumulator(ExtremeAccumulator.Choice.MIN, input, allocator);
      case "max" -> new ExtremeAccumulator(ExtremeAccumulator.Choice.MAX, input, allocator);
      case "any_value" -> new ExtremeAccumulator(ExtremeAccumulator.Choice.ANY, input, allocator);
      case "single_value" ->
          new ExtremeAccumulator(ExtremeAccumulator.Choice.SINGLE, input, allocator);
      case "theta_sketch" -> new SketchAccumulator(input, allocator);
      case "var_pop" -> new VarianceAccumulator(false, false, input);
      case "var_samp", "variance" -> new VarianceAccumulator(true, false, input);
      case "stddev_pop" -> new VarianceAccumulator(false, true, input);
      case "stddev_samp", "stddev" -> new VarianceAccumulator(true, true, input);
      case "bool_and", "every", "logical_and", "bit_and", "bitand_agg", "booland_agg" ->
          new BitAccumulator(BitAccumulator.Operation.AND);
      case "bool_or", "some", "logical_or", "bit_or", "bitor_agg", "boolor_agg" ->
          new BitAccumulator(BitAccumulator.Operation.OR);
      case "bit_xor", "bitxor_agg" -> new BitAccumulator(BitAccumulator.Operation.XOR);
      default -> throw new IllegalArgumentException("no accumulator for " + call.function());
    };
  }
}
