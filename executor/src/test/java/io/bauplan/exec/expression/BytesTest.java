package io.bauplan.exec.expression;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.memory.Memory;
import java.util.Arrays;
import java.util.Random;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

/// Bytes compared by words against bytes compared one by one, at every place in a page, whatever
/// lies around them.
class BytesTest {
  private static final int PAGE_BYTES = 4096;
  private static final int MAX_LENGTH = 40;

  private final Random random = new Random(Long.getLong("test.seed", System.nanoTime()));

  @Test
  void comparesAndHashesTheGivenBytesAlone() {
    try (RootAllocator allocator = new RootAllocator();
        ArrowBuf first = noise(allocator);
        ArrowBuf second = noise(allocator)) {
      long page = first.memoryAddress() + PAGE_BYTES & -PAGE_BYTES;
      for (int round = 0; round < 20_000; round++) {
        int length = random.nextInt(MAX_LENGTH + 1);
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        // Around the end of a page on one side, anywhere on the other.
        long left = page + PAGE_BYTES - random.nextInt(2 * MAX_LENGTH);
        long right = second.memoryAddress() + random.nextInt(PAGE_BYTES);
        Memory.copy(bytes, 0, left, length);
        Memory.copy(bytes, 0, right, length);
        assertThat(Bytes.equal(left, length, right, length)).isTrue();
        assertThat(Bytes.hash(left, length)).isEqualTo(Bytes.hash(right, length));
        if (length > 0) {
          int at = random.nextInt(length);
          Memory.putByte(right + at, (byte) (bytes[at] ^ 1 << random.nextInt(8)));
          byte[] changed = Bytes.array(right, length);
          assertThat(Bytes.equal(left, length, right, length))
              .isEqualTo(Arrays.equals(bytes, changed))
              .isFalse();
          assertThat(Bytes.hash(left, length)).isNotEqualTo(Bytes.hash(right, length));
        }
      }
    }
  }

  private ArrowBuf noise(RootAllocator allocator) {
    ArrowBuf buffer = allocator.buffer(4 * PAGE_BYTES);
    byte[] noise = new byte[4 * PAGE_BYTES];
    random.nextBytes(noise);
    Memory.copy(noise, 0, buffer.memoryAddress(), noise.length);
    return buffer;
  }
}
