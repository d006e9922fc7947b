package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.Concat;
import io.bauplan.exec.batch.DictionaryVector;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.memory.Memory;
import io.bauplan.exec.scan.store.RangeReader;
import io.bauplan.sql.plan.DataType;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Reads one leaf column of one row group, page after page.
///
/// Strings of dictionary pages come out as codes where the dictionary is small, whole numbers where
/// it is so small that codes are looked up in no time; everything else is flat.
final class ChunkReader implements AutoCloseable {
  /// Larger dictionaries gain nothing over flat strings.
  private static final int MAX_CODED_ENTRIES = 1 << 16;

  /// Of whole numbers: they fit into the nearest cache, with room for what is done to them.
  private static final int MAX_CODED_NUMBERS = 4096;

  private static final int LEVELS = 4096;

  private final SchemaNode leaf;
  private final BufferAllocator allocator;
  private final PageStream pages;
  private final LeafBuilder builder;
  private final RleReader repetitionLevels = new RleReader();
  private final RleReader definitionLevels = new RleReader();
  private final RleReader codeRuns = new RleReader();
  private final NativeBuffer codeScratch;
  private final NativeBuffer present;
  private final int[] levels;
  private @Nullable ValueReader values;
  private @Nullable FlatVector dictionary;
  private int codeBytes;
  private boolean distinct;
  private boolean coded;
  private int pageLeft;
  private long chunkLeft;
  private long skipRows;

  /// Borrows the file until closed.
  ///
  /// @param plan which pages will be read, where that is known
  ChunkReader(
      RangeReader file,
      Footer.Chunk chunk,
      @Nullable PagePlan plan,
      SchemaNode leaf,
      DataType type,
      LongAdder bytesRead,
      BufferAllocator allocator) {
    this.leaf = leaf;
    this.allocator = allocator;
    this.builder = new LeafBuilder(leaf, type, allocator);
    this.pages = new PageStream(file, chunk, plan, leaf, bytesRead, allocator);
    this.codeScratch = new NativeBuffer(allocator);
    this.present = new NativeBuffer(allocator);
    this.levels = leaf.maxDefinition() > 1 ? new int[LEVELS] : new int[0];
    this.chunkLeft = chunk.valueCount();
  }

  // ---- pages

  private void advance() {
    while (pageLeft == 0) {
      if (chunkLeft <= 0 || !pages.next()) {
        throw new CorruptData("it has fewer values than its metadata say");
      }
      if (pages.kind() == PageStream.Kind.DICTIONARY) {
        readDictionary();
      } else if (!passedDictionaryNeeded()) {
        startPage();
      }
    }
  }

  /// Whether the page needs a dictionary that was passed over: it is read now, and the page, whose
  /// bytes are gone for those of the dictionary, comes once more.
  private boolean passedDictionaryNeeded() {
    if (dictionary != null || !coded(pages.encoding())) {
      return false;
    }
    long page = pages.rewind();
    if (page < 0) {
      return false;
    }
    if (!pages.next() || pages.kind() != PageStream.Kind.DICTIONARY) {
      throw new CorruptData("its dictionary was there and is gone");
    }
    readDictionary();
    pages.seek(page);
    return true;
  }

  private static boolean coded(int encoding) {
    return encoding == Encodings.RLE_DICTIONARY || encoding == Encodings.PLAIN_DICTIONARY;
  }

  private void startPage() {
    int count = pages.valueCount();
    if (count > chunkLeft) {
      throw new CorruptData("it has more values than its metadata say");
    }
    if (leaf.maxRepetition() > 0) {
      repetitionLevels.reset(
          pages.repetitions(), pages.repetitionsEnd(), bitsFor(leaf.maxRepetition()));
    }
    if (leaf.maxDefinition() > 0) {
      definitionLevels.reset(
          pages.definitions(), pages.definitionsEnd(), bitsFor(leaf.maxDefinition()));
    }
    int encoding = pages.encoding();
    coded = coded(encoding);
    if (coded) {
      FlatVector entries = dictionary;
      if (entries == null) {
        throw new CorruptData("a page uses a dictionary that is not there");
      }
      long address = pages.values();
      if (address < pages.valuesEnd()) {
        int width = Memory.getByte(address) & 0xff;
        codeRuns.reset(address + 1, pages.valuesEnd(), width);
        codeBytes = width <= 8 ? 1 : width <= 16 ? 2 : 4;
      } else {
        // A page of NULLs alone may have no codes at all.
        codeRuns.reset(address, address, 1);
        codeBytes = 1;
      }
      values = null;
    } else {
      values = ValueReader.of(leaf, encoding, pages.values(), pages.valuesEnd(), count);
    }
    pageLeft = count;
    chunkLeft -= count;
  }

