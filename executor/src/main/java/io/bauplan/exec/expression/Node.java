package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import io.bauplan.sql.plan.DataType;
import org.jspecify.annotations.Nullable;

/// A compiled expression. Used by one thread.
///
/// Rows are given as positions in the batch's vectors, ascending, in the first `count` entries of
/// an array; null stands for the first `count` positions. They are always among the batch's
/// selected rows.
abstract class Node implements AutoCloseable {
  final Register out;
  private @Nullable Batch lastBatch;

  /// `out`, or the register of a node that computed in its stead.
  private Register lastResult;
  private boolean closed;

  Node(DataType type) {
    this.out = new Register(type);
    this.lastResult = out;
  }

  final DataType type() {
    return out.type;
  }

  /// The values of the rows, in the register of this node or of one that it asks. An error in a
  /// row that was not asked for does not surface.
  final Register evaluate(Batch batch, int @Nullable [] rows, int count) {
    // A node that occurs more than once is computed once, where it was computed for the whole
    // batch.
    if (batch == lastBatch) {
      return lastResult;
    }
    Register result = compute(batch, rows, count);
    lastResult = result;
    lastBatch = rows == batch.selection() && count == batch.rowCount() ? batch : null;
    return result;
  }

  /// The values of all selected rows of the batch, where they have been computed; null where not.
  final @Nullable Register known(Batch batch) {
    return batch == lastBatch ? lastResult : null;
  }

  /// Fills and returns `out`.
  abstract Register compute(Batch batch, int @Nullable [] rows, int count);

  /// For BOOLEAN nodes: writes the rows where the value is TRUE to `to`, which may be `rows`
  /// itself, and returns how many they are.
  int selectTrue(Batch batch, int @Nullable [] rows, int count, int[] to) {
    return selectTrue(evaluate(batch, rows, count), rows, count, to);
  }

  static int selectTrue(Register values, int @Nullable [] rows, int count, int[] to) {
    long[] longs = values.longs;
    int selected = 0;
    if (values.hasNulls) {
      boolean[] nulls = values.nulls;
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        to[selected] = row;
        selected += longs[row] != 0 && !nulls[row] ? 1 : 0;
      }
    } else {
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        to[selected] = row;
        selected += longs[row] != 0 ? 1 : 0;
      }
    }
    return selected;
  }

  /// As `selectTrue` for FALSE.
  int selectFalse(Batch batch, int @Nullable [] rows, int count, int[] to) {
    return selectFalse(evaluate(batch, rows, count), rows, count, to);
  }

  static int selectFalse(Register values, int @Nullable [] rows, int count, int[] to) {
    int selected = 0;
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      to[selected] = row;
      selected += values.longs[row] == 0 && !values.isNull(row) ? 1 : 0;
    }
    return selected;
  }

  /// The register as this node left it for another batch must not be taken for this one's.
  final void forget() {
    lastBatch = null;
  }

  /// Frees what this node and its operands hold; once, however many nodes share it.
  @Override
  public final void close() {
    if (!closed) {
      closed = true;
      release();
    }
  }

  void release() {}
}
