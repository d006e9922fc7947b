package io.bauplan.exec.operator.window;

import io.bauplan.exec.expression.Register;
import io.bauplan.sql.plan.PhysicalPlan.Window.WindowCall;
import java.util.Arrays;

/// BIT_AND, BIT_OR and BIT_XOR.
final class BitFunction extends ComputedFunction {
  private final boolean and;
  private final boolean xor;

  BitFunction(WindowCall call, WindowRows input) {
    super(call, input, true);
    this.and = call.function().contains("and");
    this.xor = call.function().contains("xor");
  }

  static boolean supports(WindowCall call) {
    return switch (call.function()) {
      case "bit_and", "bitand_agg", "bit_or", "bitor_agg", "bit_xor", "bitxor_agg" ->
          Register.kind(call.output().type()) == Register.Kind.LONG
              && Register.kind(call.arguments().getFirst().type()) == Register.Kind.LONG;
      default -> false;
    };
  }

  @Override
  void compute(Span span) {
    FoldedFrames.run(span, new Bits(span));
  }

  private final class Bits extends Fold {
    private final Register values = input.register(argument(0));
    private final int[] rows;
    private long[] bits = {};
    private boolean[] any = {};

    Bits(Span span) {
      this.rows = span.rows();
    }

    @Override
    void grow(int slots) {
      bits = Arrays.copyOf(bits, slots);
      any = Arrays.copyOf(any, slots);
    }

    @Override
    void reset(int slot) {
      bits[slot] = and ? -1 : 0;
      any[slot] = false;
    }

    @Override
    void add(int slot, int position) {
      int row = rows[position];
      if (!values.isNull(row)) {
        combine(slot, values.longs[row]);
      }
    }

    private void combine(int slot, long value) {
      any[slot] = true;
      bits[slot] = and ? bits[slot] & value : xor ? bits[slot] ^ value : bits[slot] | value;
    }

    @Override
    void merge(int into, int from) {
      if (any[from]) {
        combine(into, bits[from]);
      }
    }

    @Override
    void emit(int row) {
      if (any[0]) {
        results.longs[row] = bits[0];
      } else {
        results.nulls[row] = true;
      }
    }
  }
}
