package io.bauplan.exec.scan.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.memory.Memory;
import java.lang.foreign.Arena;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RleReaderTest {
  private static final int COUNT = 100;

  /// A damaged length of 34 bits once became a negative number of values, and what was read after
  /// it was written beyond the end.
  @Test
  void aRunMayClaimMoreValuesThanAnIntHolds() {
    for (int last = 1; last < 0x80; last++) {
      byte[] run = {(byte) 0xfe, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) last, 1};
      try (Arena arena = Arena.ofConfined()) {
        long bytes = arena.allocate(run.length + 8).address();
        long bitmap = arena.allocate(COUNT + 64).address();
        Memory.copy(run, 0, bytes, run.length);
        RleReader reader = new RleReader();
        reader.reset(bytes, bytes + run.length, 1);
        int[] values = new int[COUNT];
        reader.ints(values, 0, COUNT);
        assertThat(Arrays.stream(values).sum()).isEqualTo(COUNT);
        assertThat(reader.bits(bitmap, 0, COUNT)).isEqualTo(COUNT);
        assertThat(Bits.count(bitmap, 0, 8 * (COUNT + 48))).isEqualTo(COUNT);
        assertThat(reader.onesAhead()).isPositive();
      }
    }
  }
}
