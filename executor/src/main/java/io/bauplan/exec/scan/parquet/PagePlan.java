package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.scan.store.RangeFetch;

/// Which pages of a column chunk are read.
///
/// @param rows that are read, of the row group
record PagePlan(PageTable table, RowRuns rows) {
  boolean isRead(int page) {
    return rows.hasAny(table.firstRows()[page], table.endRow(page));
  }

  /// Where the first data page is; before it there is the dictionary, if any.
  long firstOffset() {
    return table.offsets()[0];
  }

  /// The end of the pages that are read without a gap from an offset on.
  long limit(long offset) {
    int page = table.pageAt(offset);
    if (page < 0) {
      return firstOffset();
    }
    while (page + 1 < table.size()
        && isRead(page + 1)
        && table.end(page) == table.offsets()[page + 1]) {
      page++;
    }
    return table.end(page);
  }

  /// Asks for the bytes of the dictionary and of the pages that are read.
  ///
  /// @param chunkOffset where the dictionary is, if there is one
  void want(long chunkOffset, RangeFetch fetch) {
    fetch.want(chunkOffset, firstOffset() - chunkOffset);
    for (int page = 0; page < table.size(); page++) {
      if (isRead(page)) {
        long start = table.offsets()[page];
        long end = limit(start);
        fetch.want(start, end - start);
        page = table.pageAt(end - 1);
      }
    }
  }
}
