package io.bauplan.exec.scan.parquet;

import java.util.Arrays;

/// The data pages of a column chunk: where each is and which rows of the row group it has.
///
/// @param offsets in the file, ascending
/// @param bytes of each, header included
/// @param firstRows ascending from 0
/// @param rowCount of the row group
record PageTable(long[] offsets, int[] bytes, long[] firstRows, long rowCount) {
  /// Some pages.
  record Extent(int pages, long bytes) {}

  int size() {
    return offsets.length;
  }

  long endRow(int page) {
    return page + 1 < firstRows.length ? firstRows[page + 1] : rowCount;
  }

  long end(int page) {
    return offsets[page] + bytes[page];
  }

  /// The page that has a row.
  int pageOf(long row) {
    int found = Arrays.binarySearch(firstRows, row);
    return found >= 0 ? found : -found - 2;
  }

  /// The page at or before an offset; -1 = there is none.
  int pageAt(long offset) {
    int found = Arrays.binarySearch(offsets, offset);
    return found >= 0 ? found : -found - 2;
  }

  /// Throws where the index does not fit the pages, since rows would be taken for others.
  void check(long offset, int values) {
    int page = pageAt(offset);
    if (page < 0 || offsets[page] != offset || endRow(page) - firstRows[page] != values) {
      throw new CorruptData("its page index does not fit its pages");
    }
  }
}
