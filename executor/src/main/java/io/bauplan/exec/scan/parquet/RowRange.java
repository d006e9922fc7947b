package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.Vector;
import java.util.ArrayList;
import java.util.List;

/// Rows of a row group that one task reads, and that the cache holds as one entry: all of them, or
/// a piece where a file has fewer row groups than threads could read.
///
/// The pieces depend on the file and the number of threads alone, not on what a query asks for, so
/// that one query finds in the cache what another put there.
///
/// @param offset of the first row within the group, a multiple of [Vector#BATCH_ROWS]
record RowRange(Footer.RowGroup group, long offset, long rowCount) {
  /// Below it, passing over the rows before a piece costs too much beside reading it: codes of a
  /// small dictionary are half a million to a page, which each piece then decompresses.
  private static final int MIN_PIECE_ROWS = 32 * Vector.BATCH_ROWS;

  static RowRange all(Footer.RowGroup group) {
    return new RowRange(group, 0, group.rowCount());
  }

  /// The pieces of a row group. Files with lists and structs are read by whole groups, since rows
  /// of these cannot be passed over unread; so are files behind a network, whose bytes are fetched
  /// by the chunk, and those of writers that put a whole chunk into one page.
  static List<RowRange> of(ParquetFile file, Footer.RowGroup group, int threads) {
    long share = file.footer().rowCount() / threads;
    long rows = Math.max(MIN_PIECE_ROWS, share + Vector.BATCH_ROWS - 1) & -Vector.BATCH_ROWS;
    if (threads == 1
        || group.rowCount() < rows + rows / 2
        || file.remote()
        || file.footer().createdBy().startsWith("DuckDB")
        || !isFlat(file.footer())) {
      return List.of(all(group));
    }
    List<RowRange> ranges = new ArrayList<>();
    for (long at = 0; at < group.rowCount(); at += rows) {
      // What is left at the end is not worth a piece of its own.
      boolean last = group.rowCount() - at < rows + rows / 2;
      ranges.add(new RowRange(group, at, last ? group.rowCount() - at : rows));
      if (last) {
        break;
      }
    }
    return ranges;
  }

  private static boolean isFlat(Footer footer) {
    return footer.leaves().size() == footer.root().children().size()
        && footer.leaves().stream().allMatch(leaf -> leaf.maxRepetition() == 0);
  }

  long firstRow() {
    return group.firstRow() + offset;
  }

  boolean isAll() {
    return rowCount == group.rowCount();
  }

  boolean isFirst() {
    return offset == 0;
  }

  /// The share of `bytes` of the whole group that is this range's.
  long share(long bytes) {
    return isAll() ? bytes : (long) ((double) bytes * rowCount / group.rowCount());
  }
}
