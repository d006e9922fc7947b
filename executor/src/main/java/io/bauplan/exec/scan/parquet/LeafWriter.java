package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.memory.Memory;
import io.bauplan.exec.scan.store.FileSink;
import io.bauplan.sql.plan.DataType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Encodes one leaf column of one row group: a dictionary as long as it pays, plain values
/// otherwise.
///
/// Pages are compressed as they fill; the chunk stays in memory until its row group ends.
final class LeafWriter implements AutoCloseable {
  private static final int MAX_DICTIONARY_ENTRIES = 1 << 16;
  private static final int MAX_DICTIONARY_BYTES = 1 << 20;

  /// Values after which a dictionary that repeats too little is given up.
  private static final int TRIAL_VALUES = 1 << 14;

  /// What a finished chunk tells the footer.
  record Chunk(
      long dictionaryOffset,
      long dataOffset,
      long uncompressedBytes,
      long compressedBytes,
      LeafStatistics statistics,
      LeafPages pages,
      @Nullable BloomFilter bloom,
      boolean dictionaryUsed,
      boolean plainUsed) {}

  private final WriteSchema.Leaf leaf;
  private final ParquetOptions options;
  private final BufferAllocator allocator;
  private final Compressor compressor;
  private final int physical;
  private final int fixedLength;
  private final NativeBuffer plain;
  private final NativeBuffer bitmap;
  private final NativeBuffer page;
  private final NativeBuffer chunk;

  private long plainBytes;
  private long plainBits;
  private int[] codes = new int[4096];
  private int codeCount;
  private int pageValues;
  private int pageNulls;
  private int[] definitions = new int[0];
  private int[] repetitions = new int[0];
  private long chunkBytes;
  private long chunkUncompressed;
  private @Nullable LongDictionary longs;
  private @Nullable BytesDictionary strings;
  private boolean dictionary;
  private boolean dictionaryUsed;
  private boolean plainUsed;
  private boolean dictionaryPays = true;
  private long encoded;
  private LeafStatistics statistics;
  private LeafStatistics pageStatistics;
  private LeafPages pages = new LeafPages();

  /// Of values that are not in the dictionary, whose entries come when it ends.
  private @Nullable BloomFilter bloom;

  private byte[] scratch = new byte[Long.BYTES];
  private long pageRows;
  private long rowsBefore;
  private long[] staged = new long[0];

  LeafWriter(
      WriteSchema.Leaf leaf,
      ParquetOptions options,
      Compressor compressor,
      BufferAllocator allocator) {
    this.leaf = leaf;
    this.options = options;
    this.allocator = allocator;
    this.compressor = compressor;
    this.physical = WriteSchema.physical(leaf.column().type());
    this.fixedLength = physical == 7 ? WriteSchema.fixedLength(leaf.column().type()) : 0;
    this.plain = new NativeBuffer(allocator);
    this.bitmap = new NativeBuffer(allocator);
    this.page = new NativeBuffer(allocator);
    this.chunk = new NativeBuffer(allocator);
    this.statistics = new LeafStatistics(leaf.column().type());
    this.pageStatistics = new LeafStatistics(leaf.column().type());
    begin();
  }

  private void begin() {
    // Booleans and fixed-length values gain nothing.
    dictionary = dictionaryPays && physical != 0 && physical != 7;
    longs = dictionary && physical != 6 ? new LongDictionary() : null;
    strings = dictionary && physical == 6 ? new BytesDictionary(allocator) : null;
    dictionaryUsed = false;
    plainUsed = false;
    encoded = 0;
    chunkBytes = 0;
    chunkUncompressed = 0;
    statistics = new LeafStatistics(leaf.column().type());
    pages = new LeafPages();
    rowsBefore = 0;
    bloom = options.bloom(leaf);
  }

  // ---- bloom filter

  private void hash(long value) {
    BloomFilter filter = bloom;
    if (filter != null) {
      int width = physical == 1 || physical == 4 ? Integer.BYTES : Long.BYTES;
      filter.add(PlainValues.hash(value, width, scratch));
    }
  }

