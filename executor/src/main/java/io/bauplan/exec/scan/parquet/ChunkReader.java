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
  private static final int SKIP_ROWS = 4096;

  private final SchemaNode leaf;
  private final BufferAllocator allocator;
  private final PageStream pages;
  private final LeafBuilder builder;
  private final LevelReader levels;
  private final ChunkCodes codes;

  /// Those of the page; null where it has codes.
  private @Nullable ValueReader values;

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
    this.levels = new LevelReader(leaf, allocator);
    this.codes = new ChunkCodes(leaf, type, allocator);
    this.chunkLeft = chunk.valueCount();
  }

  // ---- pages

  private void advance() {
    while (pageLeft == 0) {
      if (chunkLeft <= 0 || !pages.next()) {
        throw new CorruptData("it has fewer values than its metadata say");
      }
      if (pages.kind() == PageStream.Kind.DICTIONARY) {
        codes.readDictionary(pages);
      } else if (!passedDictionaryNeeded()) {
        startPage();
      }
    }
  }

  /// Whether the page needs a dictionary that was passed over: it is read now, and the page, whose
  /// bytes are gone for those of the dictionary, comes once more.
  private boolean passedDictionaryNeeded() {
    if (codes.hasDictionary() || !ChunkCodes.isCoded(pages.encoding())) {
      return false;
    }
    long page = pages.rewind();
    if (page < 0) {
      return false;
    }
    if (!pages.next() || pages.kind() != PageStream.Kind.DICTIONARY) {
      throw new CorruptData("its dictionary was there and is gone");
    }
    codes.readDictionary(pages);
    pages.seek(page);
    return true;
  }

  private void startPage() {
    int count = pages.valueCount();
    if (count > chunkLeft) {
      throw new CorruptData("it has more values than its metadata say");
    }
    levels.startPage(pages);
    coded = ChunkCodes.isCoded(pages.encoding());
    if (coded) {
      codes.startPage(pages);
      values = null;
    } else {
      values =
          ValueReader.of(
              leaf, pages.encoding(), pages.body(), pages.values(), pages.valuesEnd(), count);
    }
    pageLeft = count;
    chunkLeft -= count;
  }

  private void appendValues(int count) {
    if (count == 0) {
      return;
    }
    ValueReader plain = values;
    if (plain == null) {
      codes.append(builder, count);
    } else {
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
        boolean set = leaf.maxDefinition() == 0 || levels.present(1) == 1;
        if (set) {
          appendValues(1);
        } else {
          builder.spread(i, 1, levels.bitmap());
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
    codes.readDictionary(pages);
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
      int count = (int) Math.min(SKIP_ROWS, Math.min(skipRows, pageLeft));
      int set = leaf.maxDefinition() == 0 ? count : levels.present(count);
      ValueReader plain = values;
      if (plain == null) {
        codes.skip(set);
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
    return coded && codes.areDistinct() ? readCodes(rows) : readValues(rows);
  }

  private FlatVector readValues(int rows) {
    ArrowBuf validity = null;
    try {
      int done = 0;
      while (done < rows) {
        advance();
        int count = Math.min(rows - done, pageLeft);
        int set = leaf.maxDefinition() == 0 ? count : levels.present(count);
        if (validity == null && set < count) {
          validity = zeroedBitmap(rows);
          Bits.set(validity.memoryAddress(), 0, done);
        }
        appendValues(set);
        if (set < count) {
          builder.spread(done, count, levels.bitmap());
        }
        if (validity != null) {
          if (set == count) {
            Bits.set(validity.memoryAddress(), done, count);
          } else {
            Bits.or(levels.bitmap(), 0, validity.memoryAddress(), done, count);
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
    FlatVector entries = codes.dictionary();
    int width = entries.length() <= 256 ? 1 : 2;
    ArrowBuf data = allocator.buffer((long) rows * width + Vector.TAIL_PADDING_BYTES);
    ArrowBuf validity = null;
    int done = 0;
    try {
      while (done < rows) {
        advance();
        if (!coded) {
          break;
        }
        int count = Math.min(rows - done, pageLeft);
        int set = leaf.maxDefinition() == 0 ? count : levels.present(count);
        long out = data.memoryAddress() + (long) done * width;
        codes.read(out, width, set);
        if (set < count) {
          LeafBuilder.spread(out, width, set, count, levels.bitmap());
          if (validity == null) {
            validity = zeroedBitmap(rows);
            Bits.set(validity.memoryAddress(), 0, done);
          }
          Bits.or(levels.bitmap(), 0, validity.memoryAddress(), done, count);
        } else if (validity != null) {
          Bits.set(validity.memoryAddress(), done, count);
        }
        pageLeft -= count;
        done += count;
      }
    } catch (RuntimeException | Error e) {
      data.close();
      if (validity != null) {
        validity.close();
      }
      throw e;
    }
    DictionaryVector vector = new DictionaryVector(done, width, validity, data, entries.retain());
    return done == rows ? vector : followedByValues(vector, rows - done);
  }

  /// Takes over the first rows.
  private FlatVector followedByValues(DictionaryVector before, int rows) {
    try (before;
        FlatVector first = before.flatten(allocator);
        FlatVector rest = readValues(rows)) {
      return Concat.concat(builder.type(), List.of(first, rest), allocator);
    }
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
      n = levels.fill(out, start, n);
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
      levels.keep(out, start + take, n - take);
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
    codes.close();
    builder.close();
    levels.close();
    pages.close();
  }
}
