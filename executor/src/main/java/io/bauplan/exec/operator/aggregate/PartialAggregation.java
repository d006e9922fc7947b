package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.expression.RegisterWriter;
import io.bauplan.exec.operator.HeapReservation;
import io.bauplan.sql.plan.AggregateCall;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.jspecify.annotations.Nullable;

/// One thread's groups and their states; also the target into which those of several threads are
/// merged. With several grouping sets the number of the set is a key of its own.
final class PartialAggregation implements AutoCloseable {
  /// Rows after which it is judged whether grouping them makes them fewer.
  private static final int WINDOW = 32_768;

  /// The share of a window's rows with new keys from which it does not.
  private static final double MOSTLY_NEW = 0.85;

  /// Rows for each key from which grouping would have paid.
  private static final double REPEATED = 2;

  private final PhysicalPlan.Aggregate node;
  private final BufferAllocator allocator;
  private final GroupTable table;
  private final HeapReservation reservation;
  private final GroupStates states;
  private final InputColumns columns;
  private final @Nullable CodedGroups coded;
  private final GroupingSets sets;
  private final boolean manySets;
  private final boolean global;
  private final Register[] keys;
  private int[] groups = {};
  private int capacity;
  private int settled;
  private final boolean mayAppend;

  /// The grouping set with all keys, as of ROLLUP and CUBE, to which alone rows are added: the
  /// groups of the others are made of its. -1 = none.
  private final int finest;

  /// Whether the other sets' groups have been made.
  private boolean spread;

  private int windowRows;
  private int windowGroups;

  /// Of the rows that become groups of their own; null where they are looked up.
  private @Nullable RepeatRate appended;

  /// @param projection what the batches that are added go through first; null = nothing
  PartialAggregation(
      PhysicalPlan.Aggregate node, @Nullable Projection projection, BufferAllocator allocator) {
    this(node, projection, allocator, false);
  }

  /// @param appends whether rows may become groups of their own where most have other keys
  PartialAggregation(
      PhysicalPlan.Aggregate node,
      @Nullable Projection projection,
      BufferAllocator allocator,
      boolean appends) {
    this.node = node;
    this.allocator = allocator;
    this.sets = new GroupingSets(node);
    this.manySets = sets.areMany();
    this.global = node.groupKeys().isEmpty() && !manySets;
    List<DataType> types = sets.keyTypes();
    this.keys = new Register[types.size()];
    this.columns = new InputColumns(node.input().output(), projection);
    this.states = states(node, columns, allocator);
    this.table = new GroupTable(types, allocator, node.estimatedGroups());
    this.reservation = new HeapReservation(allocator);
    boolean compact = states.areCompact();
    this.mayAppend = appends && !manySets && !global && compact;
    this.finest = compact ? sets.finest() : -1;
    List<Integer> sources = columns.sources(node.groupKeys());
    this.coded =
        global || sources == null || sources.isEmpty() || manySets && finest < 0
            ? null
            : new CodedGroups(
                table,
                columns.plain(node.groupKeys()) != null,
                sources,
                node.groupKeys().stream()
                    .map(key -> List.copyOf(Objects.requireNonNull(columns.sources(List.of(key)))))
                    .toList(),
                this::key,
                finest,
                allocator);
    if (global) {
      try {
        ensure(1);
      } catch (RuntimeException | Error e) {
        close();
        throw e;
      }
    }
  }

  private static GroupStates states(
      PhysicalPlan.Aggregate node, InputColumns columns, BufferAllocator allocator) {
    try {
      return new GroupStates(node, columns, allocator);
    } catch (RuntimeException | Error e) {
      columns.close();
      throw e;
    }
  }

  GroupTable table() {
    return table;
  }

  int size() {
    return global ? 1 : table.size();
  }

  private void ensure(int size) {
    if (size > capacity) {
      capacity = Math.max(64, Integer.highestOneBit(size) * 2);
      reservation.set((long) capacity * states.bytesPerGroup());
      states.grow(capacity);
    }
  }

  private void makeRoom(Batch batch) {
    int count = batch.rowCount();
    if (groups.length < count) {
      groups = new int[Math.max(count, 64)];
    }
  }

  /// Adds a batch. Takes ownership.
  void add(Batch batch) {
    try (batch) {
      makeRoom(batch);
      columns.start(batch);
      for (int set = 0; set < sets.count(); set++) {
        group(batch, set);
        states.add(batch, groups, size());
      }
      settled = table.size();
    }
  }

