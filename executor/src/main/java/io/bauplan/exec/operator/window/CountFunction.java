package io.bauplan.exec.operator.window;

import io.bauplan.exec.expression.Register;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan.Window.Exclusion;
import io.bauplan.sql.plan.PhysicalPlan.Window.WindowCall;
import java.util.ArrayList;
import java.util.List;

/// COUNT of all rows or of those where no argument is NULL, COUNT_IF and REGR_COUNT: the difference
/// of two running counts.
final class CountFunction extends ComputedFunction {
  CountFunction(WindowCall call, WindowRows input) {
    super(call, input, false);
  }

  static boolean supports(String function) {
    return switch (function) {
      case "count", "count_if", "regr_count" -> true;
      default -> false;
    };
  }

  @Override
  void compute(Span span) {
    List<Register> nullable = new ArrayList<>();
    for (Expression argument : call.arguments()) {
      Register register = input.register(argument);
      if (register.hasNulls) {
        nullable.add(register);
      }
    }
    boolean onlyTrue = call.function().equals("count_if");
    Register condition = onlyTrue ? input.register(argument(0)) : results;
    int[] rows = span.rows();
    int[] before = new int[rows.length + 1];
    for (int i = 0; i < rows.length; i++) {
      boolean counts = !onlyTrue || condition.longs[rows[i]] != 0;
      for (Register register : nullable) {
        counts &= !register.nulls[rows[i]];
      }
      before[i + 1] = before[i] + (counts ? 1 : 0);
    }
    if (span.group().frame().exclusion() == Exclusion.NO_OTHERS) {
      int[] begins = span.frames().begins();
      int[] ends = span.frames().ends();
      for (int i = 0; i < rows.length; i++) {
        results.longs[rows[i]] = before[Math.max(begins[i], ends[i])] - before[begins[i]];
      }
      return;
    }
    Span.Parts parts = new Span.Parts();
    for (int i = 0; i < rows.length; i++) {
      span.parts(i, parts);
      long count = 0;
      for (int p = 0; p < parts.count; p++) {
        count += before[parts.end[p]] - before[parts.begin[p]];
      }
      results.longs[rows[i]] = count;
    }
  }
}
