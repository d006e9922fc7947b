package io.bauplan.exec.scan.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.bauplan.exec.memory.Memory;
import java.nio.ByteBuffer;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Pages that gain little from zstd are frames of raw blocks, which zstd itself reads.
class CompressorTest {
  private static final int USED = 5;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100, (128 << 10) - 1, 128 << 10, (128 << 10) + 1, 256 << 10, 300_001})
  void bytesWithoutPatternComeBack(int length) {
    byte[] plain = new byte[length];
    new Random(length).nextBytes(plain);
    byte[] compressed = compress(plain);
    assertThat(Zstd.decompress(compressed, length)).isEqualTo(plain);
    assertThat(compressed.length).isBetween(length, length + 9 + 3 * (length / (128 << 10) + 1));
  }

  @Test
  void onlyASavingOfAnEighthIsWorthIt() {
    Random random = new Random(7);
    byte[] doubles = new byte[160_000];
    byte[] numbers = new byte[160_000];
    for (int i = 0; i < doubles.length; i++) {
      numbers[i] = (byte) (i % 8 < 4 ? random.nextInt() : 0);
    }
    // Of these, zstd saves a sixteenth.
    ByteBuffer bits = ByteBuffer.wrap(doubles);
    while (bits.hasRemaining()) {
      bits.putDouble(random.nextDouble());
    }
    assertThat(Zstd.compress(doubles, 1).length).isBetween(140_001, 155_000);
    byte[] stored = compress(doubles);
    assertThat(stored.length).isEqualTo(160_000 + 9 + 2 * 3);
    assertThat(Zstd.decompress(stored, 160_000)).isEqualTo(doubles);
    byte[] compressed = compress(numbers);
    assertThat(compressed.length).isLessThan(140_000);
    assertThat(Zstd.decompress(compressed, 160_000)).isEqualTo(numbers);
  }

  private static byte[] compress(byte[] plain) {
    try (BufferAllocator allocator = new RootAllocator();
        NativeBuffer from = new NativeBuffer(allocator);
        NativeBuffer to = new NativeBuffer(allocator);
        Compressor compressor = Compressor.of("zstd", 1)) {
      Memory.copy(plain, 0, from.reserve(plain.length, 0), plain.length);
      int length = compressor.compress(from.address(), plain.length, to, USED);
      byte[] compressed = new byte[length];
      Memory.copy(to.address() + USED, compressed, 0, length);
      return compressed;
    }
  }
}
