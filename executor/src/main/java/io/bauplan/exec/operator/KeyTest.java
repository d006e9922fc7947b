package io.bauplan.exec.operator;

import io.bauplan.exec.batch.DictionaryVector;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.expression.CodedRows;
import org.jspecify.annotations.Nullable;

/// Tests one column's rows on a [KeySet]. Where the column is coded, the entries of its dictionary
/// are tested once and rows by their codes. Used by one thread.
final class KeyTest implements AutoCloseable {
  private final KeySet set;

  /// A dictionary without answers yet, only to tell it from others, and the rows that were tested
  /// meanwhile.
  private @Nullable FlatVector asking;

  private long asked;

  /// What `answers` holds for; kept, so that its memory is not another dictionary's meanwhile.
  private @Nullable FlatVector known;

  private byte[] answers = {};

  KeyTest(KeySet set) {
    this.set = set;
  }

  /// Writes those of the rows (null = the first `count`) whose key may be in the set to `to`, which
  /// may be `rows` itself, and returns their number. NULLs are never in it.
  int select(Vector vector, int @Nullable [] rows, int count, int[] to) {
    if (!(vector instanceof DictionaryVector coded)) {
      return set.select(vector, rows, count, to);
    }
    if (coded.dictionary().length() == 0) {
      // All rows are NULL.
      return 0;
    }
    return learn(coded.dictionary(), count)
        ? CodedRows.select(coded, answers, (byte) 1, rows, count, to)
        : set.select(vector, rows, count, to);
  }

  /// Whether there are answers for the entries: as soon as half as many rows have asked.
  private boolean learn(FlatVector dictionary, int rows) {
    if (CodedRows.isSame(known, dictionary)) {
      return true;
    }
    if (!CodedRows.isSame(asking, dictionary)) {
      asking = dictionary;
      asked = 0;
    }
    asked += rows;
    int size = dictionary.length();
    if (asked < size / 2) {
      return false;
    }
    if (answers.length < size) {
      answers = new byte[size];
    }
    set.answers(dictionary, answers);
    close();
    known = dictionary.retain();
    return true;
  }

  @Override
  public void close() {
    if (known != null) {
      known.close();
      known = null;
    }
  }
}
