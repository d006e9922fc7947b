package io.bauplan.exec.operator.join;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.expression.ExpressionContext;
import io.bauplan.exec.operator.RowCollector;
import io.bauplan.exec.operator.Sink;
import io.bauplan.exec.operator.Source;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.JoinKind;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/// Join on any condition: every left row meets every right row.
public final class NestedLoopJoin implements AutoCloseable {
  private final PhysicalPlan.NestedLoopJoin node;
  private final ExpressionContext expressions;
  private final RowCollector build;
  private @Nullable AtomicIntegerArray matched;

  public NestedLoopJoin(PhysicalPlan.NestedLoopJoin node, ExpressionContext expressions) {
    this.node = node;
    this.expressions = expressions;
    this.build = new RowCollector(node.right().output(), expressions.allocator());
  }

  /// Where the right side goes.
  public Sink buildSink() {
    return new Sink() {
      @Override
      public Writer open(int driver) {
        return build.open(driver);
      }

      @Override
      public void complete() {
        build.complete();
        if (node.kind() == JoinKind.RIGHT || node.kind() == JoinKind.FULL) {
          matched = new AtomicIntegerArray((build.rows().rowCount() + 31) / 32);
        }
      }
    };
  }

  /// The join's rows, once the right side is in.
  public Source probe(Source left) {
    AtomicInteger running = new AtomicInteger();
    return new Source() {
      @Override
      public int drivers() {
        int drivers = left.drivers();
        running.set(drivers);
        return drivers;
      }

      @Override
      public BatchReader open(int driver) {
        return left.open(driver, reader -> new Probe(reader, running));
      }
    };
  }

  @Override
  public void close() {
    build.close();
  }

  private final class Probe implements BatchReader {
    private final BatchReader left;
    private final PairOutput output;
    private final Batch right = build.rows();
    private final int[] probeRows = new int[Vector.BATCH_ROWS];
    private final int[] buildRows = new int[Vector.BATCH_ROWS];
    private @Nullable Batch current;
    private int probe;
    private int next;

    Probe(BatchReader left, AtomicInteger running) {
      this.left = left;
      this.output =
          new PairOutput(
              node.kind(),
              node.condition(),
              node.left().output(),
              right,
              matched,
              running,
              expressions);
    }

    @Override
    public @Nullable Batch next() {
      while (true) {
        Batch batch = current;
        if (batch == null) {
          batch = left.next();
          if (batch == null) {
            return output.unmatchedBuildRows();
          }
          current = batch;
          probe = 0;
          next = 0;
          output.begin(batch);
        }
        int pairs = fill(batch);
        if (pairs > 0) {
          Batch joined = output.pairs(batch, probeRows, buildRows, pairs);
          if (joined != null) {
            return joined;
          }
        } else {
          current = null;
          Batch rest;
          try (Batch ended = batch) {
            rest = output.endOfBatch(ended, output::conditionUnknown);
          }
          if (rest != null) {
            return rest;
          }
        }
      }
    }

    private int fill(Batch batch) {
      int[] selection = batch.selection();
      int pairs = 0;
      int total = right.rowCount();
      while (probe < batch.rowCount() && pairs < Vector.BATCH_ROWS) {
        if (next >= total) {
          probe++;
          next = 0;
          continue;
        }
        int row = selection == null ? probe : selection[probe];
        int count = Math.min(Vector.BATCH_ROWS - pairs, total - next);
        for (int i = 0; i < count; i++) {
          probeRows[pairs] = row;
          buildRows[pairs++] = next++;
        }
      }
      return pairs;
    }

    @Override
    public void close() {
      try {
        left.close();
      } finally {
        if (current != null) {
          current.close();
          current = null;
        }
        output.close();
      }
    }
  }
}
