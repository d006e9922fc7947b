package io.bauplan.exec.operator.sort;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.operator.BatchGather;
import io.bauplan.exec.operator.HeapReservation;
import io.bauplan.exec.operator.Readers;
import io.bauplan.exec.operator.RowCollector;
import io.bauplan.exec.operator.Sink;
import io.bauplan.exec.operator.Source;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.spill.OperatorSpill;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.jspecify.annotations.Nullable;

/// Sort and top-N. All rows are collected, except that with a limit each driver keeps about as many
/// as the limit asks for.
public final class SortOperator implements Sink, AutoCloseable {
  /// Up to this limit drivers drop rows that cannot be among the first.
  private static final long MAX_TOP_ROWS = 100_000;
  private static final long BYTES_PER_SORTED_ROW = 24;

  private final PhysicalPlan.Sort node;
  private final RowType type;
  private final BufferAllocator allocator;
  private final RowCollector collector;
  private final List<TopRows> tops = new ArrayList<>();
  private final HeapReservation reservation;
  private final OperatorSpill spill;
  private final SortedRuns runs;
  private final @Nullable TopBound bound;
  private int[] order = {};

  public SortOperator(PhysicalPlan.Sort node, BufferAllocator allocator, OperatorSpill spill) {
    this.node = node;
    this.type = node.output();
    this.allocator = allocator;
    this.collector = new RowCollector(type, allocator);
    this.reservation = new HeapReservation(allocator);
    this.spill = spill;
    this.runs = new SortedRuns(type, node.keys(), spill);
    this.bound = keepsFewRows(node) && bounds(node) ? new TopBound(node.keys().getFirst()) : null;
  }

  private static boolean keepsFewRows(PhysicalPlan.Sort node) {
    return wanted(node) <= MAX_TOP_ROWS;
  }

  private static boolean bounds(PhysicalPlan.Sort node) {
    return !node.keys().isEmpty()
        && TopBound.supports(Register.kind(node.output().type(node.keys().getFirst().column())));
  }

  /// What operators below may leave out; null where that is not known.
  public @Nullable TopBound bound() {
    return bound;
  }

  private static long wanted(PhysicalPlan.Sort node) {
    return node.fetch().isEmpty()
        ? Long.MAX_VALUE
        : Math.addExact(node.offset(), node.fetch().getAsLong());
  }

  private long wanted() {
    return wanted(node);
  }

  @Override
  public Writer open(int driver) {
    if (!keepsFewRows(node)) {
      return this::collect;
    }
    TopRows top = new TopRows(type, node.keys(), (int) wanted(), bound, allocator, spill);
    synchronized (tops) {
      tops.add(top);
    }
    return new Writer() {
      @Override
      public void accept(Batch batch) {
        if (!top.add(batch)) {
          finish();
        }
      }

      @Override
      public void finish() {
        top.take().forEach(SortOperator.this::collect);
      }
    };
  }

  private void collect(Batch batch) {
    collector.add(batch);
    long held = collector.plainBytes();
    if (spill.isDue(held, held + held / 2)) {
      runs.add(collector.take());
    }
  }

  @Override
  public void complete() {
    if (runs.isEmpty()) {
      try {
        sort();
        return;
      } catch (OutOfMemoryException e) {
        // There is room for the rows, but not for sorting them.
        reservation.set(0);
      }
    }
    runs.add(collector.take());
  }

  private void sort() {
    reservation.set(collector.rowCount() * BYTES_PER_SORTED_ROW);
    Batch rows = collector.together();
    try {
      order = new RowOrder(rows, node.keys()).sorted();
    } catch (RuntimeException | Error e) {
      rows.close();
      throw e;
    }
    collector.complete(rows);
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
        BatchReader reader = runs.isEmpty() ? new Output() : new MergedOutput(runs.merged());
        return Readers.then(reader, SortOperator.this::close);
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

  /// Of what was spilled, without the rows before the offset and after the limit.
  private final class MergedOutput implements BatchReader {
    private final BatchReader merged;
    private long skip = node.offset();
    private long left = wanted() - node.offset();

    MergedOutput(BatchReader merged) {
      this.merged = merged;
    }

    @Override
    public @Nullable Batch next() {
      while (left > 0) {
        Batch batch = merged.next();
        if (batch == null) {
          return null;
        }
        int first = (int) Math.min(skip, batch.rowCount());
        int count = (int) Math.min(left, batch.rowCount() - first);
        skip -= first;
        left -= count;
        if (count == batch.rowCount()) {
          return batch;
        }
        try (batch) {
          if (count > 0) {
            int[] rows = new int[count];
            Arrays.setAll(rows, i -> first + i);
            return new Batch(BatchGather.gather(batch, rows, count, allocator), count);
          }
        }
      }
      return null;
    }

    @Override
    public void close() {
      merged.close();
    }
  }

  @Override
  public void close() {
    tops.forEach(TopRows::close);
    reservation.close();
    collector.close();
  }
}
