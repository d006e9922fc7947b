package io.bauplan.exec.operator;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.ConstantVector;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Unfinished;
import io.bauplan.exec.batch.Vector;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.PhysicalPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;

/// Left rows, one after the other, joined with the right rows that each of them has. A few right
/// rows each go together into batches of a usual size.
final class JoinedRows implements AutoCloseable {
  private static final int BATCH_ROWS = 4096;

  /// A left row of more right rows is not repeated: it may hold the very list that is unnested.
  private static final int MAX_REPEATED = 64;

  private final PhysicalPlan.Correlate node;
  private final Batch left;
  private final QueryContext query;
  private final BufferAllocator allocator;
  private final List<Batch> done = new ArrayList<>();
  private final List<Batch> rights = new ArrayList<>();
  private final int[] lefts = new int[BATCH_ROWS + MAX_REPEATED];
  private int pending;

  JoinedRows(
      PhysicalPlan.Correlate node, Batch left, QueryContext query, BufferAllocator allocator) {
    this.node = node;
    this.left = left;
    this.query = query;
    this.allocator = allocator;
  }

  /// Borrows the right rows, of which there may be none.
  void add(int row, Batch right) {
    int count = right.rowCount();
    switch (node.kind()) {
      case SEMI -> {
        if (count > 0) {
          pend(row, 1);
        }
      }
      case ANTI -> {
        if (count == 0) {
          pend(row, 1);
        }
      }
      case INNER, LEFT -> {
        if (count > MAX_REPEATED) {
          flush();
          done.add(query.own(alone(row, right)));
        } else if (count > 0) {
          pend(row, count);
          rights.add(BatchGather.copy(right, allocator));
        } else if (node.kind() == PhysicalPlan.JoinKind.LEFT) {
          pend(row, 1);
          rights.add(new Batch(BatchGather.gather(right, new int[] {-1}, 1, allocator), 1));
        }
      }
      case RIGHT, FULL, MARK, RIGHT_SEMI, RIGHT_ANTI ->
          throw new EngineException(
              ErrorCode.NOT_SUPPORTED, "a correlated " + node.kind() + " join cannot be executed");
    }
    if (pending >= BATCH_ROWS) {
      flush();
    }
  }

  private void pend(int row, int times) {
    Arrays.fill(lefts, pending, pending + times, row);
    pending += times;
  }

  private Batch alone(int row, Batch right) {
    int count = right.rowCount();
    List<Vector> columns = new ArrayList<>();
    try (Unfinished unfinished = new Unfinished()) {
      for (Vector column : BatchGather.gather(left, new int[] {row}, 1, allocator)) {
        columns.add(unfinished.add(new ConstantVector((FlatVector) column, count)));
      }
      columns.addAll(BatchGather.copy(right, allocator).columns());
      return unfinished.done(new Batch(columns, count));
    }
  }

  private void flush() {
    if (pending == 0) {
      return;
    }
    List<Vector> columns = new ArrayList<>();
    try (Unfinished unfinished = new Unfinished()) {
      for (Vector column : BatchGather.gather(left, lefts, pending, allocator)) {
        columns.add(unfinished.add(column));
      }
      if (!rights.isEmpty()) {
        columns.addAll(RowCollector.concat(node.right().output(), rights, allocator).columns());
      }
      done.add(query.own(unfinished.done(new Batch(columns, pending))));
    }
    rights.forEach(Batch::close);
    rights.clear();
    pending = 0;
  }

  @Override
  public void close() {
    rights.forEach(Batch::close);
    rights.clear();
  }

  /// All joined rows, in batches owned by the query.
  List<Batch> finish() {
    flush();
    return done;
  }
}
