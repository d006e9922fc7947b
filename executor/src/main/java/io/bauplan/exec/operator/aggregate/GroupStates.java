package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.DictionaryVector;
import io.bauplan.exec.expression.Register;
import io.bauplan.sql.plan.AggregateCall;
import io.bauplan.sql.plan.PhysicalPlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// The states of an aggregate's calls, by group. Used by one thread.
final class GroupStates implements AutoCloseable {
  private final PhysicalPlan.Aggregate node;
  private final InputColumns columns;
  private final boolean global;
  private final List<Accumulator> accumulators = new ArrayList<>();
  private final List<AggregateCall> calls = new ArrayList<>();

  /// By call of the node: which of those that have states it is; -1 = none.
  private final List<Integer> numbers = new ArrayList<>();

  private final Runs runs = new Runs();

  /// By column of the input.
  private final Map<Integer, DistinctCodes> distinctCodes = new HashMap<>();

  /// By accumulator: another one with the same sums, which alone is fed; -1 = none.
  private final List<Integer> sameSums = new ArrayList<>();

  private final int bytesPerGroup;
  private int[] filtered = {};
  private int[] filteredGroups = {};

  /// @param columns of the batches that are added; borrowed
  GroupStates(PhysicalPlan.Aggregate node, InputColumns columns, BufferAllocator allocator) {
    this.node = node;
    this.columns = columns;
    this.global = node.groupKeys().isEmpty() && node.groupingSets().size() <= 1;
    int bytes = 0;
    for (AggregateCall call : node.calls()) {
      boolean hasStates = !call.function().equals("grouping");
      numbers.add(hasStates ? calls.size() : -1);
      if (hasStates) {
        Accumulator accumulator = accumulator(call, allocator);
        int same = sameSums(call, accumulator);
        accumulators.add(accumulator);
        calls.add(call);
        sameSums.add(same);
        bytes += same < 0 ? accumulator.bytesPerGroup() : 0;
      }
    }
    this.bytesPerGroup = bytes;
  }

  /// One more, or none at all.
  private Accumulator accumulator(AggregateCall call, BufferAllocator allocator) {
    try {
      return Accumulators.of(call, node.input().output(), allocator);
    } catch (RuntimeException | Error e) {
      accumulators.forEach(Accumulator::close);
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

  /// On the heap.
  int bytesPerGroup() {
    return bytesPerGroup;
  }

  /// Whether states of single rows are about as small as the rows.
  boolean areCompact() {
    return accumulators.stream().allMatch(Accumulator::isCompact);
  }

  /// Makes room for so many groups.
  void grow(int capacity) {
    for (int i = 0; i < accumulators.size(); i++) {
      if (sameSums.get(i) < 0) {
        accumulators.get(i).grow(capacity);
      }
    }
  }

  /// Adds the rows of a batch, which the columns have been told of, to their groups.
  ///
  /// @param groups of the rows, densely: zeros where there is but one
  /// @param size how many groups there are
  void add(Batch batch, int[] groups, int size) {
    int count = batch.rowCount();
    int[] rows = batch.selection();
    boolean sorted = !global && runs.sort(groups, rows, count, size);
    for (int i = 0; i < accumulators.size(); i++) {
      if (sameSums.get(i) >= 0) {
        continue;
      }
      AggregateCall call = calls.get(i);
      if (global && addCodes(accumulators.get(i), call, batch, groups)) {
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
        int kept = filter(columns.get(batch, call.filter().getAsInt()), rows, count, groups);
        accumulators.get(i).add(filteredGroups, arguments, filtered, kept);
      }
    }
  }

  /// Adds the values that occur in a batch of codes, for an aggregate that counts each once.
  private boolean addCodes(Accumulator accumulator, AggregateCall call, Batch batch, int[] groups) {
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
            argument, c -> new DistinctCodes(new Register(node.input().output().type(c))));
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

  private int filter(Register condition, int @Nullable [] rows, int count, int[] groups) {
    if (filtered.length < count) {
      filtered = new int[Math.max(count, 64)];
      filteredGroups = new int[filtered.length];
    }
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

  /// Adds groups of another thread, `from[i]` to `to[i]`. Leaves the other as it is.
  void merge(GroupStates other, int[] from, int[] to, int count) {
    for (int i = 0; i < accumulators.size(); i++) {
      if (sameSums.get(i) < 0) {
        accumulators.get(i).merge(other.accumulators.get(i), from, to, count);
      }
    }
  }

  /// Results of `count` groups from `start`.
  ///
  /// @param number of a call of the node, one that has states
  void output(int number, int start, int count, Register to) {
    int call = numbers.get(number);
    int source = sameSums.get(call);
    if (source >= 0) {
      ((SumAccumulator) accumulators.get(call)).readFrom((SumAccumulator) accumulators.get(source));
    }
    accumulators.get(call).output(start, count, to);
  }

  @Override
  public void close() {
    accumulators.forEach(Accumulator::close);
  }
}