  private void hash(long address, int length) {
    BloomFilter filter = bloom;
    if (filter != null) {
      if (scratch.length < length) {
        scratch = new byte[Math.max(length, 2 * scratch.length)];
      }
      Memory.copy(address, scratch, 0, length);
      filter.add(BloomFilter.hash(scratch, length));
    }
  }

  private void hashDictionary() {
    LongDictionary numbers = longs;
    BytesDictionary texts = strings;
    for (int i = 0; numbers != null && i < numbers.size(); i++) {
      hash(numbers.entry(i));
    }
    for (int i = 0; texts != null && i < texts.size(); i++) {
      hash(texts.address(i), texts.length(i));
    }
  }

  // ---- size

  WriteSchema.Leaf leaf() {
    return leaf;
  }

  /// Bytes that wait in memory.
  long bufferedBytes() {
    return chunkBytes + plainBytes + 4L * codeCount;
  }

  // ---- input

  /// Writes all rows of a top-level column. Borrows the vector until return.
  void flat(FlatVector vector) {
    int rows = vector.length();
    long validity = vector.validityAddress();
    int present = rows;
    boolean nullType = vector.type() instanceof DataType.NullType;
    if (nullType) {
      present = 0;
    } else if (validity != 0) {
      present = Bits.count(validity, 0, rows);
    }
    if (leaf.maxDefinition() > 0) {
      long bits = bitmap.reserve((pageValues + rows + 7 >>> 3) + 16, (pageValues + 7 >>> 3) + 8);
      // The words that `Bits` ors onto must be zero past the bits written.
      long first = pageValues + 7 >>> 3;
      Memory.fill(bits + first, (pageValues + rows + 7 >>> 3) + 16 - first, (byte) 0);
      if (present == rows) {
        Bits.set(bits, pageValues, rows);
      } else if (!nullType) {
        Bits.or(validity, 0, bits, pageValues, rows);
      }
    } else if (present < rows) {
      throw new IllegalStateException("NULL in required column " + leaf.column().name());
    }
    int @Nullable [] chosen = null;
    if (present < rows) {
      chosen = new int[present];
      int at = 0;
      for (int i = 0; at < present; i++) {
        if (Memory.bit(validity, i)) {
          chosen[at++] = i;
        }
      }
    }
    values(vector, chosen, present);
    pageRows += rows;
    count(rows, rows - present);
  }

  /// Writes `count` entries with their levels; the values of those that are present are rows
  /// `chosen` of the vector.
  void nested(
      int[] newDefinitions,
      int[] newRepetitions,
      int count,
      FlatVector vector,
      int[] chosen,
      int present) {
    if (pageValues + count > definitions.length) {
      int grown = Math.max(pageValues + count, definitions.length * 2);
      definitions = Arrays.copyOf(definitions, grown);
      repetitions = Arrays.copyOf(repetitions, grown);
    }
    System.arraycopy(newDefinitions, 0, definitions, pageValues, count);
    System.arraycopy(newRepetitions, 0, repetitions, pageValues, count);
    values(vector, chosen, present);
    for (int i = 0; i < count; i++) {
      if (newRepetitions[i] == 0) {
        pageRows++;
      }
    }
    count(count, count - present);
  }

  private void count(int entries, int nulls) {
    pageValues += entries;
    pageNulls += nulls;
    pageStatistics.count(entries, nulls);
    if (dictionary) {
      checkDictionary();
    }
    if (pageRows >= options.pageRows()
        || pageValues >= ParquetOptions.MAX_PAGE_VALUES
        || plainBytes >= options.pageBytes()) {
      flushPage();
    }
  }

  private void values(FlatVector vector, int @Nullable [] chosen, int count) {
    if (count == 0) {
      return;
    }
    encoded += count;
    if (physical == 6) {
      bytes(vector, chosen, count);
    } else if (physical == 7) {
      fixed(vector, chosen, count);
    } else {
      if (staged.length < count) {
        staged = new long[Math.max(count, 4096)];
      }
      LeafStaging.stage(vector, chosen, count, staged);
      if (physical == 4 || physical == 5) {
        pageStatistics.floats(staged, count, physical == 4);
      } else {
        pageStatistics.longs(staged, count);
      }
      append(staged, count);
    }
  }

