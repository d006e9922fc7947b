package io.bauplan.exec.operator.window;

import io.bauplan.exec.batch.CellValue;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan.Window.WindowCall;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A rare aggregate, value by value: lists, maps, percentiles, DISTINCT and the like. A frame that
/// is the one of the row before is not computed again, and one that only grows takes each row once.
final class ValueFunction extends WindowFunction {
  private final @Nullable Object[] results;

  ValueFunction(WindowCall call, WindowRows input) {
    super(call, input);
    this.results = new Object[input.count()];
  }

  @Override
  void prepare() {
    for (Expression argument : call.arguments()) {
      if (argument instanceof Expression.InputRef ref) {
        FlatVector ignored = input.flat(ref.index());
      }
    }
    Accumulator ignored = accumulator();
  }

  @Override
  void compute(Span span) {
    int[] rows = span.rows();
    Span.Parts parts = new Span.Parts();
    int[] before = {};
    Accumulator running = accumulator();
    int added = 0;
    Object result = null;
    for (int i = 0; i < rows.length; i++) {
      span.parts(i, parts);
      int[] frame = frame(parts);
      boolean grows =
          i > 0
              && span.begins()[i] != i
              && before.length == 2
              && frame.length == 2
              && frame[0] == before[0]
              && frame[1] >= added;
      boolean same = i > 0 && span.begins()[i] != i && Arrays.equals(frame, before);
      if (!same) {
        if (!grows) {
          running = accumulator();
          added = parts.count == 0 ? 0 : parts.begin[0];
        }
        for (int p = 0; p < parts.count; p++) {
          for (added = Math.max(added, parts.begin[p]); added < parts.end[p]; added++) {
            running.add(value(rows[added]));
          }
        }
        result = Accumulator.fitted(running.result(), call.output().type());
      }
      results[rows[i]] = result;
      before = frame;
    }
  }

  private static int[] frame(Span.Parts parts) {
    int[] frame = new int[2 * parts.count];
    for (int p = 0; p < parts.count; p++) {
      frame[2 * p] = parts.begin[p];
      frame[2 * p + 1] = parts.end[p];
    }
    return frame;
  }

  private Accumulator accumulator() {
    return Accumulator.of(call.function(), call.distinct(), call.output().type());
  }

  /// COUNT(*) has no argument and counts every row.
  private @Nullable Object value(int row) {
    if (call.arguments().isEmpty()) {
      return Boolean.TRUE;
    }
    if (call.arguments().size() == 1) {
      return argument(0, row);
    }
    List<@Nullable Object> values = new ArrayList<>();
    for (int i = 0; i < call.arguments().size(); i++) {
      values.add(argument(i, row));
    }
    return call.function().equals("count") && values.contains(null) ? null : values;
  }

  private @Nullable Object argument(int index, int row) {
    return argument(index) instanceof Expression.InputRef ref
        ? CellValue.read(input.flat(ref.index()), row)
        : ((Expression.Literal) argument(index)).value();
  }

  @Override
  FlatVector result(int from, int count) {
    try (VectorBuilder builder =
        new VectorBuilder(call.output().type(), count, input.allocator())) {
      for (int row = from; row < from + count; row++) {
        builder.appendValue(results[row]);
      }
      return builder.build();
    }
  }
}
