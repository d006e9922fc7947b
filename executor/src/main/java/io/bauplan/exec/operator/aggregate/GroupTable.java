package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.expression.ByteArena;
import io.bauplan.exec.expression.Bytes;
import io.bauplan.exec.expression.Keys;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.memory.Memory;
import io.bauplan.exec.operator.HeapReservation;
import io.bauplan.sql.plan.DataType;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.jspecify.annotations.Nullable;

/// Gives each distinct combination of keys a number, 0 upwards. NULLs are equal to each other. Open
/// addressing over an array of group numbers, or a slot per key as long as the keys are whole
/// numbers close to each other ([DirectSlots]); keys in one array per column. Used by one thread.
public final class GroupTable implements AutoCloseable {
  private static final int FIRST_SLOTS = 1024;

  /// Groups met with the hash of another, before hashes are made of all keys.
  private static final int MAX_COLLISIONS = 256;

  private final Register[] keys;
  private final ByteArena arena;
  private final HeapReservation reservation;
  private final boolean oneLong;
  private final boolean allLongs;

  /// null once keys are hashed.
  private @Nullable DirectSlots direct;

  private int capacity = FIRST_SLOTS / 2;
  private long[] hashes = {};

  /// By the hash's lower half: a group's number plus one, below the upper half of its hash, which
  /// tells most others without a look at them. 0 = free.
  private long[] slots = {};

  private long[] batchHashes = {};
  private final Candidates candidates = new Candidates();
  private int size;

  /// Strings among the keys.
  private final int strings;

  /// How many of these hashes are made of, the first ones: none where there are other keys, one
  /// where there are not, until too many groups turn out to differ in the rest; in the end all.
  private int hashedStrings;

  private long collisions;
  private boolean borrowsBytes;

  /// The first group whose bytes may be borrowed; -1 = none.
  private int firstBorrowed = -1;

  /// Whether groups are no longer looked up.
  private boolean appends;

  public GroupTable(List<DataType> types, BufferAllocator allocator) {
    this(types, allocator, 0);
    hashedStrings = strings;
  }

  /// @param expectedGroups an estimate, 0 = none
  GroupTable(List<DataType> types, BufferAllocator allocator, double expectedGroups) {
    this.keys = types.stream().map(Register::new).toArray(Register[]::new);
    for (int i = 0; i < keys.length; i++) {
      if (keys[i].kind == Register.Kind.NESTED) {
        throw new IllegalArgumentException("nested keys are encoded before they are grouped");
      }
    }
    this.arena = new ByteArena(allocator);
    this.reservation = new HeapReservation(allocator);
    boolean longs = true;
    for (Register key : keys) {
      longs &= key.kind == Register.Kind.LONG;
    }
    this.strings = (int) Arrays.stream(keys).filter(key -> key.kind == Register.Kind.BYTES).count();
    this.hashedStrings = strings == keys.length ? Math.min(1, strings) : 0;
    this.allLongs = longs;
    this.oneLong = longs && keys.length == 1;
    if (oneLong) {
      direct = new DirectSlots(expectedGroups);
    } else {
      hashes = new long[capacity];
      slots = new long[FIRST_SLOTS];
    }
    KeyVectors.grow(keys, capacity);
  }

  public int size() {
    return size;
  }

  public int keyCount() {
    return keys.length;
  }

  public long hash(int group) {
    return direct != null ? Bytes.mix(keys[0].longs[group]) : hashes[group];
  }

  /// Whether there are keys of a small range, none of them NULL, and `key(0)` has them.
  boolean isDirect() {
    return direct != null;
  }

  /// The keys of all groups, by group number.
  public Register key(int index) {
    return keys[index];
  }

  /// Finds or makes the group of each row: `to[i]` is that of the i-th row.
  public void lookup(Register[] values, int @Nullable [] rows, int count, int[] to) {
    if (count == 0) {
      return;
    }
    DirectSlots bySlot = direct;
    if (bySlot != null) {
      if (!values[0].hasNulls && lookupDirect(bySlot, values[0].longs, rows, count, to)) {
        return;
      }
      startHashing();
    }
    makeRoomForHashes(count);
    KeyHashes.of(hashed(values), rows, count, batchHashes);
    lookupHashed(values, rows, count, to);
  }

