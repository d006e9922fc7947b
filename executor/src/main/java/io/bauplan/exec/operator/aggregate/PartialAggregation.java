package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.DictionaryVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.expression.RegisterWriter;
import io.bauplan.exec.operator.HeapReservation;
import io.bauplan.sql.plan.AggregateCall;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
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
  private final RowType input;
  private final BufferAllocator allocator;
  private final GroupTable table;
  private final HeapReservation reservation;
  private final List<Accumulator> accumulators = new ArrayList<>();
  private final List<AggregateCall> calls = new ArrayList<>();
  private final InputColumns columns;
  private final @Nullable CodedGroups coded;
  private final Runs runs = new Runs();

  /// By column of the input.
  private final Map<Integer, DistinctCodes> distinctCodes = new HashMap<>();

  /// By accumulator: another one with the same sums, which alone is fed; -1 = none.
  private final List<Integer> sameSums = new ArrayList<>();
  private final boolean manySets;
  private final boolean global;
  private final Register[] keys;
  private final Register setNumber = new Register(DataType.INT64);
  private final int bytesPerGroup;
  private int[] groups = {};
  private int[] filtered = {};
  private int[] filteredGroups = {};
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
    this.input = node.input().output();
    this.allocator = allocator;
    this.manySets = node.groupingSets().size() > 1;
    this.global = node.groupKeys().isEmpty() && !manySets;
    List<DataType> types = new ArrayList<>();
    for (int key : node.groupKeys()) {
      types.add(input.type(key));
    }
    if (manySets) {
      types.add(DataType.INT64);
    }
    this.keys = new Register[types.size()];
    this.columns = new InputColumns(input, projection);
    this.table = new GroupTable(types, allocator, node.estimatedGroups());
    this.reservation = new HeapReservation(allocator);
    int bytes = 0;
    for (AggregateCall call : node.calls()) {
      if (!call.function().equals("grouping")) {
        Accumulator accumulator = accumulator(call);
        int same = sameSums(call, accumulator);
        accumulators.add(accumulator);
        calls.add(call);
        sameSums.add(same);
        bytes += same < 0 ? accumulator.bytesPerGroup() : 0;
      }
    }
    this.bytesPerGroup = bytes;
    boolean compact = accumulators.stream().allMatch(Accumulator::isCompact);
    this.mayAppend = appends && !manySets && !global && compact;
    this.finest = manySets && compact ? finestSet() : -1;
    List<Integer> sources = columns.sources(node.groupKeys());
    this.coded =
        global || sources == null || sources.isEmpty() || manySets && finest < 0
            ? null
            : new CodedGroups(
                table,
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

  /// One more, or none at all.
  private Accumulator accumulator(AggregateCall call) {
    try {
      return Accumulators.of(call, input, allocator);
    } catch (RuntimeException | Error e) {
      accumulators.forEach(Accumulator::close);
      columns.close();
      throw e;
    }
  }

  private int sameSums(AggregateCall call, Accumulator accumulator) {
    for (int i = 0; i < calls.size(); i++) {
      AggregateCall other = calls.get(i);
      if (accumulator instanceof SumAccumulator sum
          && accumulators.get(i) instanceof SumAccumulator known
          && sameSums.get(i) < 0
          && sum.sumsAs(known)
          && other.arguments().equals(call.arguments())
          && other.filter().equals(call.filter())) {
        return i;
      }
    }
    return -1;
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
      reservation.set((long) capacity * bytesPerGroup);
      for (int i = 0; i < accumulators.size(); i++) {
        if (sameSums.get(i) < 0) {
          accumulators.get(i).grow(capacity);
        }
      }
    }
  }

  private void makeRoom(Batch batch) {
    int count = batch.rowCount();
    if (groups.length < count) {
      groups = new int[Math.max(count, 64)];
      filtered = new int[groups.length];
      filteredGroups = new int[groups.length];
    }
  }

  /// Adds a batch. Takes ownership.
  void add(Batch batch) {
    try (batch) {
      makeRoom(batch);
      columns.start(batch);
      for (int set = 0; set < sets(); set++) {
        group(batch, set);
        accumulate(batch);
      }
      settled = table.size();
    }
  }

  private int sets() {
    return manySets ? node.groupingSets().size() : 1;
  }

  private int finestSet() {
    int all = node.groupKeys().size();
    for (int set = 0; set < node.groupingSets().size(); set++) {
      if (Set.copyOf(node.groupingSets().get(set)).size() == all) {
        return set;
      }
    }
    return -1;
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
    for (int set = alone ? finest : 0; set < (alone ? finest + 1 : sets()); set++) {
      try {
        group(batch, set);
      } catch (OutOfMemoryException e) {
        return alone ? 0 : set;
      }
      accumulate(batch);
      settled = table.size();
    }
    return sets();
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
      accumulate(batch);
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
    if (manySets) {
      loadKeys(batch, set);
    } else {
      for (int k = 0; k < keys.length; k++) {
        keys[k] = columns.get(batch, node.groupKeys().get(k));
      }
    }
    KeyHashes.of(keys, batch.selection(), batch.rowCount(), to);
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
    if (manySets) {
      loadKeys(batch, set);
      table.lookup(keys, batch.selection(), batch.rowCount(), groups);
    } else {
      for (int k = 0; k < keys.length; k++) {
        keys[k] = columns.get(batch, node.groupKeys().get(k));
      }
      if (appended != null) {
        table.append(keys, batch.selection(), batch.rowCount(), groups, appended);
      } else {
        int before = table.size();
        table.lookup(keys, batch.selection(), batch.rowCount(), groups);
        count(batch.rowCount(), table.size() - before);
      }
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

  private void loadKeys(Batch batch, int set) {
    List<Integer> members = node.groupingSets().get(set);
    int length = batch.vectorLength();
    for (int k = 0; k < node.groupKeys().size(); k++) {
      Register values = columns.get(batch, node.groupKeys().get(k));
      if (members.contains(k)) {
        keys[k] = values;
      } else {
        keys[k] = allNull(values.type, length);
      }
    }
    setNumber.reset(length);
    Arrays.fill(setNumber.longs, 0, length, set);
    keys[keys.length - 1] = setNumber;
  }

  /// Adds the rows to their groups: without keys `groups` stays as it was made, all zeros.
  private void accumulate(Batch batch) {
    int count = batch.rowCount();
    int[] rows = batch.selection();
    boolean sorted = !global && runs.sort(groups, rows, count, table.size());
    for (int i = 0; i < accumulators.size(); i++) {
      if (sameSums.get(i) >= 0) {
        continue;
      }
      AggregateCall call = calls.get(i);
      if (global && addCodes(accumulators.get(i), call, batch)) {
        continue;
      }
      List<Integer> wanted = Accumulators.columns(call);
      Register[] arguments = new Register[wanted.size()];
      for (int a = 0; a < arguments.length; a++) {
        arguments[a] = columns.get(batch, wanted.get(a));
      }
      if (call.filter().isEmpty()) {
        if (global) {
          accumulators.get(i).addToOne(groups, arguments, rows, count);
        } else if (sorted && accumulators.get(i).takesRuns()) {
          addRuns(accumulators.get(i), arguments);
        } else {
          accumulators.get(i).add(groups, arguments, rows, count);
        }
      } else {
        int kept = filter(columns.get(batch, call.filter().getAsInt()), rows, count);
        accumulators.get(i).add(filteredGroups, arguments, filtered, kept);
      }
    }
  }

  /// Adds the values that occur in a batch of codes, for an aggregate that counts each once.
  private boolean addCodes(Accumulator accumulator, AggregateCall call, Batch batch) {
    if (!accumulator.isIdempotent() || call.filter().isPresent() || call.arguments().size() != 1) {
      return false;
    }
    int argument = call.arguments().getFirst();
    List<Integer> plain = columns.plain(call.arguments());
    if (plain == null
        || !(batch.column(plain.getFirst()) instanceof DictionaryVector vector)
        || vector.dictionary().length() > batch.rowCount()) {
      return false;
    }
    DistinctCodes codes =
        distinctCodes.computeIfAbsent(
            argument, c -> new DistinctCodes(new Register(input.type(c))));
    int found = codes.collect(vector, batch.selection(), batch.rowCount());
    accumulator.addToOne(groups, new Register[] {codes.values()}, codes.codes(), found);
    return true;
  }

  private void addRuns(Accumulator accumulator, Register[] arguments) {
    for (int group = 0; group < runs.groups(); group++) {
      int start = runs.start(group);
      int end = runs.end(group);
      if (end > start) {
        accumulator.addRun(group, arguments, runs.rows(), start, end);
      }
    }
  }

  private int filter(Register condition, int @Nullable [] rows, int count) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      if (!condition.isNull(row) && condition.longs[row] != 0) {
        filtered[kept] = row;
        filteredGroups[kept++] = groups[i];
      }
    }
    return kept;
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
    int[] starts = new int[sets()];
    int[] ends = new int[sets()];
    ends[finest] = settled;
    List<Integer> made = new ArrayList<>(List.of(finest));
    List<Integer> order = new ArrayList<>(IntStream.range(0, sets()).boxed().toList());
    order.sort(Comparator.comparing(set -> -node.groupingSets().get(set).size()));
    // Keys that are read stay where they are, which is here.
    table.borrowBytes(true);
    for (int set : order) {
      if (set != finest) {
        int from = finest;
        for (int other : made) {
          boolean fewer = ends[other] - starts[other] < ends[from] - starts[from];
          if (fewer && node.groupingSets().get(other).containsAll(node.groupingSets().get(set))) {
            from = other;
          }
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
    int keyCount = node.groupKeys().size();
    Register[] setKeys = new Register[keys.length];
    boolean[] nulls = new boolean[end];
    Arrays.fill(nulls, true);
    for (int k = 0; k < keyCount; k++) {
      if (node.groupingSets().get(set).contains(k)) {
        setKeys[k] = table.key(k);
      } else {
        setKeys[k] = new Register(input.type(node.groupKeys().get(k)));
        setKeys[k].nulls = nulls;
        setKeys[k].hasNulls = true;
      }
    }
    Register number = new Register(DataType.INT64);
    number.reset(end);
    Arrays.fill(number.longs, start, end, set);
    setKeys[keyCount] = number;
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

  static Register allNull(DataType type, int length) {
    Register none = new Register(type);
    none.reset(length);
    none.clearNulls(length);
    Arrays.fill(none.nulls, 0, length, true);
    return none;
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
    for (int i = 0; i < accumulators.size(); i++) {
      if (sameSums.get(i) < 0) {
        accumulators.get(i).merge(other.accumulators.get(i), from, to, count);
      }
    }
  }

  /// Makes the row of an empty grouping set, which exists even without input.
  void addEmptySets() {
    for (int set = 0; manySets && set < node.groupingSets().size(); set++) {
      if (node.groupingSets().get(set).isEmpty()) {
        for (int k = 0; k < keys.length - 1; k++) {
          keys[k] = new Register(input.type(node.groupKeys().get(k)));
          keys[k].reset(1);
          keys[k].setNull(0, 1);
        }
        setNumber.reset(1);
        setNumber.longs[0] = set;
        keys[keys.length - 1] = setNumber;
        table.lookup(keys, null, 1, new int[1]);
        ensure(table.size());
      }
    }
  }

  /// Results of `count` groups from `start`. The caller owns them.
  Batch output(int start, int count) {
    List<Vector> vectors = new ArrayList<>();
    int[] rows = new int[count];
    int[] positions = new int[count];
    for (int i = 0; i < count; i++) {
      rows[i] = start + i;
      positions[i] = i;
    }
    try {
      int keyCount = node.groupKeys().size();
      for (int k = 0; k < keyCount; k++) {
        vectors.add(KeyVectors.of(table.key(k), start, count, allocator));
      }
      int next = 0;
      for (AggregateCall call : node.calls()) {
        Register result = new Register(call.output().type());
        result.reset(count);
        if (call.function().equals("grouping")) {
          grouping(call, start, count, result);
        } else {
          int source = sameSums.get(next);
          if (source >= 0) {
            ((SumAccumulator) accumulators.get(next))
                .readFrom((SumAccumulator) accumulators.get(source));
          }
          accumulators.get(next++).output(start, count, result);
        }
        vectors.add(RegisterWriter.write(result, null, count, count, allocator));
      }
      return new Batch(vectors, count);
    } catch (RuntimeException | Error e) {
      vectors.forEach(Vector::close);
      throw e;
    }
  }

  /// A bit per argument, the last one lowest: set where the row's grouping set leaves the column
  /// out.
  private void grouping(AggregateCall call, int start, int count, Register to) {
    for (int i = 0; i < count; i++) {
      int set = manySets ? (int) table.key(keys.length - 1).longs[start + i] : 0;
      List<Integer> members =
          node.groupingSets().isEmpty() ? List.of() : node.groupingSets().get(set);
      long bits = 0;
      for (int argument : call.arguments()) {
        int key = node.groupKeys().indexOf(argument);
        bits = bits << 1 | (key >= 0 && members.contains(key) ? 0 : 1);
      }
      to.longs[i] = bits;
    }
  }

  @Override
  public void close() {
    accumulators.forEach(Accumulator::close);
    if (coded != null) {
      coded.close();
    }
    columns.close();
    table.close();
    reservation.close();
  }
}