  /// Adds a batch, to one grouping set after the other as long as there is memory for its groups.
  /// Where the sets are made of the finest one, to that alone, until `spread` is called. Borrows
  /// the batch.
  ///
  /// @return sets that have it; fewer than all = nothing may be added from here on
  int addWhatFits(Batch batch) {
    makeRoom(batch);
    columns.start(batch);
    boolean alone = !isSpread();
    for (int set = alone ? finest : 0; set < (alone ? finest + 1 : sets.count()); set++) {
      try {
        group(batch, set);
      } catch (OutOfMemoryException e) {
        return alone ? 0 : set;
      }
      states.add(batch, groups, size());
      settled = table.size();
    }
    return sets.count();
  }

  /// The grouping set that alone has groups until they are spread.
  int finest() {
    return finest;
  }

  /// Whether every grouping set has its groups.
  boolean isSpread() {
    return finest < 0 || spread;
  }

  /// Groups that have rows: those after them were met in a batch that was not added.
  int settled() {
    return settled;
  }

  /// Adds a batch to the groups of one grouping set. Takes ownership.
  void add(Batch batch, int set) {
    try (batch) {
      makeRoom(batch);
      columns.start(batch);
      group(batch, set);
      states.add(batch, groups, size());
      settled = table.size();
    }
  }

  /// A batch whose hashes are asked next, and which is not added.
  void start(Batch batch) {
    columns.start(batch);
  }

  /// Hashes of the rows' groups in one grouping set, a dense one per row: the same as the table's
  /// once that hashes all keys.
  void hashes(Batch batch, int set, long[] to) {
    KeyHashes.of(keys(batch, set), batch.selection(), batch.rowCount(), to);
  }

  boolean isGlobal() {
    return global;
  }

  private void group(Batch batch, int set) {
    if (global) {
      return;
    }
    // Codes are looked up in the table, too: not once it only appends.
    boolean looksUp = appended == null && set == Math.max(0, finest);
    if (looksUp && coded != null && coded.lookup(batch, groups)) {
      ensure(table.size());
      return;
    }
    Register[] values = keys(batch, set);
    if (appended != null) {
      table.append(values, batch.selection(), batch.rowCount(), groups, appended);
    } else {
      int before = table.size();
      table.lookup(values, batch.selection(), batch.rowCount(), groups);
      count(batch.rowCount(), table.size() - before);
    }
    ensure(table.size());
  }

  /// Where most rows have keys of their own, they are not looked up here any more, but only in the
  /// table that the groups of all threads are merged into.
  private void count(int rows, int newGroups) {
    windowRows += rows;
    windowGroups += newGroups;
    if (windowRows >= WINDOW) {
      if (mayAppend && windowGroups >= windowRows * MOSTLY_NEW) {
        appended = new RepeatRate();
      }
      windowRows = 0;
      windowGroups = 0;
    }
  }

  /// Whether rows became groups of their own that grouping would have made fewer after all.
  boolean isWorthGrouping() {
    return appended != null && appended.isAbove(REPEATED);
  }

  /// Whether several groups may have the same keys.
  boolean hasRepeatedGroups() {
    return appended != null;
  }

  /// Reads the keys of all the batch's rows.
  private Register[] keys(Batch batch, int set) {
    if (manySets) {
      return sets.keys(set, k -> columns.get(batch, node.groupKeys().get(k)), batch.vectorLength());
    }
    for (int k = 0; k < keys.length; k++) {
      keys[k] = columns.get(batch, node.groupKeys().get(k));
    }
    return keys;
  }

  /// Adds the groups of another thread, all of them or those of a partition. Leaves the other as it
  /// is.
  ///
  /// @param order the other's groups by partition; null = all
  void merge(PartialAggregation other, @Nullable MergeOrder order, int partition) {
    int size = order == null ? other.size() : order.size(partition);
    int[] from = new int[Math.min(size, Vector.BATCH_ROWS)];
    for (int start = 0; start < size; start += from.length) {
      int count = Math.min(from.length, size - start);
      if (order != null) {
        order.copy(partition, start, count, from);
      } else {
        for (int i = 0; i < count; i++) {
          from[i] = start + i;
        }
      }
      merge(other, from, count);
    }
  }

  /// Adds all groups of another one. Leaves the other as it is.
  void mergeAll(PartialAggregation other) {
    merge(other, (MergeOrder) null, 0);
    settled = table.size();
  }

  /// Adds some groups of another thread. Leaves the other as it is.
  void merge(PartialAggregation other, int[] some) {
    for (int start = 0; start < some.length; start += Vector.BATCH_ROWS) {
      int count = Math.min(Vector.BATCH_ROWS, some.length - start);
      merge(other, Arrays.copyOfRange(some, start, start + count), count);
    }
  }