  private void append(long[] values, int count) {
    LongDictionary entries = longs;
    if (dictionary && entries != null) {
      roomForCodes(count);
      entries.encode(values, count, codes, codeCount);
      codeCount += count;
    } else {
      for (int i = 0; bloom != null && i < count; i++) {
        hash(values[i]);
      }
      appendPlain(values, count);
    }
  }

  private void appendPlain(long[] values, int count) {
    plainUsed = true;
    switch (physical) {
      case 0 -> {
        long end = plainBits + count;
        long address = plain.reserve((end + 7 >>> 3) + 8, plainBytes);
        for (int i = 0; i < count; i++) {
          long bit = plainBits + i;
          if ((bit & 7) == 0) {
            Memory.putByte(address + (bit >>> 3), (byte) 0);
          }
          if (values[i] != 0) {
            Memory.setBit(address, bit);
          }
        }
        plainBits = end;
        plainBytes = end + 7 >>> 3;
      }
      case 1, 4 -> {
        long out = plain.reserve(plainBytes + 4L * count, plainBytes) + plainBytes;
        for (int i = 0; i < count; i++) {
          Memory.putInt(out + 4L * i, (int) values[i]);
        }
        plainBytes += 4L * count;
      }
      default -> {
        long out = plain.reserve(plainBytes + 8L * count, plainBytes) + plainBytes;
        for (int i = 0; i < count; i++) {
          Memory.putLong(out + 8L * i, values[i]);
        }
        plainBytes += 8L * count;
      }
    }
  }

  private void bytes(FlatVector vector, int @Nullable [] chosen, int count) {
    long offsets = vector.offsetsAddress();
    long data = vector.dataAddress();
    BytesDictionary entries = strings;
    if (dictionary && entries != null) {
      roomForCodes(count);
      for (int i = 0; i < count; i++) {
        int row = chosen == null ? i : chosen[i];
        int begin = Memory.getInt(offsets + 4L * row);
        int length = Memory.getInt(offsets + 4L * row + 4) - begin;
        codes[codeCount++] = entries.code(data + begin, length);
      }
    } else {
      plainUsed = true;
      for (int i = 0; i < count; i++) {
        int row = chosen == null ? i : chosen[i];
        int begin = Memory.getInt(offsets + 4L * row);
        int length = Memory.getInt(offsets + 4L * row + 4) - begin;
        appendBytes(data + begin, length);
        hash(data + begin, length);
        pageStatistics.bytes(data + begin, length);
      }
    }
  }

  private void appendBytes(long address, int length) {
    long out = plain.reserve(plainBytes + 4 + length, plainBytes) + plainBytes;
    Memory.putInt(out, length);
    Memory.copy(address, out + 4, length);
    plainBytes += 4 + length;
  }

  /// Decimals of more than 18 digits and UUIDs.
  private void fixed(FlatVector vector, int @Nullable [] chosen, int count) {
    plainUsed = true;
    long data = vector.dataAddress();
    boolean decimal = vector.type() instanceof DataType.DecimalType;
    long out = plain.reserve(plainBytes + (long) count * fixedLength + 16, plainBytes) + plainBytes;
    for (int i = 0; i < count; i++) {
      long from = data + 16L * (chosen == null ? i : chosen[i]);
      if (decimal) {
        for (int b = 0; b < fixedLength; b++) {
          Memory.putByte(out + b, Memory.getByte(from + fixedLength - 1 - b));
        }
      } else {
        Memory.copy(from, out, 16);
      }
      hash(out, fixedLength);
      pageStatistics.bytes(out, fixedLength);
      out += fixedLength;
    }
    plainBytes += (long) count * fixedLength;
  }

  // ---- dictionary

  private void roomForCodes(int count) {
    if (codeCount + count > codes.length) {
      codes = Arrays.copyOf(codes, Math.max(codeCount + count, codes.length * 2));
    }
  }

