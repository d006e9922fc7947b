package io.bauplan.exec.operator.sort;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.operator.BatchGather;
import io.bauplan.exec.operator.HeapReservation;
import io.bauplan.exec.operator.RowCollector;
import io.bauplan.exec.operator.Sink;
import io.bauplan.exec.operator.Source;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Sort and top-N. All rows are collected, except that with a limit each driver keeps about as many
/// as the limit asks for.
public final class SortOperator implements Sink, AutoCloseable {
  /// Up to this limit drivers drop rows that cannot be among the first.
  private static final long MAX_TOP_ROWS = 100_000;
  private static final int MIN_PRUNE_ROWS = 16_384;
  private static final long BYTES_PER_SORTED_ROW = 24;

  private final PhysicalPlan.Sort node;
  private final RowType type;
  private final BufferAllocator allocator;
  private final RowCollector collector;
  private final List<TopRows> tops = new ArrayList<>();
  private final HeapReservation reservation;
  private int[] order = {};

  public SortOperator(PhysicalPlan.Sort node, BufferAllocator allocator) {
    this.node = node;
    this.type = node.output();
    this.allocator = allocator;
    this.collector = new RowCollector(type, allocator);
    this.reservation = new HeapReservation(allocator);
  }

  private long wanted() {
    return node.fetch().isEmpty()
        ? Long.MAX_VALUE
        : Math.addExact(node.offset(), node.fetch().getAsLong());
  }

  @Override
  public Writer open(int driver) {
    if (wanted() > MAX_TOP_ROWS) {
      return collector.open(driver);
    }
    TopRows top = new TopRows((int) wanted());
    synchronized (tops) {
      tops.add(top);
    }
    Writer into = collector.open(driver);
    return new Writer() {
      @Override
      public void accept(Batch batch) {
        top.add(batch);
      }

      @Override
      public void finish() {
        for (Batch batch : top.take()) {
          into.accept(batch);
        }
      }
    };
  }

  @Override
  public void complete() {
    collector.complete();
    Batch rows = collector.rows();
    reservation.set(rows.rowCount() * BYTES_PER_SORTED_ROW);
    order = new RowOrder(rows, node.keys()).sorted();
  }

  /// The sorted rows, in one reader, once the input is in.
  public Source source() {
    return new Source() {
      @Override
      public int drivers() {
        return 1;
      }

      @Override
      public BatchReader open(int driver) {
        return new Output();
      }
    };
  }

  private final class Output implements BatchReader {
    private int next = (int) Math.min(node.offset(), order.length);
    private final int end = (int) Math.min(wanted(), order.length);

    @Override
    public @Nullable Batch next() {
      int count = Math.min(Vector.BATCH_ROWS, end - next);
      if (count <= 0) {
        return null;
      }
      int[] rows = Arrays.copyOfRange(order, next, next + count);
      next += count;
      return new Batch(BatchGather.gather(collector.rows(), rows, count, allocator), count);
    }

    @Override
    public void close() {}
  }

  /// The first rows of one driver, in no order.
  private final class TopRows {
    private final int limit;
    private final List<Batch> batches = new ArrayList<>();
    private int rows;

    TopRows(int limit) {
      this.limit = limit;
    }

    void add(Batch batch) {
      Batch compact = batch.compact(allocator);
      batches.add(compact);
      rows += compact.rowCount();
      if (rows >= Math.max(MIN_PRUNE_ROWS, limit * 4L)) {
        prune();
      }
    }

    private void prune() {
      try (Batch all = RowCollector.concat(type, batches, allocator)) {
        clear();
        int[] sorted = new RowOrder(all, node.keys()).sorted();
        int count = Math.min(limit, sorted.length);
        batches.add(new Batch(BatchGather.gather(all, sorted, count, allocator), count));
        rows = count;
      }
    }

    List<Batch> take() {
      List<Batch> taken = new ArrayList<>(batches);
      batches.clear();
      return taken;
    }

    void clear() {
      batches.forEach(Batch::close);
      batches.clear();
    }
  }

  @Override
  public void close() {
    tops.forEach(TopRows::clear);
    reservation.close();
    collector.close();
  }
}
