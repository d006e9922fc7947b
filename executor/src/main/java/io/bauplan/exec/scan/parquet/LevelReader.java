package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.memory.Memory;
import org.apache.arrow.memory.BufferAllocator;

/// Reads the repetition and definition levels of one leaf, page after page. Used by one thread.
final class LevelReader implements AutoCloseable {
  private static final int BLOCK = 4096;

  private final int maxRepetition;
  private final int maxDefinition;
  private final RleReader repetitions = new RleReader();
  private final RleReader definitions = new RleReader();
  private final NativeBuffer present;
  private final int[] block;

  /// Of the next row, looked at already.
  private int[] aheadRepetitions = new int[0];
  private int[] aheadDefinitions = new int[0];
  private int ahead;

  LevelReader(SchemaNode leaf, BufferAllocator allocator) {
    this.maxRepetition = leaf.maxRepetition();
    this.maxDefinition = leaf.maxDefinition();
    this.present = new NativeBuffer(allocator);
    this.block = maxDefinition > 1 ? new int[BLOCK] : new int[0];
  }

  /// Goes to the levels of the page that the stream is at.
  void startPage(PageStream pages) {
    if (maxRepetition > 0) {
      repetitions.reset(pages.repetitions(), pages.repetitionsEnd(), bitsFor(maxRepetition));
    }
    if (maxDefinition > 0) {
      definitions.reset(pages.definitions(), pages.definitionsEnd(), bitsFor(maxDefinition));
    }
  }

  static int bitsFor(int maxLevel) {
    return 32 - Integer.numberOfLeadingZeros(maxLevel);
  }

  // ---- of columns that are not within a list

  /// How many of the next `count` rows have a value; `bitmap` says which, unless all have.
  int present(int count) {
    int max = maxDefinition;
    if (max == 1 && definitions.onesAhead() >= count) {
      definitions.skipRun(count);
      return count;
    }
    long bitmap = present.reserve((count + 7 >>> 3) + 8, 0);
    Memory.fill(bitmap, (count + 7 >>> 3) + 8, (byte) 0);
    if (max == 1) {
      return definitions.bits(bitmap, 0, count);
    }
    int set = 0;
    for (int done = 0; done < count; ) {
      int n = Math.min(BLOCK, count - done);
      definitions.ints(block, 0, n);
      for (int i = 0; i < n; i++) {
        if (block[i] == max) {
          Memory.setBit(bitmap, done + i);
          set++;
        }
      }
      done += n;
    }
    return set;
  }

  /// The rows that have a value, of those asked for last; good until the next are.
  long bitmap() {
    return present.address();
  }

  // ---- of nested columns

  /// Writes the levels of the next entries to `out` from `start` on: `wanted` of them, or those
  /// that were kept.
  ///
  /// @return how many there are
  int fill(Levels out, int start, int wanted) {
    if (ahead > 0) {
      int n = ahead;
      out.put(start, aheadRepetitions, aheadDefinitions, n);
      ahead = 0;
      return n;
    }
    if (maxRepetition > 0) {
      repetitions.ints(out.repetitions(), start, wanted);
    } else {
      java.util.Arrays.fill(out.repetitions(), start, start + wanted, 0);
    }
    if (maxDefinition > 0) {
      definitions.ints(out.definitions(), start, wanted);
    } else {
      java.util.Arrays.fill(out.definitions(), start, start + wanted, 0);
    }
    return wanted;
  }

  /// Gives back entries that were read too far.
  void keep(Levels out, int from, int count) {
    if (count > 0) {
      if (aheadRepetitions.length < Levels.BLOCK) {
        aheadRepetitions = new int[Levels.BLOCK];
        aheadDefinitions = new int[Levels.BLOCK];
      }
      System.arraycopy(out.repetitions(), from, aheadRepetitions, 0, count);
      System.arraycopy(out.definitions(), from, aheadDefinitions, 0, count);
      ahead = count;
    }
  }

  @Override
  public void close() {
    present.close();
  }
}
