package io.bauplan.udf.shm;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Where a file was written to: begin, end, begin, end and so on, in whole pages and in order.
///
/// Files of tables have holes, since places in them are reserved generously. Who maps a hole of
/// shared memory and reads it makes memory of it that nobody counts, so readers map these parts
/// only and zeros elsewhere.
final class Extents {
  /// A process can have no more than some 65,000 mappings.
  private static final int MOST = 10_000;

  private Extents() {}

  /// The pages that some parts touch.
  ///
  /// @param parts offset and length of each, in any order; those without a byte do not count
  /// @param length of the file
  static long[] of(List<long[]> parts, long length) {
    List<long[]> pages = new ArrayList<>();
    for (long[] part : parts) {
      if (part[1] > 0 && part[0] < length) {
        long end = Math.min(Reservation.roundUp(part[0] + part[1]), Reservation.roundUp(length));
        pages.add(new long[] {part[0] / Reservation.PAGE * Reservation.PAGE, end});
      }
    }
    pages.sort(Comparator.comparingLong(page -> page[0]));
    List<long[]> joined = join(pages, 0);
    for (long gap = Reservation.PAGE; joined.size() > MOST; gap *= 2) {
      joined = join(joined, gap);
    }
    return joined.stream().flatMapToLong(java.util.Arrays::stream).toArray();
  }

  /// Those that are no further apart than a gap as one.
  private static List<long[]> join(List<long[]> sorted, long gap) {
    List<long[]> joined = new ArrayList<>();
    for (long[] next : sorted) {
      if (!joined.isEmpty() && next[0] - joined.getLast()[1] <= gap) {
        joined.getLast()[1] = Math.max(joined.getLast()[1], next[1]);
      } else {
        joined.add(next.clone());
      }
    }
    return joined;
  }

  /// What the kernel says of a file that others wrote; all of it where it says nothing. Takes some
  /// 14 ms per GB.
  static long[] ask(Path file, long length) {
    Optional<Linux> linux = Linux.system();
    if (linux.isPresent()) {
      try {
        return of(linux.get().written(file, length), length);
      } catch (IOException noAnswer) {
        return whole(length);
      }
    }
    return whole(length);
  }

  static long[] whole(long length) {
    return of(List.of(new long[] {0, length}), length);
  }
}
