package io.bauplan.exec.operator.window;

import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Gather;
import io.bauplan.sql.plan.PhysicalPlan.Window.WindowCall;
import java.util.Arrays;

/// LAG and LEAD.
final class ShiftFunction extends PickFunction {
  /// In `picks`: the default of the same row.
  private static final int DEFAULT = -2;

  private final int direction;
  private final boolean hasDefault;

  ShiftFunction(WindowCall call, WindowRows input) {
    super(call, input);
    this.direction = call.function().equals("lag") ? -1 : 1;
    this.hasDefault = call.arguments().size() > 2;
  }

  static boolean supports(String function) {
    return function.equals("lag") || function.equals("lead");
  }

  @Override
  void compute(Span span) {
    Count steps = new Count(1);
    Counted counted = new Counted(span, input.register(argument(0)), call.ignoreNulls());
    int[] rows = span.rows();
    int none = hasDefault ? DEFAULT : NONE;
    for (int i = 0; i < rows.length; i++) {
      long by = steps.at(rows[i]) * direction;
      if (by == 0) {
        picks[rows[i]] = rows[i];
        continue;
      }
      // Backwards from what counts before this row, forwards from what counts after it.
      long index = by < 0 ? counted.before(i) + by : counted.before(i + 1) + by - 1;
      boolean inside =
          index >= counted.before(span.begins()[i]) && index < counted.before(span.ends()[i]);
      picks[rows[i]] = inside ? rows[counted.position((int) index)] : none;
    }
  }

  @Override
  void prepare() {
    super.prepare();
    if (hasDefault) {
      FlatVector ignored = input.flat(argument(2));
    }
  }

  @Override
  FlatVector result(int from, int count) {
    if (!hasDefault) {
      return super.result(from, count);
    }
    int[] rows = Arrays.copyOfRange(picks, from, from + count);
    int[] defaults = new int[count];
    int[] both = new int[count];
    boolean any = false;
    for (int i = 0; i < count; i++) {
      boolean other = rows[i] == DEFAULT;
      any |= other;
      defaults[i] = other ? from + i : NONE;
      both[i] = other ? count + i : i;
    }
    FlatVector values =
        declared(Gather.gather(input.flat(argument(0)), rows, count, 0, input.allocator()));
    if (!any) {
      return values;
    }
    try (values;
        FlatVector others =
            declared(
                Gather.gather(input.flat(argument(2)), defaults, count, 0, input.allocator()));
        FlatVector all = behind(values, others, input)) {
      return Gather.gather(all, both, count, 0, input.allocator());
    }
  }
}
