package io.bauplan.exec.operator.window;

import io.bauplan.exec.batch.CellValue;
import io.bauplan.exec.batch.Concat;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Gather;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.expression.Register;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan.Window.WindowCall;
import java.util.Arrays;
import java.util.List;

/// A call whose result is its first argument at some row of the input: which, is all it computes.
/// Works for every type.
abstract class PickFunction extends WindowFunction {
  /// The row picked for each row; NONE = NULL.
  final int[] picks;

  static final int NONE = -1;

  PickFunction(WindowCall call, WindowRows input) {
    super(call, input);
    picks = new int[input.count()];
  }

  @Override
  void prepare() {
    FlatVector ignored = input.flat(argument(0));
  }

  @Override
  FlatVector result(int from, int count) {
    int[] rows = Arrays.copyOfRange(picks, from, from + count);
    return declared(Gather.gather(input.flat(argument(0)), rows, count, 0, input.allocator()));
  }

  /// The same values in the type that the call declares. Takes ownership of the vector.
  final FlatVector declared(FlatVector values) {
    DataType type = call.output().type();
    if (values.type().equals(type)) {
      return values;
    }
    try (values;
        VectorBuilder builder = new VectorBuilder(type, values.length(), input.allocator())) {
      for (int row = 0; row < values.length(); row++) {
        builder.appendValue(CellValue.read(values, row));
      }
      return builder.build();
    }
  }

  /// Which positions of a span's argument count: those that are not NULL where NULLs are ignored.
  /// Finding the n-th of them takes one step.
  static final class Counted {
    /// Positions that count, in order; null = all do.
    private final int[] positions;

    /// By position: how many before it count.
    private final int[] before;

    private final boolean all;

    Counted(Span span, Register argument, boolean ignoreNulls) {
      all = !ignoreNulls || !argument.hasNulls;
      if (all) {
        positions = new int[0];
        before = positions;
        return;
      }
      int size = span.size();
      before = new int[size + 1];
      int[] found = new int[size];
      int count = 0;
      for (int i = 0; i < size; i++) {
        before[i] = count;
        if (!argument.nulls[span.rows()[i]]) {
          found[count++] = i;
        }
      }
      before[size] = count;
      positions = Arrays.copyOf(found, count);
    }

    int before(int position) {
      return all ? position : before[position];
    }

    /// Where that many count before it.
    int position(int index) {
      return all ? index : positions[index];
    }
  }

  /// The rows of one vector behind those of another. Borrows both.
  static FlatVector behind(FlatVector first, FlatVector second, WindowRows input) {
    return Concat.concat(first.type(), List.of(first, second), input.allocator());
  }
}
