package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.DictionaryVector;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.expression.RegisterLoader;
import io.bauplan.exec.memory.Memory;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The groups of rows whose keys are all codes into small dictionaries: a combination of codes is
/// looked up once per dictionary, a row by its codes alone. Used by one thread.
final class CodedGroups implements AutoCloseable {
  /// Combinations of codes, at most.
  private static final int MAX_COMBINATIONS = 4096;

  private final GroupTable table;
  private final List<Integer> columns;
  private final DictionaryVector[] vectors;

  /// What `known` holds for; kept, so that their memory is not another dictionary's meanwhile.
  private final @Nullable FlatVector[] dictionaries;

  private final Register[] keys;

  /// The group of each combination of codes, plus one; 0 = not looked up yet.
  private int[] known = {};

  private int[] combinations = {};

  CodedGroups(GroupTable table, List<Integer> columns) {
    this.table = table;
    this.columns = columns;
    this.vectors = new DictionaryVector[columns.size()];
    this.dictionaries = new FlatVector[columns.size()];
    this.keys = new Register[columns.size()];
    for (int k = 0; k < keys.length; k++) {
      keys[k] = new Register(table.key(k).type);
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
    boolean complete = true;
    for (int i = 0; i < count; i++) {
      int group = known[combinations[i]] - 1;
      to[i] = group;
      complete &= group >= 0;
    }
    for (int i = 0; i < count && !complete; i++) {
      if (to[i] < 0) {
        to[i] = find(batch, rows == null ? i : rows[i], combinations[i]);
      }
    }
    return true;
  }

  private boolean takeVectors(Batch batch) {
    long product = 1;
    boolean same = true;
    for (int k = 0; k < vectors.length; k++) {
      if (!(batch.column(columns.get(k)) instanceof DictionaryVector vector)) {
        return false;
      }
      vectors[k] = vector;
      // One more, for NULL.
      product *= vector.dictionary().length() + 1L;
      if (product > MAX_COMBINATIONS) {
        return false;
      }
      same &= isSame(dictionaries[k], vector.dictionary());
    }
    if (!same) {
      release();
      for (int k = 0; k < vectors.length; k++) {
        dictionaries[k] = vectors[k].dictionary().retain();
      }
      if (known.length < product) {
        known = new int[(int) product];
      } else {
        Arrays.fill(known, 0, (int) product, 0);
      }
    }
    return true;
  }

  private static boolean isSame(@Nullable FlatVector known, FlatVector dictionary) {
    return known != null
        && known.data() == dictionary.data()
        && known.offsets() == dictionary.offsets()
        && known.start() == dictionary.start()
        && known.length() == dictionary.length();
  }

  private void combine(int @Nullable [] rows, int count) {
    if (combinations.length < count) {
      combinations = new int[Math.max(count, 64)];
    }
    Arrays.fill(combinations, 0, count, 0);
    for (DictionaryVector vector : vectors) {
      int size = vector.dictionary().length() + 1;
      if (vector.validityAddress() != 0) {
        addNullable(vector, size, rows, count);
      } else {
        add(vector, size, rows, count);
      }
    }
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

  private void addNullable(DictionaryVector vector, int size, int @Nullable [] rows, int count) {
    long validity = vector.validityAddress();
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      int code = Memory.bit(validity, row) ? vector.code(row) : size - 1;
      combinations[i] = combinations[i] * size + code;
    }
  }

  private int find(Batch batch, int row, int combination) {
    int group = known[combination] - 1;
    if (group < 0) {
      int[] one = {row};
      for (int k = 0; k < keys.length; k++) {
        RegisterLoader.load(vectors[k], keys[k], one, 1, batch.vectorLength());
      }
      int[] found = new int[1];
      table.lookup(keys, one, 1, found);
      group = found[0];
      known[combination] = group + 1;
    }
    return group;
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
