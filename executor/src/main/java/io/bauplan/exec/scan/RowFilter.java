package io.bauplan.exec.scan;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import java.util.ArrayList;
import java.util.List;

/// A condition that a reader asks while it reads, so that it need not read the other columns of
/// rows that do not pass. Used by one thread.
public interface RowFilter {
  /// The reader's columns that the condition is over.
  List<Integer> columns();

  /// Writes the rows that pass to `to`, ascending, and returns their number. Borrows the batch,
  /// which has just the columns of `columns()`.
  int select(Batch batch, int[] to);

  /// The rows of a whole batch that pass, as a selection; may be empty. Takes ownership; the caller
  /// owns the result.
  default Batch apply(Batch batch) {
    int[] rows = new int[batch.vectorLength()];
    int count;
    List<Vector> seen = new ArrayList<>();
    for (int column : columns()) {
      seen.add(batch.column(column).retain());
    }
    try (Batch narrow =
        new Batch(seen, batch.vectorLength(), batch.selection(), batch.rowCount())) {
      count = select(narrow, rows);
    } catch (RuntimeException | Error e) {
      batch.close();
      throw e;
    }
    return count == batch.rowCount() ? batch : batch.withSelection(rows, count);
  }
}
