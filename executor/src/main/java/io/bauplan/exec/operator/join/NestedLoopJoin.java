package io.bauplan.exec.operator.join;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.expression.ExpressionContext;
import io.bauplan.exec.operator.Clock;
import io.bauplan.exec.operator.Readers;
import io.bauplan.exec.operator.RowCollector;
import io.bauplan.exec.operator.Sink;
import io.bauplan.exec.operator.Source;
import io.bauplan.exec.operator.SpillingCollector;
import io.bauplan.exec.operator.SpreadRows;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.spill.OperatorSpill;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.JoinKind;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/// Join on any condition: every left row meets every right row.
public final class NestedLoopJoin implements AutoCloseable {
  private final PhysicalPlan.NestedLoopJoin node;
  private final ExpressionContext expressions;
  private final RowCollector build;
  private final OperatorSpill spill;
  private final SpillingCollector input;
  private @Nullable AtomicIntegerArray matched;

  /// Where left rows go when the right side is on disk.
  private @Nullable SpreadRows probeSide;

  public NestedLoopJoin(
      PhysicalPlan.NestedLoopJoin node, ExpressionContext expressions, OperatorSpill spill) {
    this.node = node;
    this.expressions = expressions;
    this.build = new RowCollector(node.right().output(), expressions.allocator());
    this.spill = spill;
    this.input = new SpillingCollector(build, node.right().output(), List.of(), 0, spill);
  }

  /// Where the right side goes.
  public Sink buildSink() {
    return input.together();
  }

  private @Nullable AtomicIntegerArray matchedBits(Batch right) {
    return node.kind() == JoinKind.RIGHT || node.kind() == JoinKind.FULL
        ? new AtomicIntegerArray((right.rowCount() + 31) / 32)
        : null;
  }

  /// The join's rows, once the right side is in.
  public Source probe(Source left) {
    AtomicInteger running = new AtomicInteger();
    return new Source() {
      @Override
      public int drivers() {
        int drivers = left.drivers();
        running.set(drivers);
        if (input.side() != null) {
          probeSide = new SpreadRows(spill, node.left().output(), List.of(), 0);
        } else {
          matched = matchedBits(build.rows());
        }
        return drivers;
      }

      @Override
      public BatchReader open(int driver) {
        SpreadRows right = input.side();
        return left.open(
            driver,
            reader ->
                right == null
                    ? new Probe(reader, build.rows(), matched, running, null)
                    : spilledProbe(right, Objects.requireNonNull(probeSide), reader, running));
      }
    };
  }

  private BatchReader spilledProbe(
      SpreadRows right, SpreadRows left, BatchReader reader, AtomicInteger running) {
    return new SpilledProbe(
        reader,
        left,
        running,
        () ->
            new SpilledJoin(
                node.kind(), node.right().output(), 0, right, left, spill, this::joinPiece));
  }

  /// Joins a part of the right side that has room in memory.
  private BatchReader joinPiece(
      RowCollector rows, BatchReader left, @Nullable CarriedMatches carried) {
    Batch right = rows.rows();
    return Readers.then(
        new Probe(left, right, matchedBits(right), new AtomicInteger(1), carried), rows::close);
  }

  @Override
  public void close() {
    build.close();
  }

  private final class Probe implements BatchReader {
    private final BatchReader left;
    private final PairOutput output;
    private final Batch right;
    private final int[] probeRows = new int[Vector.BATCH_ROWS];
    private final int[] buildRows = new int[Vector.BATCH_ROWS];
    private @Nullable Batch current;
    private int probe;
    private int next;

    Probe(
        BatchReader left,
        Batch right,
        @Nullable AtomicIntegerArray matched,
        AtomicInteger running,
        @Nullable CarriedMatches carried) {
      this.left = left;
      this.right = right;
      this.output =
          new PairOutput(
              node.kind(),
              node.condition(),
              node.left().output(),
              right,
              matched,
              running,
              expressions);
      if (carried != null) {
        output.carry(carried);
      }
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
          if (batch.rowCount() == 0) {
            return batch;
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
        if (Clock.isTurnOver()) {
          return Batch.none();
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
