package io.bauplan.exec.operator.sort;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Concat;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Gather;
import io.bauplan.exec.batch.Unfinished;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.sql.plan.SortKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Merges sorted streams of rows. Of equal rows those of the earlier stream come first.
final class RunMerge implements BatchReader {
  private final List<Cursor> cursors = new ArrayList<>();
  private final PriorityQueue<Cursor> heads;
  private final List<SortKey> keys;
  private final BufferAllocator allocator;
  private boolean started;

  /// Takes ownership of the readers.
  RunMerge(List<BatchReader> runs, List<SortKey> keys, BufferAllocator allocator) {
    this.keys = keys;
    this.allocator = allocator;
    for (BatchReader run : runs) {
      cursors.add(new Cursor(cursors.size(), run));
    }
    this.heads = new PriorityQueue<>(Math.max(1, runs.size()), Cursor::compare);
  }

  /// Where a stream is.
  private final class Cursor {
    private final int index;
    private final BatchReader reader;
    private @Nullable Batch batch;
    private @Nullable RowOrder order;
    private int row;

    /// First row of the batch that has not been given out, and so many after it are to be.
    private int from;

    Cursor(int index, BatchReader reader) {
      this.index = index;
      this.reader = reader;
    }

    /// Whether there is another batch.
    boolean load() {
      drop();
      Batch next = reader.next();
      batch = next;
      row = 0;
      from = 0;
      if (next == null) {
        return false;
      }
      order = new RowOrder(next, keys);
      return true;
    }

    int compare(Cursor other) {
      RowOrder mine = order;
      RowOrder others = other.order;
      if (mine == null || others == null) {
        throw new IllegalStateException("a run without rows is in the merge");
      }
      int comparison = mine.compare(row, others, other.row);
      return comparison != 0 ? comparison : Integer.compare(index, other.index);
    }

    void drop() {
      if (batch != null) {
        batch.close();
        batch = null;
      }
      order = null;
    }
  }

  @Override
  public @Nullable Batch next() {
    if (!started) {
      started = true;
      for (Cursor cursor : cursors) {
        if (cursor.load()) {
          heads.add(cursor);
        }
      }
    }
    int[] sources = new int[Vector.BATCH_ROWS];
    int count = 0;
    Cursor emptied = null;
    while (emptied == null && count < sources.length) {
      Cursor least = heads.poll();
      if (least == null) {
        break;
      }
      Batch batch = least.batch;
      sources[count++] = least.index;
      least.row++;
      if (batch == null || least.row == batch.rowCount()) {
        emptied = least;
      } else {
        heads.add(least);
      }
    }
    if (count == 0) {
      return null;
    }
    Batch made = gather(sources, count);
    if (emptied != null && emptied.load()) {
      heads.add(emptied);
    }
    return made;
  }

  /// The rows that were taken: those of each cursor put one behind the other, then into order.
  private Batch gather(int[] sources, int count) {
    int[] starts = new int[cursors.size() + 1];
    for (int i = 0; i < count; i++) {
      starts[sources[i] + 1]++;
    }
    for (int c = 0; c < cursors.size(); c++) {
      starts[c + 1] += starts[c];
    }
    int[] next = starts.clone();
    int[] places = new int[count];
    for (int i = 0; i < count; i++) {
      places[i] = next[sources[i]]++;
    }
    List<Cursor> taken =
        cursors.stream().filter(c -> starts[c.index + 1] > starts[c.index]).toList();
    try (Unfinished unfinished = new Unfinished()) {
      List<Vector> columns = new ArrayList<>();
      Batch first = batch(taken.getFirst());
      for (int c = 0; c < first.columnCount(); c++) {
        columns.add(unfinished.add(column(c, taken, places, count)));
      }
      taken.forEach(cursor -> cursor.from = cursor.row);
      return unfinished.done(new Batch(columns, count));
    }
  }

  private FlatVector column(int column, List<Cursor> taken, int[] places, int count) {
    List<FlatVector> parts = new ArrayList<>();
    try {
      for (Cursor cursor : taken) {
        int[] rows = new int[cursor.row - cursor.from];
        int start = cursor.from;
        Arrays.setAll(rows, i -> start + i);
        FlatVector flat = (FlatVector) batch(cursor).column(column);
        parts.add(Gather.gather(flat, rows, rows.length, 0, allocator));
      }
      if (parts.size() == 1) {
        return parts.removeFirst();
      }
      FlatVector all = Concat.concat(parts.getFirst().type(), parts, allocator);
      try (all) {
        return Gather.gather(all, places, count, 0, allocator);
      }
    } finally {
      parts.forEach(FlatVector::close);
    }
  }

  private static Batch batch(Cursor cursor) {
    Batch batch = cursor.batch;
    if (batch == null) {
      throw new IllegalStateException("rows were taken from a run that has none");
    }
    return batch;
  }

  @Override
  public void close() {
    for (Cursor cursor : cursors) {
      cursor.drop();
      cursor.reader.close();
    }
  }
}
