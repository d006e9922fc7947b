package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.expression.ByteArena;
import io.bauplan.exec.expression.Keys;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.memory.Memory;
import io.bauplan.exec.operator.HeapReservation;
import io.bauplan.sql.plan.DataType;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Gives each distinct combination of keys a number, 0 upwards. NULLs are equal to each other. Open
/// addressing over an array of group numbers; keys in one array per column. Used by one thread.
public final class GroupTable implements AutoCloseable {
  private static final int FIRST_SLOTS = 1024;

  private final Register[] keys;
  private final ByteArena arena;
  private final HeapReservation reservation;
  private final boolean oneLong;
  private long[] hashes = new long[FIRST_SLOTS / 2];
  private int[] slots = new int[FIRST_SLOTS];
  private long[] batchHashes = {};
  private int size;

  public GroupTable(List<DataType> types, BufferAllocator allocator) {
    this.keys = types.stream().map(Register::new).toArray(Register[]::new);
    for (int i = 0; i < keys.length; i++) {
      if (keys[i].kind == Register.Kind.NESTED) {
        throw new IllegalArgumentException("nested keys are encoded before they are grouped");
      }
    }
    this.arena = new ByteArena(allocator);
    this.reservation = new HeapReservation(allocator);
    this.oneLong = keys.length == 1 && keys[0].kind == Register.Kind.LONG;
    growKeys(hashes.length);
  }

  public int size() {
    return size;
  }

  public int keyCount() {
    return keys.length;
  }

  public long hash(int group) {
    return hashes[group];
  }

  /// The keys of all groups, by group number.
  public Register key(int index) {
    return keys[index];
  }

  /// Finds or makes the group of each row: `to[i]` is that of the i-th row.
  public void lookup(Register[] values, int @Nullable [] rows, int count, int[] to) {
    if (batchHashes.length < count) {
      batchHashes = new long[Math.max(count, 64)];
    }
    hash(values, rows, count, batchHashes);
    if (oneLong && !values[0].hasNulls) {
      lookupLong(values[0].longs, rows, count, to);
      return;
    }
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      to[i] = find(values, row, batchHashes[i]);
    }
  }

  private void lookupLong(long[] values, int @Nullable [] rows, int count, int[] to) {
    Register key = keys[0];
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      long value = values[row];
      long hash = batchHashes[i];
      int slot = (int) hash & slots.length - 1;
      int group;
      while ((group = slots[slot] - 1) >= 0) {
        if (key.longs[group] == value && !(key.hasNulls && key.nulls[group])) {
          break;
        }
        slot = slot + 1 & slots.length - 1;
      }
      if (group < 0) {
        group = size;
        ensure(group + 1);
        key.longs[group] = value;
        hashes[group] = hash;
        insert(slot, hash);
      }
      to[i] = group;
    }
  }

  private int find(Register[] values, int row, long hash) {
    int slot = (int) hash & slots.length - 1;
    int group;
    while ((group = slots[slot] - 1) >= 0) {
      if (hashes[group] == hash && sameKeys(values, row, group)) {
        return group;
      }
      slot = slot + 1 & slots.length - 1;
    }
    group = size;
    ensure(group + 1);
    for (int k = 0; k < keys.length; k++) {
      store(keys[k], values[k], row, group);
    }
    hashes[group] = hash;
    insert(slot, hash);
    return group;
  }

  private boolean sameKeys(Register[] values, int row, int group) {
    for (int k = 0; k < keys.length; k++) {
      boolean isNull = values[k].isNull(row);
      if (isNull != keys[k].isNull(group)) {
        return false;
      }
      if (!isNull && !Keys.equal(values[k], row, keys[k], group)) {
        return false;
      }
    }
    return true;
  }

  private void store(Register key, Register from, int row, int group) {
    if (from.isNull(row)) {
      key.setNull(group, hashes.length);
      return;
    }
    switch (key.kind) {
      case LONG -> key.longs[group] = from.longs[row];
      case DOUBLE -> key.doubles[group] = from.doubles[row];
      case DECIMAL -> {
        key.longs[group] = from.longs[row];
        key.highs[group] = from.high(row);
      }
      case BYTES -> {
        int length = from.lengths[row];
        long address = arena.allocate(length);
        Memory.copy(from.longs[row], address, length);
        key.longs[group] = address;
        key.lengths[group] = length;
      }
      case NESTED -> throw new IllegalStateException();
    }
  }

  private void insert(int slot, long hash) {
    slots[slot] = ++size;
    if (size * 2L > slots.length) {
      rehash(Math.multiplyExact(slots.length, 2));
    }
  }

  private void rehash(int length) {
    reserve(hashes.length, length);
    int[] fresh = new int[length];
    for (int group = 0; group < size; group++) {
      int slot = (int) hashes[group] & length - 1;
      while (fresh[slot] != 0) {
        slot = slot + 1 & length - 1;
      }
      fresh[slot] = group + 1;
    }
    slots = fresh;
  }

  private void ensure(int groups) {
    if (groups <= hashes.length) {
      return;
    }
    int capacity = Math.multiplyExact(hashes.length, 2);
    reserve(capacity, slots.length);
    hashes = Arrays.copyOf(hashes, capacity);
    growKeys(capacity);
  }

  private void reserve(int capacity, int slotCount) {
    long perGroup = 8;
    for (Register key : keys) {
      perGroup += key.kind == Register.Kind.DECIMAL ? 17 : key.kind == Register.Kind.BYTES ? 13 : 9;
    }
    reservation.set(capacity * perGroup + 4L * slotCount);
  }

  private void growKeys(int capacity) {
    for (Register key : keys) {
      switch (key.kind) {
        case LONG -> key.longs = Arrays.copyOf(key.longs, capacity);
        case DOUBLE -> key.doubles = Arrays.copyOf(key.doubles, capacity);
        case DECIMAL -> {
          key.longs = Arrays.copyOf(key.longs, capacity);
          key.highs = Arrays.copyOf(key.highs, capacity);
          key.wide = true;
        }
        default -> {
          key.longs = Arrays.copyOf(key.longs, capacity);
          key.lengths = Arrays.copyOf(key.lengths, capacity);
        }
      }
      if (key.hasNulls) {
        key.nulls = Arrays.copyOf(key.nulls, capacity);
      }
    }
  }

  /// One hash per row, written densely.
  public static void hash(Register[] values, int @Nullable [] rows, int count, long[] to) {
    Arrays.fill(to, 0, count, 0);
    for (Register register : values) {
      boolean hasNulls = register.hasNulls;
      if (register.kind == Register.Kind.LONG && !hasNulls) {
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          to[i] = io.bauplan.exec.expression.Bytes.mix(to[i] * 31 + register.longs[row]);
        }
        continue;
      }
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        long hash =
            hasNulls && register.nulls[row]
                ? 0x5bd1e995L
                : register.kind == Register.Kind.LONG
                    ? register.longs[row]
                    : Keys.hash(register, row);
        to[i] = io.bauplan.exec.expression.Bytes.mix(to[i] * 31 + hash);
      }
    }
  }

  @Override
  public void close() {
    arena.close();
    reservation.close();
  }
}
