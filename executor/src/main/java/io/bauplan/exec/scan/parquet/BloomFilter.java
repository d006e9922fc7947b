package io.bauplan.exec.scan.parquet;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jpountz.xxhash.XXHash64;
import net.jpountz.xxhash.XXHashFactory;

/// A split block bloom filter as Parquet has it: says of a value that it is not there, or that it
/// may be.
final class BloomFilter {
  static final int BLOCK_BYTES = 32;
  private static final int WORDS = 8;

  /// By the specification of the format.
  private static final int[] SALTS = {
    0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31
  };

  private static final XXHash64 HASH = XXHashFactory.fastestJavaInstance().hash64();

  private int[] words;

  /// @param bytes a power of two, at least a block
  BloomFilter(int bytes) {
    this.words = new int[bytes / Integer.BYTES];
  }

  /// @param bytes whole blocks, as a file has them
  BloomFilter(byte[] bytes) {
    this.words = new int[bytes.length / Integer.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(words);
  }

  /// Hash of a value by its plain encoding, without a length.
  static long hash(byte[] plain, int length) {
    return HASH.hash(plain, 0, length, 0);
  }

  /// The block that a hash belongs to.
  static long block(long hash, long blocks) {
    return (hash >>> 32) * blocks >>> 32;
  }

  private static int bit(long hash, int word) {
    return 1 << ((int) hash * SALTS[word] >>> 27);
  }

  private int at(long hash) {
    return (int) block(hash, words.length / WORDS) * WORDS;
  }

  void add(long hash) {
    int at = at(hash);
    for (int i = 0; i < WORDS; i++) {
      words[at + i] |= bit(hash, i);
    }
  }

  boolean mayHave(long hash) {
    int at = at(hash);
    for (int i = 0; i < WORDS; i++) {
      if ((words[at + i] & bit(hash, i)) == 0) {
        return false;
      }
    }
    return true;
  }

  /// Halves it as long as a value that is not there is still taken for one that is at most so
  /// often. Neighbouring blocks become one, as if it had been that small from the start.
  void shrink(double falsePositives) {
    while (words.length > WORDS) {
      int[] half = new int[words.length / 2];
      for (int i = 0; i < half.length; i++) {
        int pair = i / WORDS * 2 * WORDS + i % WORDS;
        half[i] = words[pair] | words[pair + WORDS];
      }
      if (falsePositives(half) > falsePositives) {
        return;
      }
      words = half;
    }
  }

  private static double falsePositives(int[] words) {
    double sum = 0;
    for (int block = 0; block < words.length; block += WORDS) {
      double all = 1;
      for (int i = 0; i < WORDS; i++) {
        all *= Integer.bitCount(words[block + i]) / 32.0;
      }
      sum += all;
    }
    return sum * WORDS / words.length;
  }

  byte[] toBytes() {
    ByteBuffer bytes =
        ByteBuffer.allocate(words.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(words);
    return bytes.array();
  }
}
