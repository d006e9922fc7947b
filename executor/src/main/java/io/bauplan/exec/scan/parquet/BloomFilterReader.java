package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.memory.Memory;
import io.bauplan.exec.scan.store.RangeReader;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// Asks the bloom filter of a column chunk in a file. One that does not parse excludes nothing.
final class BloomFilterReader {
  private static final int HEADER_BYTES = 64;
  private static final int MAX_BYTES = 128 << 20;

  /// Filters up to this size are read whole, of larger ones only the blocks that are asked.
  private static final int WHOLE_BYTES = 64 << 10;

  private static final int PADDING_BYTES = 8;

  private final RangeReader file;
  private final LongAdder bytesRead;
  private final long offset;
  private final int bytes;

  /// @param offset of the blocks
  /// @param bytes 0 = there is no filter to ask
  private BloomFilterReader(RangeReader file, LongAdder bytesRead, long offset, int bytes) {
    this.file = file;
    this.bytesRead = bytesRead;
    this.offset = offset;
    this.bytes = bytes;
  }

  /// Borrows the file.
  static BloomFilterReader of(RangeReader file, long offset, LongAdder bytesRead) {
    int length = (int) Math.min(HEADER_BYTES, file.sizeBytes() - offset);
    byte[] header = read(file, offset, length, bytesRead);
    try (Arena arena = Arena.ofConfined()) {
      long address = arena.allocate(length + (long) PADDING_BYTES).address();
      Memory.copy(header, 0, address, length);
      ThriftReader in = new ThriftReader(address, address + length);
      int bytes = parse(in);
      long start = offset + (in.position() - address);
      return new BloomFilterReader(
          file, bytesRead, start, bytes <= file.sizeBytes() - start ? bytes : 0);
    } catch (CorruptData e) {
      return new BloomFilterReader(file, bytesRead, 0, 0);
    }
  }

  private static byte[] read(RangeReader file, long offset, int length, LongAdder bytesRead) {
    byte[] copy = new byte[length];
    try (Arena arena = Arena.ofConfined()) {
      long address = arena.allocate(Math.max(1, length)).address();
      file.read(offset, address, length);
      Memory.copy(address, copy, 0, length);
    }
    bytesRead.add(length);
    return copy;
  }

  /// Bytes of its blocks; 0 where it is of a kind that is not known.
  private static int parse(ThriftReader in) {
    int bytes = 0;
    boolean known = true;
    in.beginStruct();
    while (in.nextField()) {
      switch (in.fieldId()) {
        case 1 -> bytes = in.i32();
        // Split blocks, XXH64, uncompressed.
        case 2, 3, 4 -> known &= isFirst(in);
        default -> in.skip();
      }
    }
    return known && bytes > 0 && bytes <= MAX_BYTES && bytes % BloomFilter.BLOCK_BYTES == 0
        ? bytes
        : 0;
  }

  /// Whether the first alternative of a union is taken.
  private static boolean isFirst(ThriftReader in) {
    boolean first = false;
    in.structField();
    while (in.nextField()) {
      first = in.fieldId() == 1;
      in.skip();
    }
    return first;
  }

  /// Whether one of these may be there.
  boolean mayHaveAny(List<Long> hashes) {
    if (bytes == 0) {
      return true;
    }
    if (bytes <= WHOLE_BYTES || hashes.size() > bytes / WHOLE_BYTES) {
      BloomFilter whole = new BloomFilter(read(file, offset, bytes, bytesRead));
      return hashes.stream().anyMatch(whole::mayHave);
    }
    for (long hash : hashes) {
      long block = BloomFilter.block(hash, bytes / BloomFilter.BLOCK_BYTES);
      byte[] one =
          read(file, offset + block * BloomFilter.BLOCK_BYTES, BloomFilter.BLOCK_BYTES, bytesRead);
      if (new BloomFilter(one).mayHave(hash)) {
        return true;
      }
    }
    return false;
  }
}
