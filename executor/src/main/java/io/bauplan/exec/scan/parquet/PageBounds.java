package io.bauplan.exec.scan.parquet;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// What the pages of a column chunk hold at least and at most.
///
/// @param nullCounts null = unknown
record PageBounds(
    PageTable pages,
    boolean[] allNull,
    byte[][] lower,
    byte[][] upper,
    long @Nullable [] nullCounts) {

  long rows(int page) {
    return pages.endRow(page) - pages.firstRows()[page];
  }

  Footer.Statistics statistics(int page) {
    if (allNull[page]) {
      return new Footer.Statistics(null, null, OptionalLong.of(rows(page)), true);
    }
    long[] nulls = nullCounts;
    return new Footer.Statistics(
        lower[page],
        upper[page],
        nulls == null ? OptionalLong.empty() : OptionalLong.of(nulls[page]),
        true);
  }
}
