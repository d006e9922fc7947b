package io.bauplan.exec.operator.join;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.expression.Keys;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.expression.RegisterLoader;
import io.bauplan.exec.operator.HeapReservation;
import io.bauplan.exec.operator.aggregate.KeyHashes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// The build side of a hash join: rows chained by hash, or by the key itself where it is one whole
/// number of a small range (a slot per number: all rows of a chain then have the same key). Rows
/// are inserted by one thread or by many, a chunk each; then it is immutable, and probed by many.
final class JoinTable implements AutoCloseable {
  private static final int MIN_SLOTS = 64;
  private static final int CHUNK_ROWS = 1 << 15;
  private static final VarHandle HEADS = MethodHandles.arrayElementVarHandle(int[].class);

  /// A slot per number is made for ranges up to so many times the rows, or this many numbers.
  private static final int MAX_SPREAD = 8;

  private static final int SMALL_RANGE = 1 << 16;
  private static final int MAX_RANGE = 1 << 28;

  private final Batch rows;
  private final Register[] keys;
  private final boolean[] nullSafe;
  private final boolean oneLong;
  private final boolean allLongs;

  /// Whether slots are keys less `least`, of which there are as many as `heads`.
  private final boolean direct;

  private final long least;
  private final int[] heads;

  /// Empty where no slot has two rows.
  private int[] next = {};

  /// Empty where slots are keys.
  private final long[] hashes;

  private final HeapReservation reservation;
  private final boolean checksNulls;

  /// Written by any thread that inserts, only ever to true.
  private volatile boolean hasNullKeys;

  private volatile boolean hasChains;

  /// Without rows yet. Borrows the rows, flat and without selection, for its life.
  JoinTable(
      Batch rows, List<Integer> keyColumns, List<Boolean> nullSafe, BufferAllocator allocator) {
    this.rows = rows;
    this.nullSafe = new boolean[keyColumns.size()];
    this.keys = new Register[keyColumns.size()];
    this.reservation = new HeapReservation(allocator);
    int count = rows.rowCount();
    reservation.set(count * (12L * keyColumns.size()));
    for (int k = 0; k < keys.length; k++) {
      this.nullSafe[k] = nullSafe.get(k);
      keys[k] = new Register(rows.column(keyColumns.get(k)).type());
      RegisterLoader.load(rows.column(keyColumns.get(k)), keys[k], null, count, count);
    }
    boolean longs = true;
    for (Register key : keys) {
      longs &= key.kind == Register.Kind.LONG;
    }
    this.allLongs = longs;
    this.oneLong = keys.length == 1 && keys[0].kind == Register.Kind.LONG;
    Range range = range(count);
    this.direct = range.slots > 0;
    this.least = range.least;
    int slots =
        direct
            ? range.slots
            : Math.max(MIN_SLOTS, Integer.highestOneBit(Math.max(1, Math.min(count, 1 << 29))) * 2);
    try {
      reservation.set(4L * slots + count * ((direct ? 4L : 12L) + 12L * keyColumns.size()));
    } catch (RuntimeException e) {
      reservation.close();
      throw e;
    }
    this.hashes = new long[direct ? 0 : count];
    this.heads = new int[slots];
    this.checksNulls = mayHaveNulls(keys);
  }

  /// Inserts all rows; chains give them in their order.
  void insert() {
    int count = rows.rowCount();
    if (!direct) {
      KeyHashes.of(keys, null, count, hashes);
    }
    // Backwards, since each goes before those that are there.
    for (int row = count - 1; row >= 0; row--) {
      if (checksNulls && cannotMatch(keys, row)) {
        hasNullKeys = true;
        continue;
      }
      int slot = slot(row);
      if (heads[slot] != 0) {
        if (next.length == 0) {
          next = new int[count];
          hasChains = true;
        }
        next[row] = heads[slot];
      }
      heads[slot] = row + 1;
    }
  }

  private int slot(int row) {
    return direct ? (int) (keys[0].longs[row] - least) : (int) hashes[row] & heads.length - 1;
  }

  /// Chunks that threads insert side by side, each once; then `inserted`. Chains are in no order.
  int chunks() {
    next = new int[rows.rowCount()];
    return (rows.rowCount() + CHUNK_ROWS - 1) / CHUNK_ROWS;
  }

  void insert(int chunk) {
    int from = chunk * CHUNK_ROWS;
    int end = Math.min(rows.rowCount(), from + CHUNK_ROWS);
    if (!direct) {
      KeyHashes.range(keys, from, end, hashes);
    }
    boolean nulls = false;
    boolean chains = false;
    for (int row = from; row < end; row++) {
      if (checksNulls && cannotMatch(keys, row)) {
        nulls = true;
        continue;
      }
      int before = (int) HEADS.getAndSet(heads, slot(row), row + 1);
      if (before != 0) {
        next[row] = before;
        chains = true;
      }
    }
    if (nulls) {
      hasNullKeys = true;
    }
    if (chains) {
      hasChains = true;
    }
  }

