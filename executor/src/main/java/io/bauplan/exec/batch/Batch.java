package io.bauplan.exec.batch;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// A chunk of rows. A batch may carry a selection: the rows that count, ascending; the vectors
/// still hold the others. Whoever receives a batch owns it and closes it once.
public final class Batch implements AutoCloseable {
  private final List<Vector> columns;
  private final int vectorLength;
  private final int @Nullable [] selection;
  private final int rowCount;

  /// Takes ownership of the vectors, all of `rowCount` rows.
  public Batch(List<? extends Vector> columns, int rowCount) {
    this(columns, rowCount, null, rowCount);
  }

  /// Takes ownership of the vectors and of the array.
  ///
  /// @param vectorLength length of every vector
  /// @param selection rows that count, ascending, in its first `rowCount` entries; null = all
  public Batch(
      List<? extends Vector> columns, int vectorLength, int @Nullable [] selection, int rowCount) {
    this.columns = List.copyOf(columns);
    this.vectorLength = vectorLength;
    this.selection = selection;
    this.rowCount = rowCount;
  }

  /// No rows and no columns, whatever the type: what a reader gives where it has found no row so
  /// far and should let others have its thread. Every reader hands it on as it is.
  public static Batch none() {
    return new Batch(List.of(), 0);
  }

  public int columnCount() {
    return columns.size();
  }

  /// The vector stays with this batch. With a selection it is longer than `rowCount`.
  public Vector column(int index) {
    return columns.get(index);
  }

  public List<Vector> columns() {
    return columns;
  }

  /// Rows that count.
  public int rowCount() {
    return rowCount;
  }

  /// Length of each vector.
  public int vectorLength() {
    return vectorLength;
  }

  /// Positions of the rows that count, valid in `[0, rowCount)`; null = all rows.
  public int @Nullable [] selection() {
    return selection;
  }

  /// The same vectors with another selection. Takes ownership of this batch and of the array.
  public Batch withSelection(int[] rows, int count) {
    return new Batch(columns, vectorLength, rows, count);
  }

  /// This batch with another selection, for as long as this batch is there: not to be closed.
  public Batch lent(int[] rows, int count) {
    return new Batch(columns, vectorLength, rows, count);
  }

  /// The same rows of some of the columns, in the given order. Takes ownership of this batch.
  public Batch pick(List<Integer> wanted) {
    try (this) {
      return new Batch(
          wanted.stream().map(index -> columns.get(index).retain()).toList(),
          vectorLength,
          selection,
          rowCount);
    }
  }

  /// The same rows with no selection. Takes ownership of this batch; the caller owns the result.
  public Batch compact(BufferAllocator allocator) {
    int[] rows = selection;
    if (rows == null) {
      return this;
    }
    try (this;
        Unfinished unfinished = new Unfinished()) {
      List<Vector> compacted = new ArrayList<>();
      for (Vector column : columns) {
        compacted.add(unfinished.add(select(column, rows, allocator)));
      }
      return unfinished.done(new Batch(compacted, rowCount));
    }
  }

  private Vector select(Vector vector, int[] rows, BufferAllocator allocator) {
    return switch (vector) {
      case FlatVector flat -> Gather.gather(flat, rows, rowCount, 0, allocator);
      case ConstantVector constant -> new ConstantVector(constant.value().retain(), rowCount);
      case DictionaryVector dictionary -> Gather.codes(dictionary, rows, rowCount, allocator);
    };
  }

  @Override
  public void close() {
    columns.forEach(Vector::close);
  }
}
