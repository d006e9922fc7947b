package io.bauplan.exec.scan.parquet;

import java.util.Arrays;

/// Rows of a row group as runs, ascending, none touching the next.
final class RowRuns {
  static final RowRuns NONE = new RowRuns(new long[0], 0);

  /// First row and end of each run, alternating.
  private final long[] bounds;

  private final int count;

  private RowRuns(long[] bounds, int count) {
    this.bounds = bounds;
    this.count = count;
  }

  static RowRuns of(long start, long end) {
    return start < end ? new RowRuns(new long[] {start, end}, 1) : NONE;
  }

  /// Collects runs that come in ascending order.
  static final class Builder {
    private long[] bounds = new long[8];
    private int count;

    void add(long start, long end) {
      if (start >= end) {
        return;
      }
      if (count > 0 && bounds[2 * count - 1] >= start) {
        bounds[2 * count - 1] = Math.max(bounds[2 * count - 1], end);
        return;
      }
      if (2 * count == bounds.length) {
        bounds = Arrays.copyOf(bounds, 2 * bounds.length);
      }
      bounds[2 * count] = start;
      bounds[2 * count + 1] = end;
      count++;
    }

    RowRuns build() {
      return count == 0 ? NONE : new RowRuns(bounds, count);
    }
  }

  int count() {
    return count;
  }

  boolean isEmpty() {
    return count == 0;
  }

  long start(int run) {
    return bounds[2 * run];
  }

  long end(int run) {
    return bounds[2 * run + 1];
  }

  long rowCount() {
    long rows = 0;
    for (int i = 0; i < count; i++) {
      rows += end(i) - start(i);
    }
    return rows;
  }

  /// The first run that ends after `row`; `count()` = none.
  int after(long row) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = low + high >>> 1;
      if (end(middle) > row) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /// Whether it has any of the rows from `start` to before `end`.
  boolean hasAny(long start, long end) {
    int run = after(start);
    return run < count && start(run) < end;
  }

  RowRuns and(RowRuns other) {
    Builder both = new Builder();
    int i = 0;
    int j = 0;
    while (i < count && j < other.count) {
      both.add(Math.max(start(i), other.start(j)), Math.min(end(i), other.end(j)));
      if (end(i) < other.end(j)) {
        i++;
      } else {
        j++;
      }
    }
    return both.build();
  }

  RowRuns or(RowRuns other) {
    Builder any = new Builder();
    int i = 0;
    int j = 0;
    while (i < count || j < other.count) {
      if (j == other.count || i < count && start(i) <= other.start(j)) {
        any.add(start(i), end(i));
        i++;
      } else {
        any.add(other.start(j), other.end(j));
        j++;
      }
    }
    return any.build();
  }
}
