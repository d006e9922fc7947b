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
    if (function.equals("count")) {
      return new CountFunction(call, input);
    }
    if (ExactSumFunction.supports(call)) {
      return new ExactSumFunction(call, input);
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
              || !call.function().equals("count")
                  && !ExactSumFunction.supports(call)
                  && !FloatFunction.supports(call);
    };
  }
}
