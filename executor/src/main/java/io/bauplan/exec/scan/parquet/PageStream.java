package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.memory.Memory;
import io.bauplan.exec.scan.store.RangeReader;
import java.util.concurrent.atomic.LongAdder;
import java.util.zip.CRC32;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// The pages of one column chunk, one after the other. A page's memory is good until the next one
/// is asked for; it can be read 8 bytes past its end.
final class PageStream implements AutoCloseable {
  private static final int MAX_HEADER_BYTES = 16 << 20;
  private static final int FIRST_HEADER_BYTES = 256;

  enum Kind {
    DICTIONARY,
    DATA
  }

  private final RangeReader file;
  private final long end;
  private final int readBytes;
  private final LongAdder bytesRead;
  private final Codec codec;
  private final NativeBuffer raw;
  private final NativeBuffer plain;
  private final PageBody body = new PageBody();

  /// Where the bytes are used as the file holds them, instead of in `raw`.
  private RangeReader.@Nullable Lent lent;

  private final CRC32 checksum = new CRC32();
  private final int maxDefinition;
  private final int maxRepetition;
  private final @Nullable PagePlan plan;

  /// Rows before the next page, where there is a plan.
  private long row;

  /// File offset of the first byte in `raw`, and of the next byte to look at.
  private long rawStart;

  private int rawLength;
  private long at;

  /// Where the dictionary page is that `skip` passed over; -1 = nowhere.
  private long passedDictionary = -1;

  /// Where the page of the last `next` begins.
  private long pageAt;

  private Kind kind = Kind.DATA;
  private int valueCount;
  private int encoding;
  private long repetitions;
  private long repetitionsEnd;
  private long definitions;
  private long definitionsEnd;
  private long values;
  private long valuesEnd;

  /// Borrows the file until closed.
  ///
  /// @param plan which pages will be read, of a column that is not within a list; null = unknown
  PageStream(
      RangeReader file,
      Footer.Chunk chunk,
      @Nullable PagePlan plan,
      SchemaNode leaf,
      LongAdder bytesRead,
      BufferAllocator allocator) {
    this.file = file;
    this.plan = plan;
    this.at = chunk.offset();
    this.rawStart = at;
    this.end = at + chunk.compressedBytes();
    this.readBytes = file.preferredReadBytes();
    this.bytesRead = bytesRead;
    this.codec = new Codec(chunk.codec());
    this.raw = new NativeBuffer(allocator);
    this.plain = new NativeBuffer(allocator);
    this.maxDefinition = leaf.maxDefinition();
    this.maxRepetition = leaf.maxRepetition();
  }

  Kind kind() {
    return kind;
  }

  int valueCount() {
    return valueCount;
  }

  int encoding() {
    return encoding;
  }

  long repetitions() {
    return repetitions;
  }

  long repetitionsEnd() {
    return repetitionsEnd;
  }

  long definitions() {
    return definitions;
  }

  long definitionsEnd() {
    return definitionsEnd;
  }

  long values() {
    return values;
  }

  long valuesEnd() {
    return valuesEnd;
  }

  /// What makes the values good; levels are.
  PageBody body() {
    return body;
  }

  /// Address of `wanted` bytes (fewer at the chunk's end) from the present position.
  private long buffered(int wanted) {
    return buffered(wanted, readBytes);
  }

  /// @param ahead bytes to read, if any have to be
  private long buffered(int wanted, int ahead) {
    int need = (int) Math.min(wanted, end - at);
    if (at - rawStart + need > rawLength && !lent(need)) {
      long kept = Math.max(0, rawStart + rawLength - at);
      int length = Math.max(need, (int) Math.min(limit() - at, ahead));
      RangeReader.Lent before = lent;
      long old = before == null ? raw.address() : before.address();
      long from = old + (at - rawStart);
      long address;
      if (before == null) {
        if (old != 0 && kept > 0) {
          Memory.copy(from, old, kept);
        }
        address = raw.reserve(length, kept);
      } else {
        address = raw.reserve(length, 0);
        Memory.copy(from, address, kept);
        giveBack();
      }
      file.read(at + kept, address + kept, (int) (length - kept));
      bytesRead.add(length - kept);
      rawStart = at;
      rawLength = length;
    }
    return (lent == null ? raw.address() : lent.address()) + (at - rawStart);
  }

