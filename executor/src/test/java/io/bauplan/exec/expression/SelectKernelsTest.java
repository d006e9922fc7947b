package io.bauplan.exec.expression;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.memory.Memory;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

/// Both forms of the selecting loops against the definition, a row at a time. The module of the
/// vectors is there in every test of this module, whatever the switch says.
class SelectKernelsTest {
  private static final long[] EDGES = {
    0,
    1,
    -1,
    7,
    Integer.MIN_VALUE,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE - 1L,
    Integer.MAX_VALUE + 1L,
    Long.MIN_VALUE,
    Long.MIN_VALUE + 1,
    Long.MAX_VALUE,
    Long.MAX_VALUE - 1
  };
  private static final double[] DOUBLES = {
    0.0, -0.0, 1, -1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e300
  };
  private static final int ROUNDS = 2000;

  private final long seed = Long.getLong("test.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final SelectKernels plain = new SelectKernels();
  private final SelectKernels vectors = new VectorSelectKernels();

  private long number() {
    return switch (random.nextInt(3)) {
      case 0 -> EDGES[random.nextInt(EDGES.length)];
      case 1 -> random.nextInt(20) - 10;
      default -> random.nextLong();
    };
  }

  private interface Loop {
    int select(SelectKernels kernels, int[] to);
  }

  private void assertBoth(int count, IntPredicate passes, Loop loop) {
    int[] expected = IntStream.range(0, count).filter(passes).toArray();
    for (SelectKernels kernels : new SelectKernels[] {plain, vectors}) {
      int[] to = new int[count];
      int selected = loop.select(kernels, to);
      assertThat(Arrays.copyOf(to, selected))
          .as("%s, -Dtest.seed=%d", kernels.getClass().getSimpleName(), seed)
          .isEqualTo(expected);
    }
  }

  private void ranges(int bytes, LongUnaryOperator stored, RangeLoop loop) {
    try (BufferAllocator allocator = new RootAllocator();
        ArrowBuf buffer = allocator.buffer(800)) {
      for (int round = 0; round < ROUNDS; round++) {
        int count = random.nextInt(100);
        long[] values = new long[count];
        for (int row = 0; row < count; row++) {
          values[row] = stored.applyAsLong(number());
          long at = buffer.memoryAddress() + (long) bytes * row;
          if (bytes == Integer.BYTES) {
            Memory.putInt(at, (int) values[row]);
          } else {
            Memory.putLong(at, values[row]);
          }
        }
        long from = number();
        long span = number() - from;
        assertBoth(
            count,
            row -> Long.compareUnsigned(values[row] - from, span) <= 0,
            (kernels, to) -> loop.select(kernels, buffer.memoryAddress(), count, from, span, to));
      }
    }
  }

  private interface RangeLoop {
    int select(SelectKernels kernels, long data, int count, long from, long span, int[] to);
  }

  @Test
  void rangesOf32Bits() {
    ranges(Integer.BYTES, value -> (int) value, SelectKernels::range32);
  }

  @Test
  void rangesOf64Bits() {
    ranges(Long.BYTES, value -> value, SelectKernels::range64);
  }

  @Test
  void comparisonsOfNumbers() {
    for (int round = 0; round < ROUNDS; round++) {
      int count = random.nextInt(100);
      long[] l = random.longs(count).map(any -> number()).toArray();
      long[] r = random.longs(count).map(any -> number()).toArray();
      int wanted = 1 + random.nextInt(6);
      assertBoth(
          count,
          row -> (wanted >>> Long.compare(l[row], r[row]) + 1 & 1) != 0,
          (kernels, to) -> kernels.longs(l, r, count, to, wanted));
    }
  }

  @Test
  void comparisonsOfDoubles() {
    for (int round = 0; round < ROUNDS; round++) {
      int count = random.nextInt(100);
      double[] l = random.doubles(count).map(any -> DOUBLES[random.nextInt(8)]).toArray();
      double[] r = random.doubles(count).map(any -> DOUBLES[random.nextInt(8)]).toArray();
      int wanted = 1 + random.nextInt(6);
      assertBoth(
          count,
          row -> (wanted >>> ComparisonNode.compare(l[row], r[row]) + 1 & 1) != 0,
          (kernels, to) -> kernels.doubles(l, r, count, to, wanted));
    }
  }
}
