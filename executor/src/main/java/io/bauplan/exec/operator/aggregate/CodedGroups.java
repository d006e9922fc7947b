package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.DictionaryVector;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.expression.CodedRows;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.DataType;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// The groups of rows whose keys are made of codes into dictionaries: the keys of a combination of
/// codes are computed and looked up once per dictionary, a row by its codes alone. Columns that
/// share their codes, as those from a join's build side do, count as one: where there are many rows
/// on that side, by the distinct keys that these have ([CodedKeys]). Used by one thread.
final class CodedGroups implements AutoCloseable {
  /// Combinations of codes, at most.
  private static final int MAX_COMBINATIONS = 1 << 20;

  /// Gives a key of some rows of a batch; lent until the next call for the same key.
  interface KeyReader {
    Register read(Batch batch, int key, int @Nullable [] rows, int count);
  }

  /// How the rows of batches with the same dictionaries are told apart.
  private enum Way {
    /// Not at all yet: too many combinations of codes, and too few rows to make them fewer for.
    UNKNOWN,
    CODES,
    KEYS,
    NONE
  }

  private final GroupTable table;

  /// Whether keys are values of the dictionaries: their bytes need no copy while those are kept.
  private final boolean plain;

  private final KeyReader reader;
  private final List<Integer> columns;
  private final DictionaryVector[] vectors;

  /// By column: the first one with the same codes.
  private final int[] leaders;

  /// What `known` holds for; kept, so that their memory is not another dictionary's meanwhile.
  private final @Nullable FlatVector[] dictionaries;

  private final Register[] keys;
  private final CodedKeys codedKeys;
  private final int set;
  private Way way = Way.UNKNOWN;

  /// Rows of batches with the same dictionaries.
  private long asked;

  /// By leader: how many values its codes stand for, with one more for NULL where that is one.
  private final int[] sizes;

  /// The group of each combination of codes, plus one; 0 = not looked up yet. While a batch's are
  /// looked up, below zero: which of them it is.
  private int[] known = {};

  private int[] combinations = {};

  /// Combinations of the batch that have not been looked up: a row that has it, and the group that
  /// it turns out to have.
  private int[] newCombinations = {};

  private int[] newRows = {};
  private int[] newGroups = {};

  /// @param plain whether the keys are these columns, unchanged
  /// @param columns of the batches, which the keys are made of
  /// @param set number of the grouping set, the table's last key; -1 = it has no such key
  /// @param keyColumns by key: those of the columns that it is made of
  CodedGroups(
      GroupTable table,
      boolean plain,
      List<Integer> columns,
      List<List<Integer>> keyColumns,
      KeyReader reader,
      int set,
      BufferAllocator allocator) {
    this.table = table;
    this.plain = plain;
    this.reader = reader;
    this.columns = columns;
    this.vectors = new DictionaryVector[columns.size()];
    this.leaders = new int[columns.size()];
    this.dictionaries = new FlatVector[columns.size()];
    this.sizes = new int[columns.size()];
    this.codedKeys = new CodedKeys(table, columns, keyColumns, reader, allocator);
    this.keys = new Register[table.keyCount()];
    this.set = set;
    if (set >= 0) {
      keys[keys.length - 1] = new Register(DataType.INT64);
    }
  }

  /// Writes the group of each of the batch's rows to `to`, densely. False where the keys are no
  /// such codes, and nothing is written.
  boolean lookup(Batch batch, int[] to) {
    if (!takeVectors(batch)) {
      return false;
    }
    int count = batch.rowCount();
    int[] rows = batch.selection();
    combine(rows, count);
    int found = 0;
    for (int i = 0; i < count; i++) {
      int combination = combinations[i];
      int group = combination < 0 ? 0 : known[combination];
      if (group == 0) {
        // It is looked up once, however many of the batch's rows have it.
        makeRoomForNew(count);
        newRows[found] = rows == null ? i : rows[i];
        newCombinations[found++] = combination;
        group = -found;
        if (combination >= 0) {
          known[combination] = group;
        }
      }
      to[i] = group - 1;
    }
    if (found > 0) {
      find(batch, found);
      for (int i = 0; i < count; i++) {
        if (to[i] < 0) {
          to[i] = newGroups[-to[i] - 2];
        }
      }
    }
    return true;
  }

  private void makeRoomForNew(int count) {
    if (newRows.length < count) {
      newRows = new int[Math.max(count, 64)];
      newCombinations = new int[newRows.length];
      newGroups = new int[newRows.length];
    }
  }

  private boolean takeVectors(Batch batch) {
    boolean same = true;
    for (int k = 0; k < vectors.length; k++) {
      if (!(batch.column(columns.get(k)) instanceof DictionaryVector vector)) {
        return false;
      }
      vectors[k] = vector;
      int leader = leader(k);
      same &= leaders[k] == leader;
      leaders[k] = leader;
      same &= CodedRows.isSame(dictionaries[k], vector.dictionary());
    }
    if (!same) {
      table.ownBytes();
      release();
      for (int k = 0; k < vectors.length; k++) {
        dictionaries[k] = vectors[k].dictionary().retain();
      }
      way = Way.UNKNOWN;
      asked = 0;
    }
    if (way == Way.UNKNOWN) {
      asked += batch.rowCount();
      way = choose(batch);
    }
    return way == Way.CODES || way == Way.KEYS;
  }

