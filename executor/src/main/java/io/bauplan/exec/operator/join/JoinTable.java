package io.bauplan.exec.operator.join;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.expression.Keys;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.expression.RegisterLoader;
import io.bauplan.exec.operator.HeapReservation;
import io.bauplan.exec.operator.aggregate.GroupTable;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// The build side of a hash join: rows chained by hash. Immutable after construction; probed by
/// many threads.
final class JoinTable implements AutoCloseable {
  private static final int MIN_SLOTS = 64;

  private final Batch rows;
  private final Register[] keys;
  private final boolean[] nullSafe;
  private final boolean oneLong;
  private final int[] heads;
  private final int[] next;
  private final long[] hashes;
  private final HeapReservation reservation;
  private final boolean hasNullKeys;

  /// Borrows the rows, flat and without selection, for its life.
  JoinTable(
      Batch rows, List<Integer> keyColumns, List<Boolean> nullSafe, BufferAllocator allocator) {
    this.rows = rows;
    this.nullSafe = new boolean[keyColumns.size()];
    this.keys = new Register[keyColumns.size()];
    this.reservation = new HeapReservation(allocator);
    int count = rows.rowCount();
    int slots =
        Math.max(MIN_SLOTS, Integer.highestOneBit(Math.max(1, Math.min(count, 1 << 29))) * 2);
    reservation.set(4L * slots + count * (12L + 12L * keyColumns.size()));
    for (int k = 0; k < keys.length; k++) {
      this.nullSafe[k] = nullSafe.get(k);
      keys[k] = new Register(rows.column(keyColumns.get(k)).type());
      RegisterLoader.load(rows.column(keyColumns.get(k)), keys[k], null, count, count);
    }
    this.oneLong = keys.length == 1 && keys[0].kind == Register.Kind.LONG;
    this.hashes = new long[count];
    GroupTable.hash(keys, null, count, hashes);
    this.heads = new int[slots];
    this.next = new int[count];
    boolean nulls = false;
    // Backwards, so that chains give rows in their order.
    for (int row = count - 1; row >= 0; row--) {
      if (cannotMatch(keys, row)) {
        nulls = true;
        continue;
      }
      int slot = (int) hashes[row] & slots - 1;
      next[row] = heads[slot];
      heads[slot] = row + 1;
    }
    this.hasNullKeys = nulls;
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
    GroupTable.hash(values, probeRows, count, probeHashes);
    int mask = heads.length - 1;
    for (int i = 0; i < count; i++) {
      to[i] = heads[(int) probeHashes[i] & mask] - 1;
    }
    boolean nulls = false;
    for (Register value : values) {
      nulls |= value.hasNulls;
    }
    if (nulls) {
      for (int i = 0; i < count; i++) {
        if (cannotMatch(values, probeRows == null ? i : probeRows[i])) {
          to[i] = -1;
        }
      }
    }
  }

  /// The first match at or after `candidate` in its chain; -1 = none.
  int match(Register[] values, int row, long hash, int candidate) {
    int build = candidate;
    if (oneLong && !values[0].hasNulls && !keys[0].hasNulls) {
      long value = values[0].longs[row];
      long[] longs = keys[0].longs;
      while (build >= 0 && longs[build] != value) {
        build = next[build] - 1;
      }
      return build;
    }
    while (build >= 0 && !(hashes[build] == hash && equal(values, row, build))) {
      build = next[build] - 1;
    }
    return build;
  }

  int after(int build) {
    return next[build] - 1;
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