  /// Makes the groups of all grouping sets of those of the finest one, each set's of those of the
  /// smallest one that has its keys and more. Where there is no memory for it, `isSpread` stays
  /// false, and the groups are those of the finest set alone.
  void spread() {
    if (isSpread()) {
      return;
    }
    try {
      addSets();
      spread = true;
    } catch (OutOfMemoryException e) {
      // What was begun is behind the groups that are settled.
    } finally {
      table.borrowBytes(false);
    }
  }

  private void addSets() {
    int[] starts = new int[sets.count()];
    int[] ends = new int[sets.count()];
    ends[finest] = settled;
    List<Integer> made = new ArrayList<>(List.of(finest));
    // Keys that are read stay where they are, which is here.
    table.borrowBytes(true);
    for (int set : sets.finestFirst()) {
      if (set != finest) {
        int from = finest;
        for (int other : made) {
          boolean fewer = ends[other] - starts[other] < ends[from] - starts[from];
          from = fewer && sets.isCoarser(set, other) ? other : from;
        }
        starts[set] = table.size();
        addSet(set, starts[from], ends[from]);
        ends[set] = table.size();
        made.add(set);
      }
    }
    settled = table.size();
  }

  private void addSet(int set, int start, int end) {
    Register[] setKeys = sets.keys(set, table::key, end);
    int[] from = new int[Math.min(end - start, Vector.BATCH_ROWS)];
    for (int at = start; at < end; at += from.length) {
      int count = Math.min(from.length, end - at);
      for (int i = 0; i < count; i++) {
        from[i] = at + i;
      }
      merge(this, setKeys, from, from, count);
    }
  }

  private Register key(Batch batch, int key, int @Nullable [] rows, int count) {
    return columns.some(batch, node.groupKeys().get(key), rows, count);
  }

  private void merge(PartialAggregation other, int[] from, int count) {
    merge(other, null, from, from, count);
  }

  /// @param otherKeys null = the other's
  /// @param keyRows where in `otherKeys` the keys are; null = one after the other
  /// @param from groups of the other
  void merge(
      PartialAggregation other,
      Register @Nullable [] otherKeys,
      int @Nullable [] keyRows,
      int[] from,
      int count) {
    int[] to = new int[count];
    if (!global) {
      if (otherKeys == null) {
        table.lookup(other.table, from, count, to);
      } else {
        table.lookup(otherKeys, keyRows, count, to);
      }
      ensure(table.size());
    }
    states.merge(other.states, from, to, count);
  }

  /// Makes the row of an empty grouping set, which exists even without input.
  void addEmptySets() {
    for (Register[] none : sets.ofEmptySets()) {
      table.lookup(none, null, 1, new int[1]);
      ensure(table.size());
    }
  }

  /// Results of `count` groups from `start`. The caller owns them.
  Batch output(int start, int count) {
    return output(start, count, null, count, -1, null);
  }

  /// Results of those of `count` groups from `start` that are wanted. The caller owns them.
  Batch output(int start, int count, WantedGroups wanted) {
    if (wanted.column() < 0) {
      return output(start, count);
    }
    int[] some = new int[count];
    Register known = result(wanted.column(), start, count);
    int found = wanted.select(known, count, some);
    return found == 0
        ? Batch.none()
        : output(start, count, found == count ? null : some, found, wanted.column(), known);
  }

  /// @param rows of the `count` groups from `start`; null = all
  /// @param known what the column of number `knownColumn` is; null = none is known yet
  private Batch output(
      int start,
      int count,
      int @Nullable [] rows,
      int rowCount,
      int knownColumn,
      @Nullable Register known) {
    List<Vector> vectors = new ArrayList<>();
    try {
      for (int column = 0; column < node.output().size(); column++) {
        Register result =
            known != null && column == knownColumn ? known : result(column, start, count);
        vectors.add(RegisterWriter.write(result, rows, rowCount, count, allocator));
      }
      return new Batch(vectors, count, rows, rowCount);
    } catch (RuntimeException | Error e) {
      vectors.forEach(Vector::close);
      throw e;
    }
  }

  /// One column of the results of `count` groups from `start`.
  private Register result(int column, int start, int count) {
    int keyCount = node.groupKeys().size();
    if (column < keyCount) {
      return KeyVectors.slice(table.key(column), start, count);
    }
    AggregateCall call = node.calls().get(column - keyCount);
    Register result = new Register(call.output().type());
    result.reset(count);
    if (call.function().equals("grouping")) {
      for (int i = 0; i < count; i++) {
        int number = manySets ? (int) table.key(keys.length - 1).longs[start + i] : 0;
        result.longs[i] = sets.grouping(call, number);
      }
    } else {
      states.output(column - keyCount, start, count, result);
    }
    return result;
  }

  @Override
  public void close() {
    states.close();
    if (coded != null) {
      coded.close();
    }
    columns.close();
    table.close();
    reservation.close();
  }
}
