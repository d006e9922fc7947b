package io.bauplan.exec.operator.window;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.PhysicalPlan.Window.WindowCall;

/// FIRST_VALUE, LAST_VALUE and NTH_VALUE.
final class PlaceFunction extends PickFunction {
  PlaceFunction(WindowCall call, WindowRows input) {
    super(call, input);
  }

  static boolean supports(String function) {
    return switch (function) {
      case "first_value", "last_value", "nth_value" -> true;
      default -> false;
    };
  }

  @Override
  void compute(Span span) {
    Counted counted = new Counted(span, input.register(argument(0)), call.ignoreNulls());
    Span.Parts parts = new Span.Parts();
    boolean last = call.function().equals("last_value");
    Count which = new Count(1);
    boolean nth = call.function().equals("nth_value");
    int[] rows = span.rows();
    for (int i = 0; i < rows.length; i++) {
      span.parts(i, parts);
      long number = nth ? which.at(rows[i]) : 1;
      if (number <= 0) {
        throw new EngineException(ErrorCode.INVALID_ARGUMENT, "NTH_VALUE needs a positive number");
      }
      int position = last ? last(parts, counted) : nth(parts, counted, number);
      picks[rows[i]] = position < 0 ? NONE : rows[position];
    }
  }

  private static int nth(Span.Parts parts, Counted counted, long number) {
    long left = number;
    for (int p = 0; p < parts.count; p++) {
      int first = counted.before(parts.begin[p]);
      int here = counted.before(parts.end[p]) - first;
      if (left <= here) {
        return counted.position((int) (first + left - 1));
      }
      left -= here;
    }
    return NONE;
  }

  private static int last(Span.Parts parts, Counted counted) {
    for (int p = parts.count - 1; p >= 0; p--) {
      int end = counted.before(parts.end[p]);
      if (end > counted.before(parts.begin[p])) {
        return counted.position(end - 1);
      }
    }
    return NONE;
  }
}