  /// Whether the bytes from the present position lie in the file's own memory.
  private boolean lent(int need) {
    long known = rawStart + rawLength;
    RangeReader.Lent present = lent;
    if (present == null || at - rawStart + need > present.length()) {
      RangeReader.Lent next = file.lend(at, need, (int) Math.min(limit() - at, Integer.MAX_VALUE));
      if (next == null) {
        return false;
      }
      giveBack();
      lent = next;
      present = next;
      rawStart = at;
    }
    rawLength = (int) (at - rawStart) + need;
    present.await(rawLength);
    bytesRead.add(Math.max(0, rawStart + rawLength - Math.max(known, at)));
    return true;
  }

  private void giveBack() {
    if (lent != null) {
      lent.close();
      lent = null;
    }
  }

  /// What may be read at once: up to a page that will not be.
  private long limit() {
    return plan == null ? end : plan.limit(at);
  }

  /// Whether the next page is a dictionary, as far as a plan tells.
  boolean atDictionary() {
    return plan != null && at < plan.firstOffset();
  }

  private long skip(long values, PagePlan pages) {
    long target = row + values;
    PageTable table = pages.table();
    int page = target == table.rowCount() ? table.size() : table.pageOf(target);
    long first = page == table.size() ? target : table.firstRows()[page];
    if (first <= row) {
      return 0;
    }
    at = page == table.size() ? end : table.offsets()[page];
    long passed = first - row;
    row = first;
    return passed;
  }

  /// Passes over data pages, unread, as long as each has no more values than are left of `values`;
  /// how many values they have. A dictionary page on the way stays for later.
  long skip(long values) {
    if (plan != null) {
      return skip(values, plan);
    }
    long passed = 0;
    while (at < end) {
      long start = at;
      PageHeader header = header(FIRST_HEADER_BYTES);
      PageHeader.Data data =
          header.type() == 0 ? header.data() : header.type() == 3 ? header.dataV2() : null;
      if (header.compressed() < 0
          || header.compressed() > end - at
          || header.type() != 1
              && header.type() != 2
              && (data == null || data.values() < 0 || data.values() > values - passed)) {
        at = start;
        break;
      }
      if (header.type() == 2) {
        if (passedDictionary >= 0) {
          throw new CorruptData("it has two dictionaries");
        }
        passedDictionary = start;
      }
      passed += data == null ? 0 : data.values();
      at += header.compressed();
    }
    return passed;
  }

  /// Goes back to the dictionary page that `skip` passed over, if there is one.
  ///
  /// @return where the present page begins; -1 = there is no such dictionary
  long rewind() {
    long dictionary = passedDictionary;
    if (dictionary < 0) {
      return -1;
    }
    long present = pageAt;
    passedDictionary = -1;
    seek(dictionary);
    return present;
  }

  /// Goes to the page that begins there.
  void seek(long page) {
    at = page;
    giveBack();
    rawStart = page;
    rawLength = 0;
  }

  /// Goes to the next dictionary or data page; false at the chunk's end.
  boolean next() {
    while (at < end) {
      pageAt = at;
      PageHeader header = header(readBytes);
      if (header.compressed() < 0 || header.uncompressed() < 0 || header.compressed() > end - at) {
        throw new CorruptData(
            "a page claims " + header.compressed() + " bytes where " + (end - at) + " are left");
      }
      if (header.type() == 0 && header.data() != null) {
        return dataPage(header, header.data());
      }
      if (header.type() == 3 && header.dataV2() != null) {
        return dataPageV2(header, header.dataV2());
      }
      if (header.type() == 2 && header.dictionary() != null) {
        long entries = body(header);
        kind = Kind.DICTIONARY;
        valueCount = header.dictionary().values();
        encoding = header.dictionary().encoding();
        values = entries;
        valuesEnd = entries + header.uncompressed();
        return true;
      }
      if (header.type() != 1) {
        throw new CorruptData("a page of unknown kind " + header.type());
      }
      at += header.compressed();
    }
    return false;
  }

  /// Reads the body of a page; where it is, or will be as far as it is asked for.
  private long body(PageHeader header) {
    long from = stored(header);
    codec.checkLength(from, header.compressed(), header.uncompressed());
    if (codec.kind() == Codec.UNCOMPRESSED) {
      body.whole(from + header.uncompressed());
      return from;
    }
    return decompressed(from, header.compressed(), header.uncompressed());
  }

  private long decompressed(long from, int compressedBytes, int plainBytes) {
    long to = plain.reserve(plainBytes, 0);
    codec.decompress(from, compressedBytes, to, plainBytes, body);
    return to;
  }