  private Way choose(Batch batch) {
    long entries = 0;
    for (int k = 0; k < vectors.length; k++) {
      if (leaders[k] == k) {
        // One more, for NULL.
        sizes[k] = vectors[k].dictionary().length() + 1;
        entries += sizes[k];
      }
    }
    if (startsKnown()) {
      return Way.CODES;
    }
    if (asked < entries / 2) {
      return Way.UNKNOWN;
    }
    if (!codedKeys.learn(vectors, leaders, batch.columnCount(), sizes)) {
      return Way.NONE;
    }
    return startsKnown() ? Way.KEYS : Way.NONE;
  }

  /// Makes room for all combinations, none of them known; false where they are too many.
  private boolean startsKnown() {
    long product = 1;
    for (int k = 0; k < vectors.length; k++) {
      product = Math.min(MAX_COMBINATIONS + 1L, leaders[k] == k ? product * sizes[k] : product);
    }
    if (product > MAX_COMBINATIONS) {
      return false;
    }
    if (known.length < product) {
      known = new int[(int) product];
    } else {
      Arrays.fill(known, 0, (int) product, 0);
    }
    return true;
  }

  private int leader(int key) {
    for (int k = 0; k < key; k++) {
      if (vectors[k].sharesCodesWith(vectors[key])) {
        return k;
      }
    }
    return key;
  }

  private void combine(int @Nullable [] rows, int count) {
    if (combinations.length < count) {
      combinations = new int[Math.max(count, 64)];
    }
    Arrays.fill(combinations, 0, count, 0);
    for (int k = 0; k < vectors.length; k++) {
      if (leaders[k] == k) {
        if (way == Way.KEYS) {
          codedKeys.combine(vectors[k], k, sizes[k], rows, count, combinations);
        } else if (alwaysValid(k)) {
          add(vectors[k], sizes[k], rows, count);
        } else {
          addNullable(k, sizes[k], rows, count);
        }
      }
    }
    for (int k = 0; k < vectors.length && way == Way.KEYS; k++) {
      // What an entry has for NULL counts for nothing: such rows are looked up one by one.
      markNulls(vectors[k].validityAddress(), rows, count);
    }
  }

  private void markNulls(long validity, int @Nullable [] rows, int count) {
    for (int i = 0; i < count && validity != 0; i++) {
      if (!Memory.bit(validity, rows == null ? i : rows[i])) {
        combinations[i] = -1;
      }
    }
  }

  /// Whether no row is NULL in all keys that share the codes.
  private boolean alwaysValid(int leader) {
    for (int k = leader; k < vectors.length; k++) {
      if (leaders[k] == leader && vectors[k].validityAddress() == 0) {
        return true;
      }
    }
    return false;
  }

  private void add(DictionaryVector vector, int size, int @Nullable [] rows, int count) {
    int[] to = combinations;
    long codes = vector.codesAddress();
    switch (vector.codeBytes()) {
      case 1 -> {
        for (int i = 0; i < count; i++) {
          to[i] = to[i] * size + (Memory.getByte(codes + (rows == null ? i : rows[i])) & 0xff);
        }
      }
      case 2 -> {
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          to[i] = to[i] * size + (Memory.getShort(codes + 2L * row) & 0xffff);
        }
      }
      default -> {
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          to[i] = to[i] * size + Memory.getInt(codes + 4L * row);
        }
      }
    }
  }

  /// A code stands for the same values of all keys that share it, be some of them NULL; a row where
  /// all are has them NULL whatever its code is.
  private void addNullable(int leader, int size, int @Nullable [] rows, int count) {
    DictionaryVector vector = vectors[leader];
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      boolean valid = Memory.bit(vector.validityAddress(), row);
      for (int k = leader + 1; k < vectors.length && !valid; k++) {
        valid = leaders[k] == leader && Memory.bit(vectors[k].validityAddress(), row);
      }
      combinations[i] = combinations[i] * size + (valid ? vector.code(row) : size - 1);
    }
  }

  private void find(Batch batch, int found) {
    boolean done = false;
    try {
      int length = batch.vectorLength();
      int plainKeys = set < 0 ? keys.length : keys.length - 1;
      for (int k = 0; k < plainKeys; k++) {
        keys[k] = reader.read(batch, k, newRows, found);
      }
      if (set >= 0) {
        keys[plainKeys].reset(length);
        Arrays.fill(keys[plainKeys].longs, 0, length, set);
      }
      table.borrowBytes(plain);
      table.lookup(keys, newRows, found, newGroups);
      done = true;
    } finally {
      table.borrowBytes(false);
      // Where there was no room, they are as unknown as before.
      for (int i = 0; i < found; i++) {
        if (newCombinations[i] >= 0) {
          known[newCombinations[i]] = done ? newGroups[i] + 1 : 0;
        }
      }
    }
  }

  private void release() {
    for (int k = 0; k < dictionaries.length; k++) {
      FlatVector dictionary = dictionaries[k];
      if (dictionary != null) {
        dictionary.close();
        dictionaries[k] = null;
      }
    }
  }

  @Override
  public void close() {
    release();
  }
}
