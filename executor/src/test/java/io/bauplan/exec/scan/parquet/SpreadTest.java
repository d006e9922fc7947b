package io.bauplan.exec.scan.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.memory.Memory;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Values that were read without their NULLs come to stand in their rows, zeros in the others.
class SpreadTest {
  @Test
  void valuesComeToTheirRows() {
    Random random = new Random(5);
    try (Arena arena = Arena.ofConfined()) {
      long data = arena.allocate(8192, 8).address();
      long validity = arena.allocate(128, 8).address();
      for (int round = 0; round < 50_000; round++) {
        int width = 1 << random.nextInt(5);
        int rows = random.nextInt(300);
        int share = random.nextInt(4);
        byte[] expected = new byte[rows * width];
        int present = 0;
        Memory.fill(validity, 128, (byte) 0);
        for (int row = 0; row < rows; row++) {
          // Runs of 64 of one kind, and single rows.
          boolean valid =
              share == 0 ? random.nextBoolean() : (row >>> 6) % share > 0 || random.nextInt(9) > 7;
          if (valid) {
            Memory.setBit(validity, row);
            for (int b = 0; b < width; b++) {
              byte value = (byte) random.nextInt();
              expected[row * width + b] = value;
              Memory.putByte(data + (long) present * width + b, value);
            }
            present++;
          }
        }
        LeafBuilder.spread(data, width, present, rows, validity);
        byte[] spread = new byte[rows * width];
        Memory.copy(data, spread, 0, spread.length);
        assertThat(spread).isEqualTo(expected);
      }
    }
  }
}
