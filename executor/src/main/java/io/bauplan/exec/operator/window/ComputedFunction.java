package io.bauplan.exec.operator.window;

import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.expression.RegisterWriter;
import io.bauplan.sql.plan.PhysicalPlan.Window.WindowCall;

/// A call whose results are numbers that no row of the input holds.
abstract class ComputedFunction extends WindowFunction {
  /// By row number.
  final Register results;

  ComputedFunction(WindowCall call, WindowRows input, boolean mayBeNull) {
    super(call, input);
    int count = input.count();
    results = new Register(call.output().type());
    results.reset(count);
    if (mayBeNull) {
      results.clearNulls(count);
    }
  }

  @Override
  FlatVector result(int from, int count) {
    Register part = new Register(results.type);
    part.reset(count);
    switch (results.kind) {
      case DOUBLE -> System.arraycopy(results.doubles, from, part.doubles, 0, count);
      case LONG, DECIMAL -> {
        System.arraycopy(results.longs, from, part.longs, 0, count);
        if (results.wide) {
          part.makeWide(count);
          System.arraycopy(results.highs, from, part.highs, 0, count);
        }
      }
      case BYTES, NESTED -> throw new IllegalStateException("computed " + results.type.sql());
    }
    if (results.hasNulls) {
      part.clearNulls(count);
      System.arraycopy(results.nulls, from, part.nulls, 0, count);
    }
    return RegisterWriter.write(part, null, count, count, input.allocator());
  }
}