  /// The bytes of a page as they are in the file, their checksum verified where they have one.
  private long stored(PageHeader header) {
    long from = buffered(header.compressed());
    at += header.compressed();
    if (header.hasChecksum()) {
      checksum.reset();
      checksum.update(Codec.view(from, header.compressed()));
      if ((int) checksum.getValue() != header.checksum()) {
        throw new CorruptData("a page's checksum is not that of its bytes");
      }
    }
    return from;
  }

  private boolean dataPage(PageHeader header, PageHeader.Data data) {
    long next = body(header);
    long limit = next + header.uncompressed();
    kind = Kind.DATA;
    valueCount = checkedCount(data.values());
    planned();
    encoding = data.encoding();
    if (maxRepetition > 0) {
      long bytes = levelBytes(next, limit, data.repetitionEncoding(), maxRepetition);
      repetitions = next + 4;
      repetitionsEnd = repetitions + bytes;
      next = repetitionsEnd;
    }
    if (maxDefinition > 0) {
      long bytes = levelBytes(next, limit, data.definitionEncoding(), maxDefinition);
      definitions = next + 4;
      definitionsEnd = definitions + bytes;
      next = definitionsEnd;
    }
    values = next;
    valuesEnd = limit;
    return true;
  }

  /// Length of the levels after their 4-byte prefix, which are good then.
  private long levelBytes(long address, long limit, int levelEncoding, int maxLevel) {
    if (levelEncoding != Encodings.RLE) {
      throw new CorruptData(
          levelEncoding == Encodings.BIT_PACKED
              ? "levels in the deprecated bit-packed encoding"
              : "levels in the unknown encoding "
                  + levelEncoding
                  + " (of maximum "
                  + maxLevel
                  + ")");
    }
    if (limit - address < 4) {
      throw new CorruptData("a page ends within its levels");
    }
    body.upTo(address + 4);
    int bytes = Memory.getInt(address);
    if (bytes < 0 || bytes > limit - address - 4) {
      throw new CorruptData("a page claims " + bytes + " bytes of levels");
    }
    body.upTo(address + 4 + bytes);
    return bytes;
  }

  private boolean dataPageV2(PageHeader header, PageHeader.Data data) {
    int levels = data.repetitionBytes() + data.definitionBytes();
    if (data.repetitionBytes() < 0
        || data.definitionBytes() < 0
        || levels < 0
        || levels > header.compressed()
        || levels > header.uncompressed()) {
      throw new CorruptData("a page claims " + levels + " bytes of levels");
    }
    int compressed = header.compressed() - levels;
    int uncompressed = header.uncompressed() - levels;
    boolean decompress =
        data.compressed() && codec.kind() != Codec.UNCOMPRESSED && uncompressed > 0;
    long from = stored(header);
    kind = Kind.DATA;
    valueCount = checkedCount(data.values());
    planned();
    encoding = data.encoding();
    repetitions = from;
    repetitionsEnd = from + data.repetitionBytes();
    definitions = repetitionsEnd;
    definitionsEnd = from + levels;
    if (decompress) {
      codec.checkLength(from + levels, compressed, uncompressed);
      values = decompressed(from + levels, compressed, uncompressed);
      valuesEnd = values + uncompressed;
    } else {
      values = from + levels;
      valuesEnd = from + header.compressed();
      body.whole(valuesEnd);
    }
    return true;
  }

  private void planned() {
    if (plan != null) {
      plan.table().check(pageAt, valueCount);
      row += valueCount;
    }
  }

  private static int checkedCount(int values) {
    if (values < 0) {
      throw new CorruptData("a page claims " + values + " values");
    }
    return values;
  }

  private PageHeader header(int ahead) {
    for (int wanted = FIRST_HEADER_BYTES; ; wanted *= 8) {
      int length = (int) Math.min(wanted, limit() - at);
      long address = buffered(length, ahead);
      try {
        ThriftReader in = new ThriftReader(address, address + length);
        PageHeader header = PageHeader.read(in);
        at += in.position() - address;
        return header;
      } catch (CorruptData e) {
        // Statistics may make a header long: look at more of it before believing that it is broken.
        if (length >= limit() - at || wanted >= MAX_HEADER_BYTES) {
          throw e;
        }
      }
    }
  }

  @Override
  public void close() {
    giveBack();
    codec.close();
    raw.close();
    plain.close();
  }
}