  /// Gives the dictionary up where it grows too large or repeats too little.
  private void checkDictionary() {
    LongDictionary numbers = longs;
    BytesDictionary texts = strings;
    int size = numbers != null ? numbers.size() : texts != null ? texts.size() : 0;
    boolean tooLarge =
        size > MAX_DICTIONARY_ENTRIES || (texts != null && texts.bytes() > MAX_DICTIONARY_BYTES);
    boolean useless = encoded >= TRIAL_VALUES && size > encoded / 2;
    if (!tooLarge && !useless) {
      return;
    }
    dictionaryPays = dictionaryUsed && !useless;
    dictionary = false;
    codedBounds();
    hashDictionary();
    // The codes of the page at hand become plain values again.
    int count = codeCount;
    codeCount = 0;
    if (numbers != null) {
      long[] values = new long[count];
      for (int i = 0; i < count; i++) {
        values[i] = numbers.entry(codes[i]);
      }
      appendPlain(values, count);
    } else if (texts != null) {
      plainUsed = true;
      for (int i = 0; i < count; i++) {
        appendBytes(texts.address(codes[i]), texts.length(codes[i]));
      }
    }
    if (!dictionaryUsed) {
      longs = null;
      if (texts != null) {
        texts.close();
      }
      strings = null;
    }
  }

  /// Bounds of the strings that the codes of the page at hand stand for.
  private void codedBounds() {
    BytesDictionary texts = strings;
    if (texts == null) {
      return;
    }
    BitSet seen = new BitSet(texts.size());
    for (int i = 0; i < codeCount; i++) {
      if (!seen.get(codes[i])) {
        seen.set(codes[i]);
        pageStatistics.bytes(texts.address(codes[i]), texts.length(codes[i]));
      }
    }
  }

  // ---- pages

  private void flushPage() {
    if (pageValues == 0) {
      return;
    }
    if (dictionary) {
      codedBounds();
    }
    long used = 0;
    if (leaf.maxRepetition() > 0) {
      used = levels(repetitions, leaf.maxRepetition(), used);
    }
    if (leaf.maxDefinition() > 0) {
      used =
          leaf.path().size() > 1
              ? levels(definitions, leaf.maxDefinition(), used)
              : flatLevels(used);
    }
    int encoding = Encodings.PLAIN;
    if (dictionary) {
      encoding = Encodings.RLE_DICTIONARY;
      dictionaryUsed = true;
      int entries = longs != null ? longs.size() : strings != null ? strings.size() : 0;
      int width = Math.max(1, 32 - Integer.numberOfLeadingZeros(Math.max(0, entries - 1)));
      long out = page.reserve(used + 1 + RleWriter.maxBytes(codeCount, width), used) + used;
      Memory.putByte(out, (byte) width);
      used = RleWriter.write(codes, codeCount, width, out + 1) - page.address();
    } else {
      long out = page.reserve(used + plainBytes, used) + used;
      if (plainBytes > 0) {
        Memory.copy(plain.address(), out, plainBytes);
      }
      used += plainBytes;
    }
    long start = chunkBytes;
    appendPage(0, pageValues, encoding, page.address(), Math.toIntExact(used));
    pages.add(start, Math.toIntExact(chunkBytes - start), rowsBefore, pageStatistics);
    statistics.merge(pageStatistics);
    pageStatistics = new LeafStatistics(leaf.column().type());
    rowsBefore += pageRows;
    pageRows = 0;
    pageValues = 0;
    pageNulls = 0;
    codeCount = 0;
    plainBytes = 0;
    plainBits = 0;
  }

  /// The bitmap of a flat column is already the bit-packed form of its levels.
  private long flatLevels(long used) {
    int bytes = pageValues + 7 >>> 3;
    long out = page.reserve(used + 4 + 16 + bytes, used) + used;
    long end;
    if (pageNulls == 0 || pageNulls == pageValues) {
      end = RleWriter.varint((long) pageValues << 1, out + 4);
      Memory.putByte(end++, (byte) (pageNulls == 0 ? 1 : 0));
    } else {
      end = RleWriter.varint((long) bytes << 1 | 1, out + 4);
      Memory.copy(bitmap.address(), end, bytes);
      end += bytes;
    }
    Memory.putInt(out, (int) (end - out - 4));
    return used + (end - out);
  }