  /// Finds or makes the groups that another table has for some of its own: `to[i]` is that of its
  /// group `rows[i]`.
  void lookup(GroupTable other, int[] rows, int count, int[] to) {
    if (direct != null || other.direct != null || hashedStrings != other.hashedStrings) {
      lookup(other.keys, rows, count, to);
      return;
    }
    makeRoomForHashes(count);
    for (int i = 0; i < count; i++) {
      batchHashes[i] = other.hashes[rows[i]];
    }
    lookupHashed(other.keys, rows, count, to);
  }

  private void makeRoomForHashes(int count) {
    if (batchHashes.length < count) {
      batchHashes = new long[Math.max(count, 64)];
    }
  }

  private void lookupHashed(Register[] values, int @Nullable [] rows, int count, int[] to) {
    if (oneLong && !values[0].hasNulls) {
      lookupLong(values[0].longs, rows, count, to);
      return;
    }
    if (allLongs) {
      lookupLongs(values, mayHaveNulls(values) || mayHaveNulls(keys), rows, count, to);
      return;
    }
    // Most groups of a large table are in no cache: one row's are waited for beside the others'.
    candidates.find(slots, batchHashes, count);
    candidates.keepEqual(values, rows, keys, to, count);
    for (int i = 0; i < count; i++) {
      if (to[i] >= 0) {
        continue;
      }
      int row = rows == null ? i : rows[i];
      to[i] = find(values, row, batchHashes[i]);
      if (collisions > MAX_COLLISIONS && hashStrings(hashedStrings == 0 ? 1 : strings)) {
        KeyHashes.of(hashed(values), rows, count, batchHashes);
      }
    }
  }

  private Register[] hashed(Register[] values) {
    if (hashesAllKeys()) {
      return values;
    }
    Register[] some = new Register[keys.length - strings + hashedStrings];
    int next = 0;
    int left = hashedStrings;
    for (int k = 0; k < keys.length; k++) {
      if (keys[k].kind != Register.Kind.BYTES || left-- > 0) {
        some[next++] = values[k];
      }
    }
    return some;
  }

  boolean hashesAllKeys() {
    return hashedStrings == strings;
  }

  int hashedStrings() {
    return hashedStrings;
  }

  /// From here on strings count in hashes, too. Whether that is a change.
  boolean hashAllKeys() {
    return hashStrings(strings);
  }

  /// From here on so many strings count in hashes, if fewer did. Whether that is a change.
  boolean hashStrings(int count) {
    if (hashedStrings >= count) {
      return false;
    }
    hashedStrings = count;
    collisions = 0;
    KeyHashes.of(hashed(keys), null, size, hashes);
    if (!appends) {
      rehash(slots.length);
    }
    return true;
  }

  /// Makes a group of every row from here on, whether there is one with its keys or not: for rows
  /// whose groups are met again by few. Nothing is looked up here any more, only in the table that
  /// this one's groups are merged into.
  ///
  /// @param rate is told of the rows
  void append(Register[] values, int @Nullable [] rows, int count, int[] to, RepeatRate rate) {
    if (!appends) {
      if (direct != null) {
        startHashing();
      }
      hashAllKeys();
      appends = true;
      slots = new long[0];
      reserve(capacity, 0);
    }
    makeRoomForHashes(count);
    KeyHashes.of(values, rows, count, batchHashes);
    rate.add(batchHashes, count);
    int first = size;
    int needed = Math.addExact(first, count);
    while (capacity < needed) {
      ensure(capacity + 1);
    }
    System.arraycopy(batchHashes, 0, hashes, first, count);
    for (int k = 0; k < keys.length; k++) {
      storeAll(keys[k], values[k], rows, count);
    }
    for (int i = 0; i < count; i++) {
      to[i] = first + i;
    }
    size = needed;
  }

