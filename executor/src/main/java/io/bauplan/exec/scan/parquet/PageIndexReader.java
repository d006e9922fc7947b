package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.memory.Memory;
import io.bauplan.exec.scan.store.RangeReader;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Reads the page index. One that does not parse, or contradicts itself or the footer, counts as
/// absent: the rows are there without it.
final class PageIndexReader {
  private static final int MAX_BYTES = 64 << 20;

  /// Places this close are read at once.
  private static final int MAX_GAP_BYTES = 64 << 10;

  /// The Thrift reader may look a word past the end.
  private static final int PADDING_BYTES = 8;

  private final Map<Place, byte[]> bytes = new HashMap<>();

  private PageIndexReader() {}

  /// Reads what is at the given places, neighbours at once.
  static PageIndexReader of(RangeReader file, List<Place> places, LongAdder bytesRead) {
    PageIndexReader index = new PageIndexReader();
    List<Place> sorted =
        places.stream()
            .filter(place -> place.isThere() && place.length() <= MAX_BYTES)
            .distinct()
            .sorted(java.util.Comparator.comparingLong(Place::offset))
            .toList();
    for (int i = 0; i < sorted.size(); ) {
      long start = sorted.get(i).offset();
      long end = sorted.get(i).end();
      int next = i + 1;
      while (next < sorted.size()
          && sorted.get(next).offset() - end <= MAX_GAP_BYTES
          && sorted.get(next).end() - start <= MAX_BYTES) {
        end = Math.max(end, sorted.get(next).end());
        next++;
      }
      int length = (int) (end - start);
      try (Arena arena = Arena.ofConfined()) {
        long address = arena.allocate(length).address();
        file.read(start, address, length);
        bytesRead.add(length);
        for (Place place : sorted.subList(i, next)) {
          byte[] copy = new byte[place.length()];
          Memory.copy(address + (place.offset() - start), copy, 0, copy.length);
          index.bytes.put(place, copy);
        }
      }
      i = next;
    }
    return index;
  }

  @Nullable PageTable pages(Footer.Chunk chunk, long rowCount) {
    return parse(chunk.offsetIndex(), in -> pages(in, chunk, rowCount));
  }

  @Nullable PageBounds bounds(Footer.Chunk chunk, PageTable pages) {
    return parse(chunk.columnIndex(), in -> bounds(in, pages));
  }

  private <T> @Nullable T parse(Place place, Function<ThriftReader, @Nullable T> parser) {
    byte[] found = bytes.get(place);
    if (found == null) {
      return null;
    }
    try (Arena arena = Arena.ofConfined()) {
      long address = arena.allocate(found.length + (long) PADDING_BYTES).address();
      Memory.copy(found, 0, address, found.length);
      return parser.apply(new ThriftReader(address, address + found.length));
    } catch (CorruptData e) {
      return null;
    }
  }

  private static @Nullable PageTable pages(ThriftReader in, Footer.Chunk chunk, long rowCount) {
    long[] offsets = new long[0];
    int[] bytes = new int[0];
    long[] rows = new long[0];
    in.beginStruct();
    while (in.nextField()) {
      if (in.fieldId() != 1) {
        in.skip();
        continue;
      }
      int count = in.list(ThriftReader.STRUCT);
      offsets = new long[count];
      bytes = new int[count];
      rows = new long[count];
      for (int i = 0; i < count; i++) {
        in.beginStruct();
        while (in.nextField()) {
          switch (in.fieldId()) {
            case 1 -> offsets[i] = in.i64();
            case 2 -> bytes[i] = in.i32();
            case 3 -> rows[i] = in.i64();
            default -> in.skip();
          }
        }
      }
    }
    return fits(offsets, bytes, rows, chunk, rowCount)
        ? new PageTable(offsets, bytes, rows, rowCount)
        : null;
  }

  private static boolean fits(
      long[] offsets, int[] bytes, long[] rows, Footer.Chunk chunk, long rowCount) {
    if (offsets.length == 0 || rows[0] != 0) {
      return false;
    }
    long end = chunk.offset();
    for (int i = 0; i < offsets.length; i++) {
      long nextRow = i + 1 < rows.length ? rows[i + 1] : rowCount;
      if (offsets[i] < end || bytes[i] <= 0 || rows[i] >= nextRow) {
        return false;
      }
      end = offsets[i] + bytes[i];
    }
    return end <= chunk.offset() + chunk.compressedBytes();
  }

  private static @Nullable PageBounds bounds(ThriftReader in, PageTable pages) {
    boolean[] allNull = new boolean[0];
    byte[][] lower = new byte[0][];
    byte[][] upper = new byte[0][];
    long[] nulls = null;
    in.beginStruct();
    while (in.nextField()) {
      switch (in.fieldId()) {
        case 1 -> {
          allNull = new boolean[in.listOfBooleans()];
          for (int i = 0; i < allNull.length; i++) {
            allNull[i] = in.listBool();
          }
        }
        case 2 -> lower = binaries(in);
        case 3 -> upper = binaries(in);
        case 5 -> {
          nulls = new long[in.list(ThriftReader.I64)];
          for (int i = 0; i < nulls.length; i++) {
            nulls[i] = in.listI64();
          }
        }
        default -> in.skip();
      }
    }
    int count = pages.size();
    if (allNull.length != count
        || lower.length != count
        || upper.length != count
        || nulls != null && nulls.length != count) {
      return null;
    }
    return new PageBounds(pages, allNull, lower, upper, nulls);
  }

  private static byte[][] binaries(ThriftReader in) {
    int count = in.list(ThriftReader.BINARY);
    List<byte[]> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.add(in.listBinary());
    }
    return values.toArray(byte[][]::new);
  }
}