  static int bitsFor(int maxLevel) {
    return 32 - Integer.numberOfLeadingZeros(maxLevel);
  }

  private void readDictionary() {
    if (dictionary != null) {
      throw new CorruptData("it has two dictionaries");
    }
    int encoding = pages.encoding();
    if (encoding != Encodings.PLAIN && encoding != Encodings.PLAIN_DICTIONARY) {
      throw new CorruptData("a dictionary in encoding " + encoding);
    }
    int count = pages.valueCount();
    long smallest = leaf.requirePhysical() == SchemaNode.Physical.BYTE_ARRAY ? 4 : leaf.width();
    if (count < 0
        || leaf.requirePhysical() == SchemaNode.Physical.BOOLEAN
        || count * smallest > pages.valuesEnd() - pages.values()) {
      throw new CorruptData("a dictionary claims " + count + " entries");
    }
    try (LeafBuilder entries = new LeafBuilder(leaf, builder.type(), allocator)) {
      entries.append(
          ValueReader.of(leaf, Encodings.PLAIN, pages.values(), pages.valuesEnd(), count), count);
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
    long bits = FlatVector.bitsPerValue(builder.type());
    return count <= MAX_CODED_NUMBERS
        && (bits == 32 || bits == 64)
        && !(builder.type() instanceof DataType.FloatType);
  }

  private boolean isString() {
    return builder.type() instanceof DataType.VarcharType
        || builder.type() instanceof DataType.BinaryType;
  }

  /// Unpacks the next `count` codes to `out` and proves them to be within the dictionary.
  private void codes(long out, int count) {
    FlatVector entries = java.util.Objects.requireNonNull(dictionary);
    codeRuns.codes(out, codeBytes, count);
    int limit = entries.length();
    if (!codesBelow(out, codeBytes, count, limit)) {
      throw new CorruptData("a code outside its dictionary of " + limit + " entries");
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

  private void appendValues(int count) {
    if (count == 0) {
      return;
    }
    FlatVector entries = dictionary;
    ValueReader plain = values;
    if (coded && entries != null) {
      long scratch = codeScratch.reserve((long) count * codeBytes + 8, 0);
      codes(scratch, count);
      builder.appendCodes(entries, scratch, codeBytes, count);
    } else if (plain != null) {
      builder.append(plain, count);
    }
  }

  // ---- flat columns

  /// Passes over rows of a column that is not within a list, whole pages of them unread.
  void skip(long rows) {
    skipRows += rows;
  }

  /// Single rows of the next `rows`. The caller owns the result.
  Vector pick(int rows, int[] picked, int count) {
    ArrowBuf validity = null;
    try {
      int at = 0;
      for (int i = 0; i < count; i++) {
        skip(picked[i] - at);
        skipRows();
        advance();
        boolean set = leaf.maxDefinition() == 0 || definitions(1) == 1;
        if (set) {
          appendValues(1);
        } else {
          builder.spread(i, 1, present.address());
        }
        if (validity == null && !set) {
          validity = zeroedBitmap(count);
          Bits.set(validity.memoryAddress(), 0, i);
        } else if (validity != null && set) {
          Memory.setBit(validity.memoryAddress(), i);
        }
        pageLeft--;
        at = picked[i] + 1;
      }
      skip(rows - at);
      FlatVector vector = builder.finish(validity);
      validity = null;
      return vector;
    } finally {
      if (validity != null) {
        validity.close();
      }
    }
  }

  /// Reads it on the way, since one does not come back to it.
  private void advanceToDictionary() {
    if (!pages.next() || pages.kind() != PageStream.Kind.DICTIONARY) {
      throw new CorruptData("its page index does not fit its pages");
    }
    readDictionary();
  }

  private void skipRows() {
    while (skipRows > 0) {
      if (pageLeft == 0) {
        if (pages.atDictionary()) {
          advanceToDictionary();
        }
        long passed = pages.skip(Math.min(skipRows, chunkLeft));
        skipRows -= passed;
        chunkLeft -= passed;
        if (skipRows == 0) {
          return;
        }
        advance();
      }
      int count = (int) Math.min(LEVELS, Math.min(skipRows, pageLeft));
      int set = leaf.maxDefinition() == 0 ? count : definitions(count);
      ValueReader plain = values;
      if (plain == null) {
        codeRuns.skip(set);
      } else if (!plain.skip(set)) {
        builder.skip(plain, set);
      }
      pageLeft -= count;
      skipRows -= count;
    }
  }

  /// The next `rows` rows of a column that is not within a list. Each row is NULL whose definition
  /// level is below the leaf's. The caller owns the result.
  Vector read(int rows) {
    skipRows();
    advance();
    return coded && distinct ? readCodes(rows) : readValues(rows);
  }

  private FlatVector readValues(int rows) {
    ArrowBuf validity = null;
    try {
      int done = 0;
      while (done < rows) {
        advance();
        int count = Math.min(rows - done, pageLeft);
        int set = leaf.maxDefinition() == 0 ? count : definitions(count);
        if (validity == null && set < count) {
          validity = zeroedBitmap(rows);
          Bits.set(validity.memoryAddress(), 0, done);
        }
        appendValues(set);
        if (set < count) {
          builder.spread(done, count, present.address());
        }
        if (validity != null) {
          if (set == count) {
            Bits.set(validity.memoryAddress(), done, count);
          } else {
            Bits.or(present.address(), 0, validity.memoryAddress(), done, count);
          }
        }
        pageLeft -= count;
        done += count;
      }
      FlatVector vector = builder.finish(validity);
      validity = null;
      return vector;
    } finally {
      if (validity != null) {
        validity.close();
      }
    }
  }

  /// Codes, out of as many pages as it takes. A page without them makes values of all rows.
  private Vector readCodes(int rows) {
    FlatVector entries = java.util.Objects.requireNonNull(dictionary);
    int width = entries.length() <= 256 ? 1 : 2;
    ArrowBuf codes = allocator.buffer((long) rows * width + Vector.TAIL_PADDING_BYTES);
    ArrowBuf validity = null;
    int done = 0;
    try {
      while (done < rows) {
        advance();
        if (!coded) {
          break;
        }
        int count = Math.min(rows - done, pageLeft);
        int set = leaf.maxDefinition() == 0 ? count : definitions(count);
        long out = codes.memoryAddress() + (long) done * width;
        if (codeBytes == width) {
          codes(out, set);
        } else {
          narrow(out, width, set);
        }
        if (set < count) {
          LeafBuilder.spread(out, width, set, count, present.address());
          if (validity == null) {
            validity = zeroedBitmap(rows);
            Bits.set(validity.memoryAddress(), 0, done);
          }
          Bits.or(present.address(), 0, validity.memoryAddress(), done, count);
        } else if (validity != null) {
          Bits.set(validity.memoryAddress(), done, count);
        }
        pageLeft -= count;
        done += count;
      }
    } catch (RuntimeException | Error e) {
      codes.close();
      if (validity != null) {
        validity.close();
      }
      throw e;
    }
    DictionaryVector vector = new DictionaryVector(done, width, validity, codes, entries.retain());
    return done == rows ? vector : followedByValues(vector, rows - done);
  }

  /// Takes over the codes.
  private FlatVector followedByValues(DictionaryVector codes, int rows) {
    try (codes;
        FlatVector first = codes.flatten(allocator);
        FlatVector rest = readValues(rows)) {
      return Concat.concat(builder.type(), List.of(first, rest), allocator);
    }
  }

  /// Codes whose page packs them wider or narrower than the dictionary's length asks for.
  private void narrow(long out, int width, int count) {
    long scratch = codeScratch.reserve((long) count * codeBytes + 8, 0);
    codes(scratch, count);
    for (int i = 0; i < count; i++) {
      int code =
          switch (codeBytes) {
            case 1 -> Memory.getByte(scratch + i) & 0xff;
            case 2 -> Memory.getShort(scratch + 2L * i) & 0xffff;
            default -> Memory.getInt(scratch + 4L * i);
          };
      if (width == 1) {
        Memory.putByte(out + i, (byte) code);
      } else {
        Memory.putShort(out + 2L * i, (short) code);
      }
    }
  }

  /// Reads the next `count` definition levels into `present`; how many values there are.
  private int definitions(int count) {
    int max = leaf.maxDefinition();
    if (max == 1 && definitionLevels.onesAhead() >= count) {
      definitionLevels.skipRun(count);
      return count;
    }
    long bitmap = present.reserve((count + 7 >>> 3) + 8, 0);
    Memory.fill(bitmap, (count + 7 >>> 3) + 8, (byte) 0);
    if (max == 1) {
      return definitionLevels.bits(bitmap, 0, count);
    }
    int set = 0;
    for (int done = 0; done < count; ) {
      int n = Math.min(LEVELS, count - done);
      definitionLevels.ints(levels, 0, n);
      for (int i = 0; i < n; i++) {
        if (levels[i] == max) {
          Memory.setBit(bitmap, done + i);
          set++;
        }
      }
      done += n;
    }
    return set;
  }

  private ArrowBuf zeroedBitmap(int rows) {
    ArrowBuf bitmap = allocator.buffer((rows + 7 >>> 3) + Vector.TAIL_PADDING_BYTES);
    bitmap.setZero(0, bitmap.capacity());
    return bitmap;
  }

  // ---- nested columns

  /// The next `rows` rows with their levels, for assembling lists and structs. A slot is an entry
  /// whose definition level is at least `slotDefinition`; the vector has one row per slot.
  Levels readLevels(int rows, int slotDefinition, Levels reuse) {
    Levels out = reuse;
    out.clear();
    int records = 0;
    int max = leaf.maxDefinition();
    int valuesRead = 0;
    while (true) {
      if (pageLeft == 0) {
        if (chunkLeft == 0) {
          break;
        }
        advance();
      }
      int n = Math.min(Levels.BLOCK, pageLeft);
      int start = out.size();
      out.room(n);
      // Levels are looked at one block ahead: those of the next row are kept for the next call.
      n = fill(out, start, n);
      if (start == 0 && n > 0 && out.repetition(0) != 0) {
        throw new CorruptData("its first value continues a row that does not exist");
      }
      int take = 0;
      while (take < n) {
        if (out.repetition(start + take) == 0 && records++ == rows) {
          records--;
          break;
        }
        take++;
      }
      int set = 0;
      for (int i = start; i < start + take; i++) {
        if (out.definition(i) == max) {
          set++;
        }
      }
      appendValues(set);
      valuesRead += set;
      pageLeft -= take;
      keep(out, start + take, n - take);
      out.truncate(start + take);
      if (take < n) {
        break;
      }
    }
    if (records != rows) {
      throw new CorruptData("it has fewer rows than its metadata say");
    }
    out.finish(this, slotDefinition, max, valuesRead);
    return out;
  }

  private int[] aheadRepetitions = new int[0];
  private int[] aheadDefinitions = new int[0];
  private int ahead;

  private int fill(Levels out, int start, int wanted) {
    if (ahead > 0) {
      int n = ahead;
      out.put(start, aheadRepetitions, aheadDefinitions, n);
      ahead = 0;
      return n;
    }
    if (leaf.maxRepetition() > 0) {
      repetitionLevels.ints(out.repetitions(), start, wanted);
    } else {
      java.util.Arrays.fill(out.repetitions(), start, start + wanted, 0);
    }
    if (leaf.maxDefinition() > 0) {
      definitionLevels.ints(out.definitions(), start, wanted);
    } else {
      java.util.Arrays.fill(out.definitions(), start, start + wanted, 0);
    }
    return wanted;
  }

  private void keep(Levels out, int from, int count) {
    if (count > 0) {
      if (aheadRepetitions.length < Levels.BLOCK) {
        aheadRepetitions = new int[Levels.BLOCK];
        aheadDefinitions = new int[Levels.BLOCK];
      }
      System.arraycopy(out.repetitions(), from, aheadRepetitions, 0, count);
      System.arraycopy(out.definitions(), from, aheadDefinitions, 0, count);
      ahead = count;
    }
  }

  /// The values read for `levels`, one row per slot.
  FlatVector slots(int slots, int valueCount, @Nullable ArrowBuf validity) {
    if (validity != null) {
      builder.spread(0, slots, validity.memoryAddress());
    } else if (slots != valueCount) {
      throw new IllegalStateException(slots + " slots, " + valueCount + " values");
    }
    return builder.finish(validity);
  }

  BufferAllocator allocator() {
    return allocator;
  }

  @Override
  public void close() {
    FlatVector entries = dictionary;
    dictionary = null;
    if (entries != null) {
      entries.close();
    }
    builder.close();
    codeScratch.close();
    present.close();
    pages.close();
  }
}
