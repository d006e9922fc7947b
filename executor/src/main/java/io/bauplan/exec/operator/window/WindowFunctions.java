package io.bauplan.exec.operator.window;

import io.bauplan.sql.plan.PhysicalPlan.Window.WindowCall;

/// Chooses how a call is computed.
final class WindowFunctions {
  private WindowFunctions() {}

  static WindowFunction of(WindowCall call, WindowRows input) {
    String function = call.function();
    if (RankFunction.supports(function)) {
      return new RankFunction(call, input);
    }
    if (ShiftFunction.supports(function)) {
      return new ShiftFunction(call, input);
    }
    if (PlaceFunction.supports(function)) {
      return new PlaceFunction(call, input);
    }
    if (ExtremeFunction.supports(function)) {
      // What DISTINCT leaves out is no other least or greatest value.
      return ExtremeFunction.of(call, input);
    }
    if (call.distinct()) {
      return new ValueFunction(call, input);
    }
    if (CountFunction.supports(function)) {
      return new CountFunction(call, input);
    }
    if (ExactSumFunction.supports(call)) {
      return new ExactSumFunction(call, input);
    }
    if (RegressionFunction.supports(call)) {
      return new RegressionFunction(call, input);
    }
    if (BitFunction.supports(call)) {
      return new BitFunction(call, input);
    }
    return FloatFunction.supports(call)
        ? new FloatFunction(call, input)
        : new ValueFunction(call, input);
  }

  /// Whether a call is computed value by value.
  static boolean isByValue(WindowCall call) {
    return switch (call.function()) {
      case String name when RankFunction.supports(name) -> false;
      case String name when ShiftFunction.supports(name) -> false;
      case String name when PlaceFunction.supports(name) -> false;
      case String name when ExtremeFunction.supports(name) -> false;
      default ->
          call.distinct()
              || !CountFunction.supports(call.function())
                  && !ExactSumFunction.supports(call)
                  && !RegressionFunction.supports(call)
                  && !BitFunction.supports(call)
                  && !FloatFunction.supports(call);
    };
  }
}
