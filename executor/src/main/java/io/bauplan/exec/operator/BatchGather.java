package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.ConstantVector;
import io.bauplan.exec.batch.DictionaryVector;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Gather;
import io.bauplan.exec.batch.Vector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;

/// Picks rows of batches by position.
public final class BatchGather {
  private BatchGather() {}

  /// Rows of every column; a negative row is all NULL. Borrows the batch; the caller owns the
  /// vectors.
  public static List<Vector> gather(Batch from, int[] rows, int count, BufferAllocator allocator) {
    List<Vector> columns = new ArrayList<>();
    try {
      for (Vector column : from.columns()) {
        columns.add(
            column instanceof DictionaryVector coded
                ? codes(from, columns, coded, rows, count, allocator)
                : gather(column, rows, count, allocator));
      }
      return columns;
    } catch (RuntimeException | Error e) {
      columns.forEach(Vector::close);
      throw e;
    }
  }

  /// All rows, which need nothing of the batch any more. Borrows it; it has no selection.
  public static Batch copy(Batch from, BufferAllocator allocator) {
    int[] all = new int[from.rowCount()];
    Arrays.setAll(all, i -> i);
    return new Batch(gather(from, all, all.length, allocator), all.length);
  }

  /// Codes that a column shares with one before it are gathered once.
  private static Vector codes(
      Batch from,
      List<Vector> made,
      DictionaryVector column,
      int[] rows,
      int count,
      BufferAllocator allocator) {
    for (int i = 0; i < made.size(); i++) {
      if (from.column(i) instanceof DictionaryVector before
          && made.get(i) instanceof DictionaryVector gathered
          && before.sharesRowsWith(column)) {
        return gathered.over(column.dictionary());
      }
    }
    return Gather.codes(column, rows, count, allocator);
  }

  public static Vector gather(Vector column, int[] rows, int count, BufferAllocator allocator) {
    return switch (column) {
      case FlatVector flat -> Gather.gather(flat, rows, count, 0, allocator);
      case ConstantVector constant -> {
        int[] first = new int[count];
        for (int i = 0; i < count; i++) {
          first[i] = rows[i] < 0 ? -1 : 0;
        }
        yield Gather.gather(constant.value(), first, count, 0, allocator);
      }
      case DictionaryVector dictionary -> Gather.codes(dictionary, rows, count, allocator);
    };
  }
}
