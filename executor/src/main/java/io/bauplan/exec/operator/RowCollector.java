package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.BatchAppender;
import io.bauplan.exec.batch.Concat;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.spill.PlainBytes;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.jspecify.annotations.Nullable;

/// Keeps every row of its input: what sorts, joins and functions with set semantics need. After
/// `complete` the rows lie in one flat vector per column.
public final class RowCollector implements Sink, AutoCloseable {
  /// Fewer rows are put together by one driver.
  private static final int SIDE_BY_SIDE_ROWS = 1 << 16;

  private final RowType type;
  private final BufferAllocator allocator;
  private final List<Batch> batches = new ArrayList<>();
  private final List<BatchAppender> appenders = new ArrayList<>();
  private final AtomicInteger nextColumn = new AtomicInteger();
  private @Nullable Vector[] columns = {};
  private long plainBytes;
  private long rowsSoFar;
  private @Nullable Batch rows;
  private volatile @Nullable OutOfMemoryException shortage;

  public RowCollector(RowType type, BufferAllocator allocator) {
    this.type = type;
    this.allocator = allocator;
  }

  @Override
  public Writer open(int driver) {
    return this::add;
  }

  /// Puts small batches together before they are added; closed with this.
  synchronized BatchAppender appender(int rowsTogether) {
    BatchAppender appender = new BatchAppender(type, rowsTogether, allocator);
    appenders.add(appender);
    return appender;
  }

  /// Takes ownership of the batch.
  public void add(Batch batch) {
    Batch compact = batch.compact(allocator);
    long bytes = PlainBytes.of(compact);
    synchronized (this) {
      batches.add(compact);
      plainBytes += bytes;
      rowsSoFar += compact.rowCount();
    }
  }

  /// The batches so far, which are the caller's from here on; none has a selection.
  public synchronized List<Batch> take() {
    List<Batch> taken = new ArrayList<>(batches);
    batches.clear();
    plainBytes = 0;
    rowsSoFar = 0;
    Batch all = rows;
    if (all != null) {
      rows = null;
      taken.add(all);
    }
    return taken;
  }

  /// Rows that have come, until they are put together.
  public synchronized long rowCountSoFar() {
    return rowsSoFar;
  }

  /// What the rows so far take in memory, about, with a value per row.
  public synchronized long plainBytes() {
    return plainBytes;
  }

  public synchronized int rowCount() {
    return rowCount(batches);
  }

  @Override
  public synchronized void complete() {
    complete(together());
  }

  /// All rows in one vector per column, for `complete`. The caller owns them.
  public synchronized Batch together() {
    return concat(type, batches, allocator);
  }

  /// Gives the rows that `together` has given, for good.
  public synchronized void complete(Batch all) {
    rows = all;
    closeBatches();
  }

  /// A pipeline of this, which gives no batches, and then `finish` do what `complete` does, with
  /// several drivers side by side.
  public Source columns(int threads) {
    return new Source() {
      @Override
      public int drivers() {
        columns = new Vector[type.size()];
        int most = rowCount(batches) < SIDE_BY_SIDE_ROWS ? 1 : threads;
        return Math.max(1, Math.min(most, type.size()));
      }

      @Override
      public BatchReader open(int driver) {
        return Readers.of(
            () -> {
              int next = nextColumn.getAndIncrement();
              for (; next < type.size(); next = nextColumn.getAndIncrement()) {
                try {
                  columns[next] = column(type, batches, next, allocator);
                } catch (OutOfMemoryException e) {
                  shortage = e;
                  return null;
                }
              }
              return null;
            },
            () -> {});
      }
    };
  }

  /// After the pipeline of `columns`. Where there was not enough memory for all of them, it throws,
  /// and the batches are there as before.
  public synchronized void finish() {
    OutOfMemoryException known = shortage;
    if (known != null) {
      closeColumns();
      throw known;
    }
    List<Vector> made = new ArrayList<>();
    for (Vector column : columns) {
      made.add(Objects.requireNonNull(column));
    }
    rows = new Batch(made, rowCount(batches));
    columns = new Vector[0];
    closeBatches();
  }

  private static int rowCount(List<Batch> batches) {
    int count = 0;
    for (Batch batch : batches) {
      count = Math.addExact(count, batch.rowCount());
    }
    return count;
  }

  /// All rows; stays with this collector.
  public Batch rows() {
    return Objects.requireNonNull(rows, "rows before the collector is complete");
  }

  /// One batch of flat vectors. Borrows the batches, which have no selection; the caller owns the
  /// result.
  public static Batch concat(RowType type, List<Batch> batches, BufferAllocator allocator) {
    int count = rowCount(batches);
    List<Vector> columns = new ArrayList<>();
    try {
      for (int c = 0; c < type.size(); c++) {
        columns.add(column(type, batches, c, allocator));
      }
      return new Batch(columns, count);
    } catch (RuntimeException | Error e) {
      columns.forEach(Vector::close);
      throw e;
    }
  }

  private static FlatVector column(
      RowType type, List<Batch> batches, int column, BufferAllocator allocator) {
    List<FlatVector> parts = new ArrayList<>();
    try {
      for (Batch batch : batches) {
        parts.add(batch.column(column).flatten(allocator));
      }
      return Concat.concat(type.type(column), parts, allocator);
    } finally {
      parts.forEach(FlatVector::close);
    }
  }

  private void closeBatches() {
    batches.forEach(Batch::close);
    batches.clear();
  }

  private void closeColumns() {
    for (Vector column : columns) {
      if (column != null) {
        column.close();
      }
    }
    columns = new Vector[0];
  }

  @Override
  public synchronized void close() {
    closeBatches();
    closeColumns();
    appenders.forEach(BatchAppender::close);
    appenders.clear();
    if (rows != null) {
      rows.close();
      rows = null;
    }
  }
}
