package io.bauplan.exec.scan.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bauplan.exec.memory.Memory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.xerial.snappy.Snappy;

/// What the native library compresses comes back; what is broken is refused, and nothing is written
/// beyond the padding.
class SnappyDecoderTest {
  private static final int GUARD = 64;

  @Test
  void whatTheLibraryCompressesComesBack() throws IOException {
    Random random = new Random(7);
    for (int round = 0; round < 3000; round++) {
      byte[] plain = plain(random, random.nextInt(round < 2900 ? 300 : 200_000));
      assertThat(decode(Snappy.compress(plain), plain.length)).isEqualTo(plain);
    }
  }

  @Test
  void everyElementIsRead() {
    // Literal "ab", then a copy of each kind from offsets below, at and above a word.
    assertThat(text(new byte[] {10, 1 << 2, 'a', 'b', 4 << 2 | 1, 2}, 10)).isEqualTo("ababababab");
    assertThat(text(new byte[] {8, 1 << 2, 'a', 'b', 5 << 2 | 2, 1, 0}, 8)).isEqualTo("abbbbbbb");
    assertThat(text(new byte[] {8, 1 << 2, 'a', 'b', 5 << 2 | 3, 2, 0, 0, 0}, 8))
        .isEqualTo("abababab");
    // The length of a literal in one byte, in three and in four of its own.
    assertThat(text(new byte[] {3, (byte) (60 << 2), 2, 'x', 'y', 'z'}, 3)).isEqualTo("xyz");
    assertThat(text(new byte[] {1, (byte) (62 << 2), 0, 0, 0, 'x'}, 1)).isEqualTo("x");
    assertThat(text(new byte[] {1, (byte) (63 << 2), 0, 0, 0, 0, 'x'}, 1)).isEqualTo("x");
  }

  @Test
  void brokenStreamsAreRefused() throws IOException {
    for (byte[] broken :
        new byte[][] {
          {},
          {(byte) 0x80},
          {3, 2 << 2, 'a'},
          {2, 2 << 2, 'a', 'b', 'c'},
          {8, 1 << 2, 'a', 'b', 5 << 2 | 2, 3, 0},
          {8, 1 << 2, 'a', 'b', 5 << 2 | 2, 0, 0},
          {8, 1 << 2, 'a', 'b', 5 << 2 | 2, 1},
          {4, 1 << 2, 'a', 'b', 5 << 2 | 2, 1, 0},
          {8, (byte) (63 << 2), -1, -1, -1, -1, 'x'},
          {1, (byte) (63 << 2), -1, -1, -1, -1},
        }) {
      assertThatThrownBy(() -> decode(broken, broken.length == 0 ? 1 : broken[0] & 0xff))
          .isInstanceOf(CorruptData.class);
    }
    Random random = new Random(11);
    int refused = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] plain = plain(random, 1 + random.nextInt(400));
      byte[] mutated = Snappy.compress(plain);
      mutated[random.nextInt(mutated.length)] ^= (byte) (1 << random.nextInt(8));
      if (random.nextInt(4) == 0) {
        mutated = Arrays.copyOf(mutated, random.nextInt(mutated.length));
      }
      byte[] expected = library(mutated);
      if (expected != null && expected.length == plain.length) {
        assertThat(decode(mutated, plain.length)).isEqualTo(expected);
      } else {
        refused++;
        byte[] bytes = mutated;
        assertThatThrownBy(() -> decode(bytes, plain.length)).isInstanceOf(CorruptData.class);
      }
    }
    assertThat(refused).isBetween(1000, 19_000);
  }

  private static byte @org.jspecify.annotations.Nullable [] library(byte[] compressed) {
    try {
      return Snappy.uncompress(compressed);
    } catch (IOException e) {
      return null;
    }
  }

  private static byte[] plain(Random random, int length) {
    byte[] plain = new byte[length];
    int period = 1 + random.nextInt(40);
    int noise = 1 + random.nextInt(8);
    for (int i = 0; i < length; i++) {
      plain[i] =
          i < period || random.nextInt(10) < noise - 2
              ? (byte) random.nextInt()
              : plain[i - period];
    }
    return plain;
  }

  private static String text(byte[] compressed, int length) {
    return new String(decode(compressed, length), java.nio.charset.StandardCharsets.US_ASCII);
  }

  private static byte[] decode(byte[] compressed, int length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment in = arena.allocate(compressed.length + SnappyDecoder.PADDING_BYTES);
      MemorySegment.copy(
          compressed, 0, in, java.lang.foreign.ValueLayout.JAVA_BYTE, 0, compressed.length);
      MemorySegment out =
          arena.allocate(GUARD + length + SnappyDecoder.PADDING_BYTES + GUARD).fill((byte) 0x55);
      try {
        SnappyDecoder.decode(in.address(), compressed.length, out.address() + GUARD, length);
      } finally {
        long end = out.byteSize() - GUARD;
        for (int i = 0; i < GUARD; i++) {
          assertThat(Memory.getByte(out.address() + i)).isEqualTo((byte) 0x55);
          assertThat(Memory.getByte(out.address() + end + i)).isEqualTo((byte) 0x55);
        }
      }
      return out.asSlice(GUARD, length).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    }
  }
}
