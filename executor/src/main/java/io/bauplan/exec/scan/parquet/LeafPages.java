package io.bauplan.exec.scan.parquet;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The data pages of one written column chunk, and the page index that tells readers about them.
final class LeafPages {
  private static final int UNORDERED = 0;
  private static final int ASCENDING = 1;
  private static final int DESCENDING = 2;

  /// @param offset from the first data page
  /// @param bytes its header included
  private record Page(long offset, int bytes, long firstRow, LeafStatistics statistics) {}

  private final List<Page> pages = new ArrayList<>();

  void add(long offset, int bytes, long firstRow, LeafStatistics statistics) {
    pages.add(new Page(offset, bytes, firstRow, statistics));
  }

  /// Thrift's `OffsetIndex`: where each page is, and which row it begins with.
  ///
  /// @param dataOffset of the first data page in the file
  byte[] offsetIndex(long dataOffset) {
    ThriftWriter out = new ThriftWriter();
    out.begin().list(1, ThriftReader.STRUCT, pages.size());
    for (Page page : pages) {
      out.begin().i64(1, dataOffset + page.offset).i32(2, page.bytes).i64(3, page.firstRow).end();
    }
    return out.end().toBytes();
  }

  /// Thrift's `ColumnIndex`: what is in each page. Null where some page has values and no bounds,
  /// as one of NaNs alone: the format has no word for that.
  byte @Nullable [] columnIndex() {
    List<byte[]> lower = new ArrayList<>();
    List<byte[]> upper = new ArrayList<>();
    List<LeafStatistics> bounded = new ArrayList<>();
    for (Page page : pages) {
      LeafStatistics statistics = page.statistics;
      if (statistics.allNull()) {
        lower.add(new byte[0]);
        upper.add(new byte[0]);
        continue;
      }
      byte[] min = statistics.footerMin();
      byte[] max = statistics.footerMax();
      if (min == null || max == null) {
        return null;
      }
      lower.add(min);
      upper.add(max);
      bounded.add(statistics);
    }
    ThriftWriter out = new ThriftWriter();
    out.begin().list(1, ThriftReader.TRUE, pages.size());
    pages.forEach(page -> out.listBool(page.statistics.allNull()));
    out.list(2, ThriftReader.BINARY, pages.size());
    lower.forEach(out::listBinary);
    out.list(3, ThriftReader.BINARY, pages.size());
    upper.forEach(out::listBinary);
    out.i32(4, order(bounded)).list(5, ThriftReader.I64, pages.size());
    pages.forEach(page -> out.listI64(page.statistics.nullCount()));
    return out.end().toBytes();
  }

  /// Whether both bounds go up, or down, from page to page.
  private static int order(List<LeafStatistics> pages) {
    boolean up = true;
    boolean down = true;
    for (int i = 1; i < pages.size(); i++) {
      LeafStatistics before = pages.get(i - 1);
      LeafStatistics after = pages.get(i);
      int mins = before.compareMin(after);
      int maxes = before.compareMax(after);
      up &= mins <= 0 && maxes <= 0;
      down &= mins >= 0 && maxes >= 0;
    }
    return up ? ASCENDING : down ? DESCENDING : UNORDERED;
  }
}
