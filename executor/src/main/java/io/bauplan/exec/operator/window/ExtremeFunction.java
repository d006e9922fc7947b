package io.bauplan.exec.operator.window;

import io.bauplan.exec.expression.Register;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan.Window.WindowCall;
import java.util.Arrays;

/// MIN, MAX, ARG_MIN, ARG_MAX, ANY_VALUE and the like: one of the frame's values. Values of every
/// type are compared as numbers that have their order.
final class ExtremeFunction extends PickFunction {
  private final int sign;
  private long[] numbers = {};

  private ExtremeFunction(WindowCall call, WindowRows input, int sign) {
    super(call, input);
    this.sign = sign;
  }

  static boolean supports(String function) {
    return switch (function) {
      case "min", "max", "arg_min", "arg_max", "any_value", "single_value" -> true;
      case "bool_and", "every", "logical_and", "booland_agg" -> true;
      case "bool_or", "some", "logical_or", "boolor_agg" -> true;
      default -> false;
    };
  }

  static ExtremeFunction of(WindowCall call, WindowRows input) {
    int sign =
        switch (call.function()) {
          case "max", "arg_max", "bool_or", "some", "logical_or", "boolor_agg" -> 1;
          case "any_value", "single_value" -> 0;
          default -> -1;
        };
    return new ExtremeFunction(call, input, sign);
  }

  /// What is compared: of ARG_MIN and ARG_MAX the second argument.
  private Expression compared() {
    return argument(call.function().startsWith("arg_") ? 1 : 0);
  }

  @Override
  void prepare() {
    super.prepare();
    Register register = input.register(compared());
    if (sign == 0 || compared() instanceof Expression.Literal) {
      numbers = new long[input.count()];
    } else if (register.kind == Register.Kind.LONG
        || register.kind == Register.Kind.DECIMAL && !register.wide) {
      numbers = register.longs;
    } else {
      int column = ((Expression.InputRef) compared()).index();
      numbers = NormalKey.numbers(input, column, register, true);
      for (int row = 0; row < numbers.length; row++) {
        numbers[row] ^= Long.MIN_VALUE;
      }
    }
  }

  @Override
  void compute(Span span) {
    FoldedFrames.run(span, new Best(span));
  }

  private final class Best extends Fold {
    /// By position: values are read again and again where frames slide.
    private final long[] values;

    private final boolean[] present;
    private final int[] rows;

    /// By slot, the position.
    private int[] best = {};

    Best(Span span) {
      this.rows = span.rows();
      this.values = new long[rows.length];
      this.present = new boolean[rows.length];
      Register compared = input.register(compared());
      Register picked = input.register(argument(0));
      for (int i = 0; i < rows.length; i++) {
        values[i] = numbers[rows[i]];
        present[i] = !compared.isNull(rows[i]) && !picked.isNull(rows[i]);
      }
    }

    @Override
    void grow(int slots) {
      best = Arrays.copyOf(best, slots);
    }

    @Override
    void reset(int slot) {
      best[slot] = NONE;
    }

    @Override
    void add(int slot, int position) {
      if (present[position]) {
        offer(slot, position);
      }
    }

    /// Of equal values the first stays.
    private void offer(int slot, int position) {
      int before = best[slot];
      if (before == NONE || sign * Long.compare(values[position], values[before]) > 0) {
        best[slot] = position;
      }
    }

    @Override
    void merge(int into, int from) {
      if (best[from] != NONE) {
        offer(into, best[from]);
      }
    }

    @Override
    void emit(int row) {
      picks[row] = best[0] == NONE ? NONE : rows[best[0]];
    }
  }
}
