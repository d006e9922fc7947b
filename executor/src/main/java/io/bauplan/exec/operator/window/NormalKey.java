package io.bauplan.exec.operator.window;

import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.expression.Nested;
import io.bauplan.exec.expression.Register;
import io.bauplan.sql.plan.SortKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// A part of a key as an unsigned number per row, in the key's order and of as few bits as the
/// values need: direction and NULLs are worked in. Most keys have one part.
record NormalKey(long[] values, int bits) {
  /// @param ordered false where equal values only have to be equal, as in PARTITION BY
  static List<NormalKey> of(WindowRows rows, SortKey key, boolean ordered) {
    Register register = rows.column(key.column());
    List<NormalKey> parts = new ArrayList<>();
    if (register.kind == Register.Kind.DECIMAL && register.wide) {
      long[] highs = new long[rows.count()];
      for (int row = 0; row < highs.length; row++) {
        highs[row] = register.highs[row] ^ Long.MIN_VALUE;
      }
      add(highs, register, key, parts);
      long[] lows = Arrays.copyOf(register.longs, rows.count());
      add(lows, register, key, parts);
    } else {
      add(numbers(rows, key.column(), register, ordered), register, key, parts);
    }
    return parts;
  }

  /// Values of a column as unsigned numbers in their order. NULLs have any.
  static long[] numbers(WindowRows rows, int column, Register register, boolean ordered) {
    int count = rows.count();
    return switch (register.kind) {
      case BYTES -> ByteCodes.of(rows, column, register, ordered);
      case NESTED -> ranks(register, count);
      case LONG, DECIMAL -> {
        if (register.wide) {
          yield ranks(register, count);
        }
        long[] numbers = new long[count];
        for (int row = 0; row < count; row++) {
          numbers[row] = register.longs[row] ^ Long.MIN_VALUE;
        }
        yield numbers;
      }
      case DOUBLE -> {
        long[] numbers = new long[count];
        for (int row = 0; row < count; row++) {
          numbers[row] = sortable(register.doubles[row]);
        }
        yield numbers;
      }
    };
  }

  /// Orders as an unsigned long: -0 is 0, NaN is above all.
  private static long sortable(double value) {
    long bits = Double.doubleToLongBits(value + 0.0);
    return bits < 0 ? ~bits : bits ^ Long.MIN_VALUE;
  }

  private static long[] ranks(Register register, int count) {
    IntSort.Order order =
        register.kind == Register.Kind.NESTED
            ? nested(Objects.requireNonNull(register.vector))
            : (left, right) ->
                io.bauplan.exec.expression.Int128.compare(
                    register.high(left),
                    register.longs[left],
                    register.high(right),
                    register.longs[right]);
    int[] sorted = new int[count];
    int present = 0;
    for (int row = 0; row < count; row++) {
      if (!register.isNull(row)) {
        sorted[present++] = row;
      }
    }
    sorted = Arrays.copyOf(sorted, present);
    IntSort.sort(sorted, order);
    long[] ranks = new long[count];
    long rank = 0;
    for (int i = 1; i < present; i++) {
      rank += order.compare(sorted[i - 1], sorted[i]) == 0 ? 0 : 1;
      ranks[sorted[i]] = rank;
    }
    return ranks;
  }

  private static IntSort.Order nested(FlatVector vector) {
    return (left, right) -> Nested.compare(vector, left, vector, right);
  }

  /// Takes over the array.
  private static void add(long[] values, Register register, SortKey key, List<NormalKey> parts) {
    long least = -1;
    long greatest = 0;
    boolean anyNull = false;
    boolean any = false;
    for (int row = 0; row < values.length; row++) {
      if (register.hasNulls && register.nulls[row]) {
        anyNull = true;
        continue;
      }
      long value = values[row];
      any = true;
      least = Long.compareUnsigned(value, least) < 0 ? value : least;
      greatest = Long.compareUnsigned(value, greatest) > 0 ? value : greatest;
    }
    long range = any ? greatest - least : 0;
    boolean apart = anyNull && range == -1;
    if (apart) {
      // No number is left for NULL.
      parts.add(new NormalKey(nullsAlone(register, values.length, key.nullsFirst()), 1));
    }
    long shift = anyNull && !apart && key.nullsFirst() ? 1 : 0;
    long ofNull = key.nullsFirst() || apart ? 0 : range + 1;
    boolean ascending = key.ascending();
    for (int row = 0; row < values.length; row++) {
      if (anyNull && register.nulls[row]) {
        values[row] = ofNull;
      } else {
        values[row] = (ascending ? values[row] - least : greatest - values[row]) + shift;
      }
    }
    long top = anyNull && !apart ? range + 1 : range;
    if (top != 0) {
      parts.add(new NormalKey(values, 64 - Long.numberOfLeadingZeros(top)));
    }
  }

  private static long[] nullsAlone(Register register, int count, boolean first) {
    long[] flags = new long[count];
    for (int row = 0; row < count; row++) {
      flags[row] = register.nulls[row] == first ? 0 : 1;
    }
    return flags;
  }
}
