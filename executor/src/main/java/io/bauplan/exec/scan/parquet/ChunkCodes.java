package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.DataType;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// A column chunk's dictionary and the codes in its pages. Used by one thread.
final class ChunkCodes implements AutoCloseable {
  /// Larger dictionaries gain nothing over flat strings.
  private static final int MAX_CODED_ENTRIES = 1 << 16;

  /// Of whole numbers: they fit into the nearest cache, with room for what is done to them.
  private static final int MAX_CODED_NUMBERS = 4096;

  private final SchemaNode leaf;
  private final DataType type;
  private final BufferAllocator allocator;
  private final RleReader runs = new RleReader();
  private final NativeBuffer scratch;
  private @Nullable FlatVector dictionary;
  private boolean distinct;

  /// Of a code of the page, unpacked.
  private int codeBytes;

  ChunkCodes(SchemaNode leaf, DataType type, BufferAllocator allocator) {
    this.leaf = leaf;
    this.type = type;
    this.allocator = allocator;
    this.scratch = new NativeBuffer(allocator);
  }

  /// Whether pages of an encoding have codes.
  static boolean isCoded(int encoding) {
    return encoding == Encodings.RLE_DICTIONARY || encoding == Encodings.PLAIN_DICTIONARY;
  }

  boolean hasDictionary() {
    return dictionary != null;
  }

  /// Borrowed.
  FlatVector dictionary() {
    return java.util.Objects.requireNonNull(dictionary);
  }

  /// Whether the dictionary is worth keeping: small, and no two entries are equal.
  boolean areDistinct() {
    return distinct;
  }

  /// Reads the dictionary that the stream is at.
  void readDictionary(PageStream pages) {
    if (dictionary != null) {
      throw new CorruptData("it has two dictionaries");
    }
    int encoding = pages.encoding();
    if (encoding != Encodings.PLAIN && encoding != Encodings.PLAIN_DICTIONARY) {
      throw new CorruptData("a dictionary in encoding " + encoding);
    }
    int count = pages.valueCount();
    long smallest = leaf.requirePhysical() == SchemaNode.Physical.BYTE_ARRAY ? 4 : leaf.width();
    pages.body().upTo(pages.valuesEnd());
    if (count < 0
        || leaf.requirePhysical() == SchemaNode.Physical.BOOLEAN
        || count * smallest > pages.valuesEnd() - pages.values()) {
      throw new CorruptData("a dictionary claims " + count + " entries");
    }
    try (LeafBuilder entries = new LeafBuilder(leaf, type, allocator)) {
      entries.append(
          ValueReader.of(
              leaf, Encodings.PLAIN, pages.body(), pages.values(), pages.valuesEnd(), count),
          count);
      FlatVector made = entries.finish(null);
      dictionary = made;
      distinct =
          isString()
              ? count <= MAX_CODED_ENTRIES && DistinctCheck.distinct(made)
              : isNumber(count) && DistinctCheck.distinctNumbers(made);
    }
  }

  /// Whole numbers that are wider than their codes. Floats are not: zeros of both signs are equal.
  private boolean isNumber(int count) {
    long bits = FlatVector.bitsPerValue(type);
    return count <= MAX_CODED_NUMBERS
        && (bits == 32 || bits == 64)
        && !(type instanceof DataType.FloatType);
  }

  private boolean isString() {
    return type instanceof DataType.VarcharType || type instanceof DataType.BinaryType;
  }

  /// Goes to the codes of the page that the stream is at.
  void startPage(PageStream pages) {
    if (dictionary == null) {
      throw new CorruptData("a page uses a dictionary that is not there");
    }
    pages.body().upTo(pages.valuesEnd());
    long address = pages.values();
    if (address < pages.valuesEnd()) {
      int width = Memory.getByte(address) & 0xff;
      runs.reset(address + 1, pages.valuesEnd(), width);
      codeBytes = width <= 8 ? 1 : width <= 16 ? 2 : 4;
    } else {
      // A page of NULLs alone may have no codes at all.
      runs.reset(address, address, 1);
      codeBytes = 1;
    }
  }

  void skip(int count) {
    runs.skip(count);
  }

  /// Appends the entries of the next `count` codes.
  void append(LeafBuilder builder, int count) {
    long codes = scratch.reserve((long) count * codeBytes + 8, 0);
    unpack(codes, count);
    builder.appendCodes(dictionary(), codes, codeBytes, count);
  }

  /// The next `count` codes, of 1 or 2 bytes each, at `out`.
  void read(long out, int width, int count) {
    if (codeBytes == width) {
      unpack(out, count);
    } else {
      narrow(out, width, count);
    }
  }

  /// Unpacks the next `count` codes to `out` and proves them to be within the dictionary.
  private void unpack(long out, int count) {
    runs.codes(out, codeBytes, count);
    int limit = dictionary().length();
    if (!codesBelow(out, codeBytes, count, limit)) {
      throw new CorruptData("a code outside its dictionary of " + limit + " entries");
    }
  }

  /// Codes whose page packs them wider or narrower than the dictionary's length asks for.
  private void narrow(long out, int width, int count) {
    long codes = scratch.reserve((long) count * codeBytes + 8, 0);
    unpack(codes, count);
    for (int i = 0; i < count; i++) {
      int code =
          switch (codeBytes) {
            case 1 -> Memory.getByte(codes + i) & 0xff;
            case 2 -> Memory.getShort(codes + 2L * i) & 0xffff;
            default -> Memory.getInt(codes + 4L * i);
          };
      if (width == 1) {
        Memory.putByte(out + i, (byte) code);
      } else {
        Memory.putShort(out + 2L * i, (short) code);
      }
    }
  }

  /// Whether each code is below `limit`; looks at eight bytes of them at a time.
  static boolean codesBelow(long codes, int codeBytes, int count, int limit) {
    if (codeBytes == 4) {
      int over = 0;
      for (int i = 0; i < count; i++) {
        int code = Memory.getInt(codes + 4L * i);
        over |= code | limit - 1 - code;
      }
      return over >= 0;
    }
    int bits = 8 * codeBytes;
    if (limit >= 1 << bits) {
      return true;
    }
    // A lane's high bit comes on where its other bits, or all of them, reach the limit.
    long ones = codeBytes == 1 ? 0x0101010101010101L : 0x0001000100010001L;
    long high = ones << bits - 1;
    int half = 1 << bits - 1;
    boolean low = limit <= half;
    long add = ones * ((low ? half : 2 * half) - limit);
    long over = 0;
    long bytes = (long) count * codeBytes;
    long at = 0;
    for (; at <= bytes - 8; at += 8) {
      long word = Memory.getLong(codes + at);
      long reached = (word & ~high) + add;
      over |= low ? word | reached : word & reached;
    }
    if ((over & high) != 0) {
      return false;
    }
    for (; at < bytes; at += codeBytes) {
      int code =
          codeBytes == 1 ? Memory.getByte(codes + at) & 0xff : Memory.getShort(codes + at) & 0xffff;
      if (code >= limit) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    FlatVector entries = dictionary;
    dictionary = null;
    if (entries != null) {
      entries.close();
    }
    scratch.close();
  }
}