  private void storeAll(Register key, Register from, int @Nullable [] rows, int count) {
    if (key.kind == Register.Kind.LONG && !from.hasNulls) {
      for (int i = 0; i < count; i++) {
        key.longs[size + i] = from.longs[rows == null ? i : rows[i]];
      }
      return;
    }
    for (int i = 0; i < count; i++) {
      store(key, from, rows == null ? i : rows[i], size + i);
    }
  }

  /// Whether from here on the bytes of new keys are those of the values looked up, which stay where
  /// they are as long as this table.
  void borrowBytes(boolean borrows) {
    borrowsBytes = borrows;
    if (borrows && firstBorrowed < 0) {
      firstBorrowed = size;
    }
  }

  /// Copies the bytes that are borrowed: whose they are may be gone from here on.
  void ownBytes() {
    if (firstBorrowed < 0) {
      return;
    }
    for (Register key : keys) {
      for (int group = firstBorrowed; key.kind == Register.Kind.BYTES && group < size; group++) {
        if (!key.isNull(group)) {
          key.longs[group] = copy(key.longs[group], key.lengths[group]);
        }
      }
    }
    firstBorrowed = -1;
  }

  private long copy(long bytes, int length) {
    long address = arena.allocate(length);
    Memory.copy(bytes, address, length);
    return address;
  }

  /// For keys that are a part of their range by hash: slots for all of it would be a waste.
  void hashOnly() {
    if (direct != null) {
      startHashing();
    }
    hashAllKeys();
  }

  private static boolean mayHaveNulls(Register[] registers) {
    boolean nulls = false;
    for (Register register : registers) {
      nulls |= register.hasNulls;
    }
    return nulls;
  }

  /// Whether the keys were close enough to each other.
  private boolean lookupDirect(
      DirectSlots bySlot, long[] values, int @Nullable [] rows, int count, int[] to) {
    DirectSlots.Range range = bySlot.rangeFor(values, rows, count, size);
    if (range == null) {
      return false;
    }
    Register key = keys[0];
    if (!bySlot.has(range)) {
      try {
        reserve(capacity, range.length() + bySlot.length());
      } catch (OutOfMemoryException e) {
        return false;
      }
      bySlot.resize(range, key.longs, size);
      reserve(capacity, range.length());
    }
    for (int i = 0; i < count; i++) {
      long value = values[rows == null ? i : rows[i]];
      int slot = bySlot.slot(value);
      int group = bySlot.group(slot);
      if (group < 0) {
        group = size;
        ensure(group + 1);
        key.longs[group] = value;
        bySlot.set(slot, group);
        size++;
      }
      to[i] = group;
    }
    return true;
  }

  /// Leaves slots by key for slots by hash.
  private void startHashing() {
    DirectSlots before = direct;
    direct = null;
    int length = Math.max(FIRST_SLOTS, Integer.highestOneBit(Math.max(1, size)) * 4);
    try {
      reserve(capacity, length);
    } catch (OutOfMemoryException e) {
      direct = before;
      throw e;
    }
    hashes = new long[capacity];
    long[] values = keys[0].longs;
    for (int group = 0; group < size; group++) {
      hashes[group] = Bytes.mix(values[group]);
    }
    rehash(length);
  }

