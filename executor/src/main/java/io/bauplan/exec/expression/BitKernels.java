package io.bauplan.exec.expression;

import io.bauplan.exec.expression.StrictNode.Kernel;
import io.bauplan.sql.plan.DataType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Bits of integers. A shift by the type's width or more leaves 0, or -1 of a negative number
/// shifted right.
final class BitKernels {
  private BitKernels() {}

  static @Nullable Kernel find(String function, List<DataType> types) {
    if (types.isEmpty() || !types.stream().allMatch(DataType.IntegerType.class::isInstance)) {
      return null;
    }
    return switch (function) {
      case "bitand" -> (in, row, out) -> out.set(row, in[0].longs[row] & in[1].longs[row]);
      case "bitor" -> (in, row, out) -> out.set(row, in[0].longs[row] | in[1].longs[row]);
      case "bitxor" -> (in, row, out) -> out.set(row, in[0].longs[row] ^ in[1].longs[row]);
      case "bitnot" -> (in, row, out) -> out.set(row, ~in[0].longs[row]);
      case "shift_left" -> shiftLeft(((DataType.IntegerType) types.getFirst()).bits());
      case "shift_right" ->
          (in, row, out) ->
              out.set(row, in[0].longs[row] >> Math.min(63, distance(in[1].longs[row])));
      case "bit_count" ->
          types.size() == 1
              ? (in, row, out) -> out.set(row, (long) Long.bitCount(in[0].longs[row]))
              : null;
      default -> null;
    };
  }

  private static Kernel shiftLeft(int bits) {
    int unused = 64 - bits;
    return (in, row, out) -> {
      long distance = distance(in[1].longs[row]);
      long shifted = distance >= bits ? 0 : in[0].longs[row] << distance;
      // Back to the type's width, with its sign.
      out.set(row, shifted << unused >> unused);
    };
  }

  private static long distance(long distance) {
    if (distance < 0) {
      throw Errors.invalidArgument("a number cannot be shifted by " + distance + " bits");
    }
    return distance;
  }
}
