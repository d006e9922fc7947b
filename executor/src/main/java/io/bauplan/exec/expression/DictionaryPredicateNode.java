package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.DictionaryVector;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.plan.DataType;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/// A strict predicate of one column: over a dictionary it is evaluated once per entry, then rows
/// look their answer up by code. Strict means that NULL gives NULL.
final class DictionaryPredicateNode extends Node {
  /// Entries that are always looked at.
  private static final int SMALL = 1024;

  private static final int MAX_ENTRIES = 1 << 20;

  private final int column;
  private final Node predicate;

  /// A dictionary without answers yet, only to tell it from others, and the rows that asked for
  /// some.
  private @Nullable FlatVector asking;

  private long asked;
  private @Nullable FlatVector known;
  private byte[] answers = {};

  DictionaryPredicateNode(int column, Node predicate) {
    super(DataType.BOOLEAN);
    this.column = column;
    this.predicate = predicate;
  }

  @Override
  Register compute(Batch batch, int @Nullable [] rows, int count) {
    if (!(batch.column(column) instanceof DictionaryVector vector) || !learn(vector, batch)) {
      return predicate.evaluate(batch, rows, count);
    }
    int length = batch.vectorLength();
    out.reset(length);
    boolean mayBeNull = vector.mayHaveNulls();
    long validity = vector.validityAddress();
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      if (mayBeNull && !io.bauplan.exec.memory.Memory.bit(validity, row)) {
        out.setNull(row, length);
        continue;
      }
      byte answer = answers[vector.code(row)];
      out.longs[row] = answer;
      if (answer < 0) {
        out.setNull(row, length);
      }
    }
    return out;
  }

  @Override
  int selectTrue(Batch batch, int @Nullable [] rows, int count, int[] to) {
    if (!(batch.column(column) instanceof DictionaryVector vector) || !learn(vector, batch)) {
      return predicate.selectTrue(batch, rows, count, to);
    }
    return CodedRows.select(vector, answers, (byte) 1, rows, count, to);
  }

  @Override
  int selectFalse(Batch batch, int @Nullable [] rows, int count, int[] to) {
    if (!(batch.column(column) instanceof DictionaryVector vector) || !learn(vector, batch)) {
      return predicate.selectFalse(batch, rows, count, to);
    }
    return CodedRows.select(vector, answers, (byte) 0, rows, count, to);
  }

  /// Answers for all entries of the dictionary; false where it does not pay or an entry (which no
  /// row may use) raises an error.
  private boolean learn(DictionaryVector vector, Batch batch) {
    FlatVector dictionary = vector.dictionary();
    FlatVector same = known;
    if (CodedRows.isSame(same, dictionary)) {
      return true;
    }
    int size = dictionary.length();
    if (size == 0 || !pays(dictionary, batch.rowCount())) {
      return false;
    }
    Batch entries = new Batch(Collections.nCopies(batch.columnCount(), dictionary), size);
    Register values;
    try {
      values = predicate.evaluate(entries, null, size);
    } catch (EngineException e) {
      asked = Long.MIN_VALUE;
      return false;
    }
    if (answers.length < size) {
      answers = new byte[size];
    }
    for (int i = 0; i < size; i++) {
      answers[i] = values.isNull(i) ? (byte) -1 : (byte) values.longs[i];
    }
    if (same != null) {
      same.close();
    }
    known = dictionary.retain();
    return true;
  }

  /// A small dictionary at once; a large one, such as a join's build side, once as many rows have
  /// asked as it has entries.
  private boolean pays(FlatVector dictionary, int rows) {
    int size = dictionary.length();
    if (size <= Math.max(SMALL, rows)) {
      return true;
    }
    if (!CodedRows.isSame(asking, dictionary)) {
      asking = dictionary;
      asked = 0;
    }
    asked += rows;
    return asked >= size && size <= MAX_ENTRIES;
  }

  @Override
  void release() {
    predicate.close();
    if (known != null) {
      known.close();
      known = null;
    }
  }
}