  /// Whole numbers.
  ///
  /// @param nulls whether one of the rows or groups may have one
  private void lookupLongs(
      Register[] values, boolean nulls, int @Nullable [] rows, int count, int[] to) {
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      long hash = batchHashes[i];
      if (nulls && anyNull(values, row)) {
        to[i] = find(values, row, hash);
        continue;
      }
      int slot = (int) hash & slots.length - 1;
      long entry;
      int group = -1;
      while ((entry = slots[slot]) != 0) {
        if ((entry ^ hash) >>> 32 == 0) {
          group = (int) entry - 1;
          if (sameLongs(values, row, group) && !(nulls && anyNull(keys, group))) {
            break;
          }
        }
        slot = slot + 1 & slots.length - 1;
      }
      if (entry == 0) {
        group = size;
        ensure(group + 1);
        for (int k = 0; k < keys.length; k++) {
          keys[k].longs[group] = values[k].longs[row];
        }
        hashes[group] = hash;
        insert(slot);
      }
      to[i] = group;
    }
  }

  private static boolean anyNull(Register[] values, int row) {
    for (Register value : values) {
      if (value.isNull(row)) {
        return true;
      }
    }
    return false;
  }

  private boolean sameLongs(Register[] values, int row, int group) {
    for (int k = 0; k < keys.length; k++) {
      if (keys[k].longs[group] != values[k].longs[row]) {
        return false;
      }
    }
    return true;
  }

  private void lookupLong(long[] values, int @Nullable [] rows, int count, int[] to) {
    Register key = keys[0];
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      long value = values[row];
      long hash = batchHashes[i];
      int slot = (int) hash & slots.length - 1;
      long entry;
      int group = -1;
      while ((entry = slots[slot]) != 0) {
        group = (int) entry - 1;
        if (key.longs[group] == value && !key.isNull(group)) {
          break;
        }
        slot = slot + 1 & slots.length - 1;
      }
      if (entry == 0) {
        group = size;
        ensure(group + 1);
        key.longs[group] = value;
        hashes[group] = hash;
        insert(slot);
      }
      to[i] = group;
    }
  }

  private int find(Register[] values, int row, long hash) {
    int slot = (int) hash & slots.length - 1;
    long entry;
    while ((entry = slots[slot]) != 0) {
      if ((entry ^ hash) >>> 32 == 0) {
        int group = (int) entry - 1;
        if (sameKeys(values, row, group)) {
          return group;
        }
        collisions++;
      }
      slot = slot + 1 & slots.length - 1;
    }
    int group = size;
    ensure(group + 1);
    for (int k = 0; k < keys.length; k++) {
      store(keys[k], values[k], row, group);
    }
    hashes[group] = hash;
    insert(slot);
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
      key.setNull(group, capacity);
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
        key.longs[group] = borrowsBytes ? from.longs[row] : copy(from.longs[row], length);
        key.lengths[group] = length;
      }
      case NESTED -> throw new IllegalStateException();
    }
  }

  private void insert(int slot) {
    slots[slot] = entry(size);
    size++;
    if (size * 2L > slots.length) {
      rehash(Math.multiplyExact(slots.length, 2));
    }
  }

  private long entry(int group) {
    return hashes[group] & ~0xffffffffL | group + 1;
  }

  private void rehash(int length) {
    reserve(capacity, length);
    long[] fresh = new long[length];
    for (int group = 0; group < size; group++) {
      int slot = (int) hashes[group] & length - 1;
      while (fresh[slot] != 0) {
        slot = slot + 1 & length - 1;
      }
      fresh[slot] = entry(group);
    }
    slots = fresh;
  }

  /// Makes room for so many groups at once.
  void expect(int groups) {
    if (direct != null || groups <= capacity) {
      return;
    }
    int more = Integer.highestOneBit(groups - 1) << 1;
    int length = Math.max(slots.length, Math.multiplyExact(more, 2));
    reserve(more, length);
    hashes = Arrays.copyOf(hashes, more);
    KeyVectors.grow(keys, more);
    capacity = more;
    rehash(length);
  }

  private void ensure(int groups) {
    if (groups <= capacity) {
      return;
    }
    int more = Math.multiplyExact(capacity, 2);
    DirectSlots bySlot = direct;
    reserve(more, bySlot == null ? slots.length : bySlot.length());
    if (bySlot == null) {
      hashes = Arrays.copyOf(hashes, more);
    }
    KeyVectors.grow(keys, more);
    capacity = more;
  }

  private void reserve(int groups, int slotCount) {
    long perGroup = direct == null ? 8 : 0;
    for (Register key : keys) {
      perGroup += key.kind == Register.Kind.DECIMAL ? 17 : key.kind == Register.Kind.BYTES ? 13 : 9;
    }
    reservation.set(groups * perGroup + (direct == null ? 8L : 4L) * slotCount);
  }

  @Override
  public void close() {
    arena.close();
    reservation.close();
  }
}
