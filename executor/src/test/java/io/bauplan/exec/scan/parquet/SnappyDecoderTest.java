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
        int stop = random.nextInt(plain.length + 1);
        assertThatThrownBy(() -> decode(bytes, plain.length, stop)).isInstanceOf(CorruptData.class);
      }
    }
    assertThat(refused).isBetween(1000, 19_000);
  }

  @Test
  void everyStopGivesWhatGoesBefore() throws IOException {
    Random random = new Random(13);
    for (int round = 0; round < 100; round++) {
      byte[] plain = plain(random, 1 + random.nextInt(round < 97 ? 300 : 2000));
      byte[] compressed = Snappy.compress(plain);
      for (int stop = 0; stop <= plain.length; stop++) {
        assertThat(decode(compressed, plain.length, stop)).isEqualTo(plain);
      }
    }
  }

  @Test
  void everyStopIsRightAmongElementsOfAllKinds() {
    // A literal of 70 bytes, copies that overlap themselves by 1, 3 and 9, one from far back.
    byte[] stream = new byte[90];
    int n = 0;
    stream[n++] = (byte) (70 + 20 + 64 + 40 + 11 + 3);
    stream[n++] = 1;
    stream[n++] = (byte) (60 << 2);
    stream[n++] = 69;
    for (int i = 0; i < 70; i++) {
      stream[n++] = (byte) (i * 37);
    }
    for (int[] copy : new int[][] {{20, 1}, {64, 3}, {40, 9}}) {
      stream[n++] = (byte) (copy[0] - 1 << 2 | 2);
      stream[n++] = (byte) copy[1];
      stream[n++] = 0;
    }
    stream[n++] = 7 << 2 | 1;
    stream[n++] = (byte) 150;
    stream[n++] = 2 << 2;
    stream[n++] = 'x';
    stream[n++] = 'y';
    stream[n++] = 'z';
    int length = 70 + 20 + 64 + 40 + 11 + 3;
    byte[] compressed = Arrays.copyOf(stream, n);
    byte[] whole = decode(compressed, length);
    assertThat(whole).endsWith('x', 'y', 'z');
    for (int stop = 0; stop <= length; stop++) {
      assertThat(decode(compressed, length, stop)).isEqualTo(whole);
    }
  }

  @Test
  void whatLiesBehindTheStopIsNotDecompressed() throws IOException {
    byte[] plain = plain(new Random(17), 100_000);
    byte[] whole = Snappy.compress(plain);
    byte[] compressed = Arrays.copyOf(whole, whole.length - 100);
    try (Arena arena = Arena.ofConfined()) {
      SnappyDecoder decoder = new SnappyDecoder();
      long out = start(decoder, arena, compressed, plain.length);
      long good = decoder.upTo(out + 50_000);
      assertThat(good - out).isBetween(50_000L, 50_000L + (1 << 16));
      byte[] bytes = new byte[(int) (good - out)];
      Memory.copy(out, bytes, 0, bytes.length);
      assertThat(bytes).isEqualTo(Arrays.copyOf(plain, bytes.length));
      // Those who want it are told, each time.
      for (int time = 0; time < 2; time++) {
        assertThatThrownBy(() -> decoder.upTo(out + plain.length)).isInstanceOf(CorruptData.class);
      }
    }
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
    return decode(compressed, length, length);
  }

  private static long start(SnappyDecoder decoder, Arena arena, byte[] compressed, int length) {
    MemorySegment in = arena.allocate(compressed.length + SnappyDecoder.PADDING_BYTES);
    MemorySegment.copy(
        compressed, 0, in, java.lang.foreign.ValueLayout.JAVA_BYTE, 0, compressed.length);
    MemorySegment out =
        arena.allocate(GUARD + length + SnappyDecoder.PADDING_BYTES + GUARD).fill((byte) 0x55);
    decoder.start(in.address(), compressed.length, out.address() + GUARD, length);
    return out.address() + GUARD;
  }

  /// In two steps: up to `stop`, what is good then is looked at; and the rest.
  private static byte[] decode(byte[] compressed, int length, int stop) {
    try (Arena arena = Arena.ofConfined()) {
      SnappyDecoder decoder = new SnappyDecoder();
      long out = start(decoder, arena, compressed, length);
      byte[] bytes = new byte[length];
      try {
        int good = (int) (decoder.upTo(out + stop) - out);
        assertThat(good).isBetween(stop, length);
        Memory.copy(out, bytes, 0, good);
        // What is good is not asked for again, nor changed.
        assertThat(decoder.upTo(out + good)).isEqualTo(out + good);
        assertThat(decoder.upTo(out + length)).isEqualTo(out + length);
        byte[] whole = new byte[length];
        Memory.copy(out, whole, 0, length);
        assertThat(Arrays.copyOf(whole, good)).isEqualTo(Arrays.copyOf(bytes, good));
        return whole;
      } finally {
        long end = out + length + SnappyDecoder.PADDING_BYTES;
        for (int i = 0; i < GUARD; i++) {
          assertThat(Memory.getByte(out - GUARD + i)).isEqualTo((byte) 0x55);
          assertThat(Memory.getByte(end + i)).isEqualTo((byte) 0x55);
        }
      }
    }
  }
}
