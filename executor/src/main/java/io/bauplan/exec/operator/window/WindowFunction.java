package io.bauplan.exec.operator.window;

import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.expression.Register;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan.Window.WindowCall;
import java.util.Locale;

/// One call of a window function. Spans are computed side by side, each by one thread; results lie
/// by row number.
abstract class WindowFunction {
  final WindowCall call;
  final WindowRows input;

  WindowFunction(WindowCall call, WindowRows input) {
    this.call = call;
    this.input = input;
  }

  /// What is read of the input, before the first span is computed: by any thread, once.
  void prepare() {}

  abstract void compute(Span span);

  /// Rows of the result, once all spans are computed. The caller owns the vector.
  abstract FlatVector result(int from, int count);

  Expression argument(int index) {
    return call.arguments().get(index);
  }

  /// A whole number by row: how far, how many, which.
  final class Count {
    private final Register values;
    private final boolean given;

    Count(int index) {
      this.given = index < call.arguments().size();
      this.values = given ? input.register(argument(index)) : new Register(call.output().type());
    }

    /// 1 where the call has no such argument.
    long at(int row) {
      if (!given) {
        return 1;
      }
      if (values.isNull(row)) {
        throw new EngineException(
            ErrorCode.INVALID_ARGUMENT,
            call.function().toUpperCase(Locale.ROOT) + " needs a number, not NULL");
      }
      return switch (values.kind) {
        case LONG -> values.longs[row];
        case DOUBLE -> (long) values.doubles[row];
        case DECIMAL -> values.decimal(row).longValue();
        case BYTES, NESTED ->
            throw new EngineException(
                ErrorCode.INVALID_ARGUMENT,
                call.function().toUpperCase(Locale.ROOT) + " needs a number");
      };
    }
  }
}
