package io.bauplan.exec.operator.window;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Rows in the order of their partitions and within them of ORDER BY; rows that are alike stay as
/// they came. Keys are packed into words and sorted by radix; rows that come in order are not.
final class SortedRows {
  private static final int MAX_DIGIT_BITS = 11;

  private final int[] rows;
  private final int[] partitions;
  private final boolean[] differs;

  private SortedRows(int[] rows, int[] partitions, boolean[] differs) {
    this.rows = rows;
    this.partitions = partitions;
    this.differs = differs;
  }

  /// Rows by position.
  int[] rows() {
    return rows;
  }

  int partitionCount() {
    return partitions.length - 1;
  }

  /// Position of a partition's first row; that of `partitionCount()` is the end of the last.
  int partition(int index) {
    return partitions[index];
  }

  /// By position: whether the row differs from the one before, in any key.
  boolean[] differs() {
    return differs;
  }

  /// A run of key parts packed side by side.
  ///
  /// @param partitionMask bits that belong to PARTITION BY
  private record Word(long[] values, int bits, long partitionMask) {}

  static SortedRows of(List<NormalKey> partitionBy, List<NormalKey> orderBy, int count) {
    List<Word> words = pack(partitionBy, orderBy, count);
    int[] rows = isSorted(words, count) ? identity(count) : sort(words, count);
    boolean[] differs = new boolean[count];
    boolean[] begins = new boolean[count];
    for (Word word : words) {
      long[] values = word.values;
      long mask = word.partitionMask;
      for (int i = 1; i < count; i++) {
        long unlike = values[rows[i]] ^ values[rows[i - 1]];
        differs[i] |= unlike != 0;
        begins[i] |= (unlike & mask) != 0;
      }
    }
    int number = count == 0 ? 0 : 1;
    for (int i = 1; i < count; i++) {
      number += begins[i] ? 1 : 0;
    }
    int[] partitions = new int[number + 1];
    int next = count == 0 ? 0 : 1;
    for (int i = 1; i < count; i++) {
      if (begins[i]) {
        partitions[next++] = i;
      }
    }
    partitions[number] = count;
    return new SortedRows(rows, partitions, differs);
  }

  private static List<Word> pack(List<NormalKey> partitionBy, List<NormalKey> orderBy, int count) {
    List<Word> words = new ArrayList<>();
    List<NormalKey> parts = new ArrayList<>(partitionBy);
    parts.addAll(orderBy);
    int from = 0;
    while (from < parts.size()) {
      int bits = parts.get(from).bits();
      int end = from + 1;
      while (end < parts.size() && bits + parts.get(end).bits() <= Long.SIZE) {
        bits += parts.get(end++).bits();
      }
      long[] values = parts.get(from).values();
      long mask = from < partitionBy.size() ? -1 : 0;
      for (int p = from + 1; p < end; p++) {
        long[] more = parts.get(p).values();
        int shift = parts.get(p).bits();
        // The first part stays as it is: others may use it too.
        long[] packed = new long[count];
        for (int row = 0; row < count; row++) {
          packed[row] = values[row] << shift | more[row];
        }
        values = packed;
        mask = p < partitionBy.size() ? mask : mask << shift;
      }
      words.add(new Word(values, bits, mask));
      from = end;
    }
    return words;
  }

  private static int[] identity(int count) {
    int[] rows = new int[count];
    Arrays.setAll(rows, i -> i);
    return rows;
  }

  private static boolean isSorted(List<Word> words, int count) {
    for (int i = 1; i < count; i++) {
      for (Word word : words) {
        int comparison = Long.compareUnsigned(word.values[i - 1], word.values[i]);
        if (comparison > 0) {
          return false;
        }
        if (comparison < 0) {
          break;
        }
      }
    }
    return true;
  }

  private static int[] sort(List<Word> words, int count) {
    int[] rows = identity(count);
    int[] spareRows = new int[count];
    long[] keys = new long[count];
    long[] spareKeys = new long[count];
    for (int w = words.size() - 1; w >= 0; w--) {
      Word word = words.get(w);
      for (int i = 0; i < count; i++) {
        keys[i] = word.values[rows[i]];
      }
      int passes = (word.bits + MAX_DIGIT_BITS - 1) / MAX_DIGIT_BITS;
      int digit = (word.bits + passes - 1) / passes;
      for (int pass = 0; pass < passes; pass++) {
        int[] starts = starts(keys, pass * digit, digit, count);
        if (starts.length == 0) {
          continue;
        }
        scatter(keys, rows, spareKeys, spareRows, starts, pass * digit);
        int[] sortedRows = spareRows;
        spareRows = rows;
        rows = sortedRows;
        long[] sortedKeys = spareKeys;
        spareKeys = keys;
        keys = sortedKeys;
      }
    }
    return rows;
  }

  /// Where the rows of each digit begin; nothing where all rows have the same.
  private static int[] starts(long[] keys, int shift, int bits, int count) {
    int[] starts = new int[1 << bits];
    int mask = starts.length - 1;
    for (int i = 0; i < count; i++) {
      starts[(int) (keys[i] >>> shift) & mask]++;
    }
    if (starts[(int) (keys[0] >>> shift) & mask] == count) {
      return new int[0];
    }
    int sum = 0;
    for (int d = 0; d < starts.length; d++) {
      int here = starts[d];
      starts[d] = sum;
      sum += here;
    }
    return starts;
  }

  private static void scatter(
      long[] keys, int[] rows, long[] toKeys, int[] toRows, int[] starts, int shift) {
    int mask = starts.length - 1;
    for (int i = 0; i < rows.length; i++) {
      long key = keys[i];
      int at = starts[(int) (key >>> shift) & mask]++;
      toKeys[at] = key;
      toRows[at] = rows[i];
    }
  }
}
