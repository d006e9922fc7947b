package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.expression.Register;
import io.bauplan.sql.plan.AggregateCall;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// The grouping sets of an aggregate, and what keys rows and groups have in each. Where there are
/// several, the number of the set is a key of its own, the last one, and keys that a set leaves out
/// are NULL.
///
/// @param node of which they are
record GroupingSets(PhysicalPlan.Aggregate node) {

  boolean areMany() {
    return node.groupingSets().size() > 1;
  }

  /// At least one.
  int count() {
    return Math.max(1, node.groupingSets().size());
  }

  /// Columns of the aggregate's input, or results of its projection, that are keys.
  private int keyCount() {
    return node.groupKeys().size();
  }

  private List<Integer> members(int set) {
    return node.groupingSets().get(set);
  }

  /// Of the keys by which groups are told apart.
  List<DataType> keyTypes() {
    List<DataType> types = new ArrayList<>();
    node.groupKeys().forEach(key -> types.add(node.input().output().type(key)));
    if (areMany()) {
      types.add(DataType.INT64);
    }
    return types;
  }

  /// The set that has all keys, as of ROLLUP and CUBE; -1 = there is none.
  int finest() {
    for (int set = 0; areMany() && set < count(); set++) {
      if (Set.copyOf(members(set)).size() == keyCount()) {
        return set;
      }
    }
    return -1;
  }

  /// The keys that rows have in one of several sets.
  ///
  /// @param all by key: what they have where it is a member
  /// @param length of all
  Register[] keys(int set, IntFunction<Register> all, int length) {
    Register[] keys = new Register[keyCount() + 1];
    boolean[] nulls = new boolean[length];
    Arrays.fill(nulls, true);
    for (int k = 0; k < keyCount(); k++) {
      if (members(set).contains(k)) {
        keys[k] = all.apply(k);
      } else {
        // Of NULLs nobody reads a value.
        keys[k] = new Register(node.input().output().type(node.groupKeys().get(k)));
        keys[k].nulls = nulls;
        keys[k].hasNulls = true;
      }
    }
    keys[keyCount()] = new Register(DataType.INT64);
    keys[keyCount()].reset(length);
    Arrays.fill(keys[keyCount()].longs, 0, length, set);
    return keys;
  }

  /// The keys of the row that a set without members has even where there is no input; by set.
  List<Register[]> ofEmptySets() {
    return IntStream.range(0, areMany() ? count() : 0)
        .filter(set -> members(set).isEmpty())
        .mapToObj(
            set ->
                keys(
                    set,
                    k -> {
                      throw new IllegalStateException();
                    },
                    1))
        .toList();
  }

  /// The sets in an order in which each can be made of one before it, the finest first.
  List<Integer> finestFirst() {
    return IntStream.range(0, count())
        .boxed()
        .sorted(Comparator.comparing(set -> -members(set).size()))
        .toList();
  }

  /// Whether the groups of `set` can be made of those of `other`.
  boolean isCoarser(int set, int other) {
    return members(other).containsAll(members(set));
  }

  /// GROUPING: a bit per argument, the last one lowest, which is set where the row's set leaves the
  /// column out.
  ///
  /// @param number of the row's set
  long grouping(AggregateCall call, int number) {
    List<Integer> members = node.groupingSets().isEmpty() ? List.of() : members(number);
    long bits = 0;
    for (int argument : call.arguments()) {
      int key = node.groupKeys().indexOf(argument);
      bits = bits << 1 | (key >= 0 && members.contains(key) ? 0 : 1);
    }
    return bits;
  }
}
