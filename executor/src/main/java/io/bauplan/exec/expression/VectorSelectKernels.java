package io.bauplan.exec.expression;

import io.bauplan.exec.memory.Memory;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorOperators.Comparison;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// [SelectKernels] over the lanes of a vector: one comparison and one compressing store for 8 or 16
/// rows. Rows that fill no vector go through the plain loops' comparison.
///
/// Only loaded where the switch is on: the module `jdk.incubator.vector` may not be there.
final class VectorSelectKernels extends SelectKernels {
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;

  /// As many row numbers as there are values of 64 bits in a vector.
  private static final VectorSpecies<Integer> ROWS =
      VectorSpecies.of(
          int.class, VectorShape.forBitSize(Math.max(64, LONGS.length() * Integer.SIZE)));

  private static final IntVector FIRST_INTS = IntVector.zero(INTS).addIndex(1);
  private static final IntVector FIRST_ROWS = IntVector.zero(ROWS).addIndex(1);
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  @Override
  int range32(long data, int count, long from, long span, int[] to) {
    long last = from + span;
    // A range that goes round the end of 64 bits is all but the one between its ends.
    boolean round = from > last;
    long low = Math.max(round ? last + 1 : from, Integer.MIN_VALUE);
    long high = Math.min(round ? from - 1 : last, Integer.MAX_VALUE);
    if (low > high) {
      return super.range32(data, count, from, span, to);
    }
    Comparison wanted = round ? VectorOperators.UGT : VectorOperators.ULE;
    int least = (int) low;
    int width = (int) (high - low);
    int step = INTS.length();
    int selected = 0;
    int row = 0;
    for (; row <= count - step; row += step) {
      VectorMask<Integer> passes =
          IntVector.fromMemorySegment(INTS, MEMORY, data + 4L * row, ORDER)
              .sub(least)
              .compare(wanted, width);
      FIRST_INTS.add(row).compress(passes).intoArray(to, selected);
      selected += passes.trueCount();
    }
    for (; row < count; row++) {
      long value = Memory.getInt(data + 4L * row);
      to[selected] = row;
      selected += Long.compareUnsigned(value - from, span) <= 0 ? 1 : 0;
    }
    return selected;
  }

  @Override
  int range64(long data, int count, long from, long span, int[] to) {
    int step = LONGS.length();
    int selected = 0;
    int row = 0;
    for (; row <= count - step; row += step) {
      VectorMask<Long> passes =
          LongVector.fromMemorySegment(LONGS, MEMORY, data + 8L * row, ORDER)
              .sub(from)
              .compare(VectorOperators.ULE, span);
      FIRST_ROWS.add(row).compress(passes.cast(ROWS)).intoArray(to, selected);
      selected += passes.trueCount();
    }
    for (; row < count; row++) {
      long value = Memory.getLong(data + 8L * row);
      to[selected] = row;
      selected += Long.compareUnsigned(value - from, span) <= 0 ? 1 : 0;
    }
    return selected;
  }

  @Override
  int longs(long[] l, long[] r, int count, int[] to, int wanted) {
    Comparison comparison =
        switch (wanted) {
          case EQUAL -> VectorOperators.EQ;
          case LESS -> VectorOperators.LT;
          case LESS | EQUAL -> VectorOperators.LE;
          case GREATER -> VectorOperators.GT;
          case GREATER | EQUAL -> VectorOperators.GE;
          default -> VectorOperators.NE;
        };
    int step = LONGS.length();
    int selected = 0;
    int row = 0;
    for (; row <= count - step; row += step) {
      VectorMask<Long> passes =
          LongVector.fromArray(LONGS, l, row)
              .compare(comparison, LongVector.fromArray(LONGS, r, row));
      FIRST_ROWS.add(row).compress(passes.cast(ROWS)).intoArray(to, selected);
      selected += passes.trueCount();
    }
    for (; row < count; row++) {
      to[selected] = row;
      selected += wanted >>> Long.compare(l[row], r[row]) + 1 & 1;
    }
    return selected;
  }

  @Override
  int doubles(double[] l, double[] r, int count, int[] to, int wanted) {
    int step = DOUBLES.length();
    int selected = 0;
    int row = 0;
    for (; row <= count - step; row += step) {
      VectorMask<Double> passes =
          passes(
              DoubleVector.fromArray(DOUBLES, l, row),
              DoubleVector.fromArray(DOUBLES, r, row),
              wanted);
      FIRST_ROWS.add(row).compress(passes.cast(ROWS)).intoArray(to, selected);
      selected += passes.trueCount();
    }
    for (; row < count; row++) {
      to[selected] = row;
      selected += wanted >>> ComparisonNode.compare(l[row], r[row]) + 1 & 1;
    }
    return selected;
  }

  private static VectorMask<Double> passes(DoubleVector l, DoubleVector r, int wanted) {
    VectorMask<Double> leftNan = l.test(VectorOperators.IS_NAN);
    VectorMask<Double> rightNan = r.test(VectorOperators.IS_NAN);
    VectorMask<Double> passes = DOUBLES.maskAll(false);
    if ((wanted & LESS) != 0) {
      passes = passes.or(l.compare(VectorOperators.LT, r)).or(rightNan.andNot(leftNan));
    }
    if ((wanted & EQUAL) != 0) {
      passes = passes.or(l.compare(VectorOperators.EQ, r)).or(leftNan.and(rightNan));
    }
    if ((wanted & GREATER) != 0) {
      passes = passes.or(l.compare(VectorOperators.GT, r)).or(leftNan.andNot(rightNan));
    }
    return passes;
  }
}
