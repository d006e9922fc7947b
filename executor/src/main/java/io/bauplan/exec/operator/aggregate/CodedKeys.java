package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.DictionaryVector;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.plan.DataType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.jspecify.annotations.Nullable;

/// Numbers for the distinct keys of a dictionary's entries: a join's build side of 18,000 items may
/// have 700 combinations of category and brand. Used by one thread.
final class CodedKeys {
  private static final int MAX_ENTRIES = 1 << 20;

  /// Entries that are looked at first, of several times as many.
  private static final int SAMPLE = 2048;

  private static final int MIN_SAMPLED = 4 * SAMPLE;

  /// The share of different keys among these from which a dictionary's codes will do as they are.
  private static final double MOSTLY_DIFFERENT = 0.97;

  private final GroupTable table;
  private final List<Integer> columns;
  private final List<List<Integer>> keyColumns;
  private final CodedGroups.KeyReader reader;
  private final BufferAllocator allocator;

  /// By the first one of columns that share their codes: the number of the keys by code; null where
  /// that is the code.
  private final int[] @Nullable [] numbers;

  /// @param table whose keys these are
  /// @param columns of the batches, which the keys are made of
  /// @param keyColumns by key: those of the columns that it is made of
  CodedKeys(
      GroupTable table,
      List<Integer> columns,
      List<List<Integer>> keyColumns,
      CodedGroups.KeyReader reader,
      BufferAllocator allocator) {
    this.table = table;
    this.columns = columns;
    this.keyColumns = keyColumns;
    this.reader = reader;
    this.allocator = allocator;
    this.numbers = new int[columns.size()][];
  }

  /// Finds the distinct keys of all dictionaries.
  ///
  /// @param vectors by column
  /// @param leaders by column: the first one with the same codes
  /// @param sizes are set by leader to the number of its distinct keys
  /// @return false where a key is made of columns with different codes, or cannot be computed for
  ///     an entry
  boolean learn(DictionaryVector[] vectors, int[] leaders, int columnCount, int[] sizes) {
    for (int leader = 0; leader < leaders.length; leader++) {
      if (leaders[leader] != leader) {
        continue;
      }
      FlatVector first = vectors[leader].dictionary();
      List<Vector> entries = new ArrayList<>(Collections.nCopies(columnCount, first));
      for (int k = leader; k < vectors.length; k++) {
        if (leaders[k] == leader) {
          entries.set(columns.get(k), vectors[k].dictionary());
          if (vectors[k].dictionary().length() != first.length()) {
            return false;
          }
        }
      }
      List<Integer> keys = keysOf(leader, leaders);
      if (keys == null || first.length() == 0 || first.length() > MAX_ENTRIES) {
        return false;
      }
      try {
        sizes[leader] = number(leader, new Batch(entries, first.length()), keys);
      } catch (EngineException | OutOfMemoryException e) {
        // Of an entry that no row may have; or there is too little room to make it faster.
        return false;
      }
    }
    return true;
  }

  /// The keys that are made of a leader's columns; null where others are in them, too.
  private @Nullable List<Integer> keysOf(int leader, int[] leaders) {
    List<Integer> keys = new ArrayList<>();
    for (int key = 0; key < keyColumns.size(); key++) {
      List<Integer> made = keyColumns.get(key);
      if (made.stream().anyMatch(column -> leaders[columns.indexOf(column)] == leader)) {
        if (!made.stream().allMatch(column -> leaders[columns.indexOf(column)] == leader)) {
          return null;
        }
        keys.add(key);
      }
    }
    return keys;
  }

  /// Numbers the entries by their keys, and returns how many numbers there are.
  private int number(int leader, Batch entries, List<Integer> keys) {
    int count = entries.rowCount();
    if (count >= MIN_SAMPLED) {
      int[] some = new int[SAMPLE];
      for (int i = 0; i < SAMPLE; i++) {
        some[i] = (int) ((long) i * count / SAMPLE);
      }
      if (number(entries, keys, some, SAMPLE, new int[SAMPLE]) > SAMPLE * MOSTLY_DIFFERENT) {
        numbers[leader] = null;
        return count;
      }
    }
    int[] found = new int[count];
    numbers[leader] = found;
    return number(entries, keys, null, count, found);
  }

  /// The number of distinct keys.
  private int number(
      Batch entries, List<Integer> keys, int @Nullable [] rows, int count, int[] to) {
    List<DataType> types = keys.stream().map(key -> table.key(key).type).toList();
    try (GroupTable distinct = new GroupTable(types, allocator)) {
      Register[] values = new Register[keys.size()];
      for (int k = 0; k < values.length; k++) {
        values[k] = reader.read(entries, keys.get(k), rows, count);
      }
      distinct.lookup(values, rows, count, to);
      return distinct.size();
    }
  }

  /// Combines a leader's numbers with those before: those times `size` plus its own.
  void combine(
      DictionaryVector vector, int leader, int size, int @Nullable [] rows, int count, int[] to) {
    int[] byCode = numbers[leader];
    if (byCode == null) {
      for (int i = 0; i < count; i++) {
        to[i] = to[i] * size + vector.code(rows == null ? i : rows[i]);
      }
      return;
    }
    long codes = vector.codesAddress();
    switch (vector.codeBytes()) {
      case 1 -> {
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          to[i] = to[i] * size + byCode[Memory.getByte(codes + row) & 0xff];
        }
      }
      case 2 -> {
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          to[i] = to[i] * size + byCode[Memory.getShort(codes + 2L * row) & 0xffff];
        }
      }
      default -> {
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          to[i] = to[i] * size + byCode[Memory.getInt(codes + 4L * row)];
        }
      }
    }
  }
}
