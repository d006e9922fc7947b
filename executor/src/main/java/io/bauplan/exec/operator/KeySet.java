package io.bauplan.exec.operator;

import io.bauplan.exec.batch.ConstantVector;
import io.bauplan.exec.batch.DictionaryVector;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.expression.CodedRows;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.DataType;
import org.jspecify.annotations.Nullable;

/// The whole numbers (dates, times) that a join's build side has as a key: a bit for each number of
/// their range where that is small, else a blocked Bloom filter (two bits in one 64-bit block),
/// which also lets some others pass. Immutable; thread-safe.
final class KeySet {
  /// 8 MB of bits.
  private static final long MAX_RANGE = 1L << 26;

  /// Ranges of which fewer than one in so many numbers occur are left to the Bloom filter.
  private static final long MAX_SPREAD = 1024;

  private static final int BITS_PER_KEY = 16;
  private static final int MAX_BLOOM_WORDS = 1 << 21;

  private final long least;
  private final long greatest;
  private final boolean exact;
  private final long[] bits;

  private KeySet(long least, long greatest, boolean exact, long[] bits) {
    this.least = least;
    this.greatest = greatest;
    this.exact = exact;
    this.bits = bits;
  }

  /// @param least of the keys that are not NULL, of which there is one at least
  static KeySet of(Register keys, int count, long least, long greatest) {
    long range = greatest - least;
    boolean exact =
        range >= 0 && range < MAX_RANGE && range / MAX_SPREAD <= Math.max(count, MAX_SPREAD);
    int words =
        exact
            ? (int) (range >>> 6) + 1
            : Math.min(
                MAX_BLOOM_WORDS,
                Integer.highestOneBit(Math.max(1, count / (64 / BITS_PER_KEY))) << 1);
    KeySet set = new KeySet(least, greatest, exact, new long[words]);
    for (int i = 0; i < count; i++) {
      if (!keys.hasNulls || !keys.nulls[i]) {
        set.add(keys.longs[i]);
      }
    }
    return set;
  }

  private void add(long key) {
    if (exact) {
      long at = key - least;
      bits[(int) (at >>> 6)] |= 1L << at;
    } else {
      long hash = hash(key);
      bits[block(hash)] |= mask(hash);
    }
  }

  private static long hash(long key) {
    long mixed = key * 0x9e3779b97f4a7c15L;
    return mixed ^ mixed >>> 32;
  }

  private int block(long hash) {
    return (int) hash & bits.length - 1;
  }

  private static long mask(long hash) {
    return 1L << (hash >>> 40) | 1L << (hash >>> 52);
  }

  private boolean holds(long key) {
    if (key < least || key > greatest) {
      return false;
    }
    if (exact) {
      long at = key - least;
      return (bits[(int) (at >>> 6)] >>> at & 1) != 0;
    }
    long hash = hash(key);
    long mask = mask(hash);
    return (bits[block(hash)] & mask) == mask;
  }

  /// Whether each value may be in the set, 1 or 0; whatever NULLs hold.
  void answers(FlatVector values, byte[] to) {
    long data = values.dataAddress();
    int count = values.length();
    switch ((int) FlatVector.bitsPerValue(values.type())) {
      case 32 -> {
        for (int i = 0; i < count; i++) {
          to[i] = holds(Memory.getInt(data + 4L * i)) ? (byte) 1 : 0;
        }
      }
      case 64 -> {
        for (int i = 0; i < count; i++) {
          to[i] = holds(Memory.getLong(data + 8L * i)) ? (byte) 1 : 0;
        }
      }
      default -> {
        for (int i = 0; i < count; i++) {
          to[i] = holds(read(values, data, i)) ? (byte) 1 : 0;
        }
      }
    }
  }

  /// Writes those of the rows (null = the first `count`) whose key may be in the set to `to`, which
  /// may be `rows` itself, and returns their number. NULLs are never in it.
  int select(Vector vector, int @Nullable [] rows, int count, int[] to) {
    return switch (vector) {
      case FlatVector flat ->
          CodedRows.valid(flat.validityAddress(), to, selectValues(flat, rows, count, to));
      case ConstantVector constant -> {
        FlatVector value = constant.value();
        if (constant.isNull() || !holds(read(value, value.dataAddress(), 0))) {
          yield 0;
        }
        for (int i = 0; i < count; i++) {
          to[i] = rows == null ? i : rows[i];
        }
        yield count;
      }
      case DictionaryVector coded when coded.dictionary().length() == 0 -> 0;
      case DictionaryVector coded ->
          CodedRows.valid(coded.validityAddress(), to, selectEntries(coded, rows, count, to));
    };
  }

  private int selectEntries(DictionaryVector coded, int @Nullable [] rows, int count, int[] to) {
    FlatVector entries = coded.dictionary();
    long data = entries.dataAddress();
    int n = 0;
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      to[n] = row;
      n += holds(read(entries, data, coded.code(row))) ? 1 : 0;
    }
    return n;
  }

  /// Of NULLs what they hold counts.
  private int selectValues(FlatVector flat, int @Nullable [] rows, int count, int[] to) {
    long data = flat.dataAddress();
    int n = 0;
    switch ((int) FlatVector.bitsPerValue(flat.type())) {
      case 32 -> {
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          to[n] = row;
          n += holds(Memory.getInt(data + 4L * row)) ? 1 : 0;
        }
      }
      case 64 -> {
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          to[n] = row;
          n += holds(Memory.getLong(data + 8L * row)) ? 1 : 0;
        }
      }
      default -> {
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          to[n] = row;
          n += holds(read(flat, data, row)) ? 1 : 0;
        }
      }
    }
    return n;
  }

  private static long read(FlatVector flat, long data, int row) {
    DataType type = flat.type();
    return switch ((int) FlatVector.bitsPerValue(type)) {
      case 8 -> Memory.getByte(data + row);
      case 16 -> Memory.getShort(data + 2L * row);
      case 32 -> Memory.getInt(data + 4L * row);
      case 64 -> Memory.getLong(data + 8L * row);
      default -> throw new IllegalStateException("keys of " + type.sql());
    };
  }
}
