package io.bauplan.exec.operator.aggregate;

import java.util.List;

/// The groups of one thread's table, sorted by the partition in which they are merged with those of
/// others. Partitions are ranges of the key where all tables have keys of small ranges, so that
/// what was close together stays so; otherwise ranges of the hash.
final class MergeOrder {
  private final int[] groups;
  private final int[] starts;

  private MergeOrder(int[] groups, int[] starts) {
    this.groups = groups;
    this.starts = starts;
  }

  /// Says in which of `count` partitions, a power of two, a group is.
  ///
  /// @param least of the keys of all tables
  /// @param width keys in a partition; 0 = partitions are by hash
  record Partitions(int count, long least, long width) {
    static Partitions of(List<GroupTable> tables, int count) {
      // The hash of a key is to be the same everywhere.
      int strings = tables.stream().mapToInt(GroupTable::hashedStrings).max().orElse(0);
      tables.forEach(table -> table.hashStrings(strings));
      long least = Long.MAX_VALUE;
      long greatest = Long.MIN_VALUE;
      for (GroupTable table : tables) {
        if (!table.isDirect()) {
          return new Partitions(count, 0, 0);
        }
        long[] keys = table.key(0).longs;
        for (int group = 0; group < table.size(); group++) {
          least = Math.min(least, keys[group]);
          greatest = Math.max(greatest, keys[group]);
        }
      }
      long range = greatest - least;
      // Of tables far apart the range is no measure of anything.
      boolean wide = greatest < least || range < 0 || range > Long.MAX_VALUE - count;
      return wide ? new Partitions(count, 0, 0) : new Partitions(count, least, range / count + 1);
    }

    private int of(GroupTable table, int group) {
      return width > 0
          ? (int) ((table.key(0).longs[group] - least) / width)
          : (int) (table.hash(group) >>> 64 - Integer.numberOfTrailingZeros(count));
    }
  }

  static MergeOrder of(GroupTable table, Partitions partitions) {
    int size = table.size();
    int[] starts = new int[partitions.count + 1];
    for (int group = 0; group < size; group++) {
      starts[partitions.of(table, group) + 1]++;
    }
    for (int p = 0; p < partitions.count; p++) {
      starts[p + 1] += starts[p];
    }
    int[] next = starts.clone();
    int[] groups = new int[size];
    for (int group = 0; group < size; group++) {
      groups[next[partitions.of(table, group)]++] = group;
    }
    return new MergeOrder(groups, starts);
  }

  int size(int partition) {
    return starts[partition + 1] - starts[partition];
  }

  /// Copies groups of a partition, `count` from the given one on, to `to`.
  void copy(int partition, int from, int count, int[] to) {
    System.arraycopy(groups, starts[partition] + from, to, 0, count);
  }
}
