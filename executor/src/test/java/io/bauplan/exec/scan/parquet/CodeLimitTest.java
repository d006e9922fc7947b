package io.bauplan.exec.scan.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.memory.Memory;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Codes are proved to be within their dictionary wherever they stand, for every limit of a byte.
class CodeLimitTest {
  @Test
  void everyCodeBeyondTheDictionaryIsSeen() {
    Random random = new Random(3);
    try (Arena arena = Arena.ofConfined()) {
      long codes = arena.allocate(1024, 8).address();
      for (int round = 0; round < 100_000; round++) {
        int codeBytes = 1 << random.nextInt(3);
        int most = codeBytes == 1 ? 256 : codeBytes == 2 ? 65_536 : 1 << 20;
        int limit = 1 + random.nextInt(most);
        int count = random.nextInt(40);
        int largest = -1;
        for (int i = 0; i < count; i++) {
          int bound = random.nextInt(20) == 0 ? most : Math.min(most, limit + random.nextInt(2));
          int code = Math.max(0, bound - 1 - random.nextInt(random.nextBoolean() ? 1 : bound));
          largest = Math.max(largest, code);
          switch (codeBytes) {
            case 1 -> Memory.putByte(codes + i, (byte) code);
            case 2 -> Memory.putShort(codes + 2L * i, (short) code);
            default -> Memory.putInt(codes + 4L * i, code);
          }
        }
        assertThat(ChunkCodes.codesBelow(codes, codeBytes, count, limit))
            .as("%d codes of %d bytes up to %d, limit %d", count, codeBytes, largest, limit)
            .isEqualTo(largest < limit);
      }
    }
  }
}