  private long levels(int[] values, int max, long used) {
    int width = LevelReader.bitsFor(max);
    long out = page.reserve(used + 4 + RleWriter.maxBytes(pageValues, width), used) + used;
    long end = RleWriter.write(values, pageValues, width, out + 4);
    Memory.putInt(out, (int) (end - out - 4));
    return used + (end - out);
  }

  private void appendPage(int type, int values, int encoding, long address, int length) {
    // The header needs the compressed length, so the body goes behind a gap.
    int gap = 64;
    chunk.reserve(chunkBytes + gap, chunkBytes);
    int compressed = compressor.compress(address, length, chunk, chunkBytes + gap);
    byte[] header = header(type, values, encoding, length, compressed);
    if (header.length > gap) {
      throw new IllegalStateException("page header of " + header.length + " bytes");
    }
    long at = chunk.address() + chunkBytes;
    Memory.copy(header, 0, at, header.length);
    Memory.copy(at + gap, at + header.length, compressed);
    chunkBytes += header.length + compressed;
    chunkUncompressed += header.length + (long) length;
  }

  private static byte[] header(int type, int values, int encoding, int plainLength, int length) {
    ThriftWriter out = new ThriftWriter();
    out.begin().i32(1, type).i32(2, plainLength).i32(3, length);
    if (type == 0) {
      out.struct(5)
          .i32(1, values)
          .i32(2, encoding)
          .i32(3, Encodings.RLE)
          .i32(4, Encodings.RLE)
          .end();
    } else {
      out.struct(7).i32(1, values).i32(2, encoding).end();
    }
    return out.end().toBytes();
  }

  // ---- row groups

  /// Ends the chunk, writes it and makes ready for the next row group.
  Chunk finish(FileSink sink) {
    flushPage();
    if (dictionary) {
      hashDictionary();
    }
    BloomFilter filter = bloom;
    if (filter != null) {
      filter.shrink(options.falsePositives(leaf));
    }
    long dictionaryOffset = -1;
    long start = sink.position();
    long uncompressed = chunkUncompressed;
    if (dictionaryUsed) {
      dictionaryOffset = start;
      uncompressed += writeDictionary(sink);
    }
    long dataOffset = sink.position();
    write(sink, chunk.address(), chunkBytes);
    Chunk finished =
        new Chunk(
            dictionaryOffset,
            dataOffset,
            uncompressed,
            sink.position() - start,
            statistics,
            pages,
            filter,
            dictionaryUsed,
            plainUsed);
    BytesDictionary texts = strings;
    if (texts != null) {
      texts.close();
      strings = null;
    }
    begin();
    return finished;
  }

  private static void write(FileSink sink, long address, long length) {
    for (long at = 0; at < length; ) {
      int count = (int) Math.min(1 << 30, length - at);
      ByteBuffer bytes = Codec.view(address + at, count);
      sink.write(bytes);
      at += count;
    }
  }

  private long writeDictionary(FileSink sink) {
    plainBytes = 0;
    LongDictionary numbers = longs;
    BytesDictionary texts = strings;
    boolean wasPlain = plainUsed;
    int entries = 0;
    if (numbers != null) {
      entries = numbers.size();
      long[] values = new long[entries];
      for (int i = 0; i < entries; i++) {
        values[i] = numbers.entry(i);
      }
      appendPlain(values, entries);
    } else if (texts != null) {
      entries = texts.size();
      for (int i = 0; i < entries; i++) {
        appendBytes(texts.address(i), texts.length(i));
      }
    }
    plainUsed = wasPlain;
    int length = Math.toIntExact(plainBytes);
    plainBytes = 0;
    int compressed = compressor.compress(plain.reserve(length, length), length, page, 0);
    byte[] header = header(2, entries, Encodings.PLAIN, length, compressed);
    sink.write(ByteBuffer.wrap(header));
    write(sink, page.address(), compressed);
    return header.length + (long) length;
  }

  @Override
  public void close() {
    BytesDictionary texts = strings;
    strings = null;
    if (texts != null) {
      texts.close();
    }
    plain.close();
    bitmap.close();
    page.close();
    chunk.close();
  }
}