  /// After all chunks.
  void inserted() {
    if (!hasChains) {
      next = new int[0];
    }
  }

  /// @param slots 0 where keys are no slots
  private record Range(long least, int slots) {
    static final Range NONE = new Range(0, 0);
  }

  private Range range(int count) {
    if (!oneLong || nullSafe[0] && keys[0].hasNulls) {
      return Range.NONE;
    }
    long least = Long.MAX_VALUE;
    long greatest = Long.MIN_VALUE;
    long[] values = keys[0].longs;
    for (int row = 0; row < count; row++) {
      if (!keys[0].isNull(row)) {
        least = Math.min(least, values[row]);
        greatest = Math.max(greatest, values[row]);
      }
    }
    long spread = greatest - least;
    boolean small =
        greatest >= least
            && spread >= 0
            && spread < Math.min(MAX_RANGE, Math.max(SMALL_RANGE, (long) count * MAX_SPREAD));
    return small ? new Range(least, (int) spread + 1) : Range.NONE;
  }

  private static boolean mayHaveNulls(Register[] values) {
    boolean nulls = false;
    for (Register value : values) {
      nulls |= value.hasNulls;
    }
    return nulls;
  }

  /// Whether every probe row has one match at most.
  boolean isUnique() {
    return direct && next.length == 0;
  }

  Batch rows() {
    return rows;
  }

  /// Whether some row has a NULL in a key that NULL does not match.
  boolean hasNullKeys() {
    return hasNullKeys;
  }

  boolean cannotMatch(Register[] values, int row) {
    for (int k = 0; k < values.length; k++) {
      if (!nullSafe[k] && values[k].isNull(row)) {
        return true;
      }
    }
    return false;
  }

  /// For each of the rows the first build row that may match it, -1 = none; written densely.
  void first(
      Register[] values, int @Nullable [] probeRows, int count, long[] probeHashes, int[] to) {
    if (direct) {
      firstByKey(values[0], probeRows, count, to);
      return;
    }
    KeyHashes.of(values, probeRows, count, probeHashes);
    int mask = heads.length - 1;
    for (int i = 0; i < count; i++) {
      to[i] = heads[(int) probeHashes[i] & mask] - 1;
    }
    if (mayHaveNulls(values)) {
      for (int i = 0; i < count; i++) {
        if (cannotMatch(values, probeRows == null ? i : probeRows[i])) {
          to[i] = -1;
        }
      }
    }
  }

  private void firstByKey(Register values, int @Nullable [] probeRows, int count, int[] to) {
    long[] longs = values.longs;
    int slots = heads.length;
    for (int i = 0; i < count; i++) {
      long slot = longs[probeRows == null ? i : probeRows[i]] - least;
      to[i] = slot >= 0 && slot < slots ? heads[(int) slot] - 1 : -1;
    }
    if (values.hasNulls) {
      for (int i = 0; i < count; i++) {
        if (values.nulls[probeRows == null ? i : probeRows[i]]) {
          to[i] = -1;
        }
      }
    }
  }

  /// The first match at or after `candidate` in its chain; -1 = none.
  int match(Register[] values, int row, long hash, int candidate) {
    if (direct) {
      return candidate;
    }
    int build = candidate;
    if (oneLong && !values[0].hasNulls && !keys[0].hasNulls) {
      long value = values[0].longs[row];
      long[] longs = keys[0].longs;
      while (build >= 0 && longs[build] != value) {
        build = after(build);
      }
      return build;
    }
    if (allLongs && !mayHaveNulls(values) && !mayHaveNulls(keys)) {
      while (build >= 0 && !sameLongs(values, row, build)) {
        build = after(build);
      }
      return build;
    }
    while (build >= 0 && !(hashes[build] == hash && equal(values, row, build))) {
      build = after(build);
    }
    return build;
  }

  private boolean sameLongs(Register[] values, int row, int build) {
    for (int k = 0; k < keys.length; k++) {
      if (keys[k].longs[build] != values[k].longs[row]) {
        return false;
      }
    }
    return true;
  }

  int after(int build) {
    return next.length == 0 ? -1 : next[build] - 1;
  }

  private boolean equal(Register[] values, int row, int build) {
    for (int k = 0; k < keys.length; k++) {
      boolean isNull = values[k].isNull(row);
      if (isNull != keys[k].isNull(build)
          || !isNull && !Keys.equal(values[k], row, keys[k], build)) {
        return false;
      }
    }
    return true;
  }

  Register[] keys() {
    return keys;
  }

  @Override
  public void close() {
    reservation.close();
  }
}
