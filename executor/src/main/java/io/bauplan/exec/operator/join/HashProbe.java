package io.bauplan.exec.operator.join;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.expression.ExpressionContext;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.expression.RegisterLoader;
import io.bauplan.exec.operator.Clock;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.sql.plan.PhysicalPlan;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// One driver's probe. Candidates of a batch are gathered first and resolved afterwards, so that
/// the loads of many rows are under way at once.
final class HashProbe implements BatchReader {
  private final PhysicalPlan.HashJoin node;
  private final JoinTable table;
  private final BatchReader left;
  private final PairOutput output;
  private final Register[] keys;
  private final @Nullable FlatVector[] flattened;
  private final BufferAllocator allocator;
  private long[] hashes = {};
  private int[] candidates = {};
  private final int[] probeRows = new int[Vector.BATCH_ROWS];
  private final int[] buildRows = new int[Vector.BATCH_ROWS];
  private final boolean firstMatchOnly;
  private final boolean skipsSettled;
  private final boolean oneToOne;
  private @Nullable Batch current;
  private int position;

  /// Takes ownership of `left`.
  ///
  /// @param matched a bit per build row, for joins that keep unmatched ones
  /// @param running drivers that have not ended their left side; the last gives out unmatched build
  ///     rows
  /// @param carried null where the table has all build rows
  HashProbe(
      PhysicalPlan.HashJoin node,
      JoinTable table,
      @Nullable AtomicIntegerArray matched,
      BatchReader left,
      AtomicInteger running,
      @Nullable CarriedMatches carried,
      ExpressionContext context) {
    this.node = node;
    this.table = table;
    this.left = left;
    this.allocator = context.allocator();
    this.flattened = new FlatVector[node.leftKeys().size()];
    this.keys = new Register[node.leftKeys().size()];
    for (int k = 0; k < keys.length; k++) {
      keys[k] = new Register(node.left().output().type(node.leftKeys().get(k)));
    }
    this.output =
        new PairOutput(
            node.kind(),
            node.residual(),
            node.left().output(),
            table.rows(),
            matched,
            running,
            context);
    if (carried != null) {
      output.carry(carried);
    }
    boolean existence =
        switch (node.kind()) {
          case SEMI, ANTI, MARK -> true;
          case INNER, LEFT, RIGHT, FULL, RIGHT_SEMI, RIGHT_ANTI -> false;
        };
    this.firstMatchOnly = existence && node.residual().isEmpty();
    this.skipsSettled =
        node.kind() == PhysicalPlan.JoinKind.RIGHT_SEMI
            || node.kind() == PhysicalPlan.JoinKind.RIGHT_ANTI;
    boolean plain =
        node.kind() == PhysicalPlan.JoinKind.INNER || node.kind() == PhysicalPlan.JoinKind.LEFT;
    this.oneToOne = carried == null && plain && node.residual().isEmpty() && table.isUnique();
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
        begin(batch);
        if (oneToOne && batch.rowCount() <= Vector.BATCH_ROWS) {
          Batch joined = joinOneToOne(batch);
          current = null;
          batch.close();
          if (joined != null) {
            return joined;
          }
          if (Clock.isTurnOver()) {
            return Batch.none();
          }
          continue;
        }
      }
      int pairs = fill(batch);
      if (pairs > 0) {
        Batch joined = output.pairs(batch, probeRows, buildRows, pairs);
        if (joined != null) {
          return joined;
        }
      }
      if (position == batch.rowCount()) {
        current = null;
        Batch rest;
        try (Batch ended = batch) {
          rest = output.endOfBatch(ended, this::markUnknown);
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

  private @Nullable Batch joinOneToOne(Batch batch) {
    int[] selection = batch.selection();
    int count = batch.rowCount();
    boolean left = node.kind() == PhysicalPlan.JoinKind.LEFT;
    int pairs = 0;
    for (int i = 0; i < count; i++) {
      int build = candidates[i];
      probeRows[pairs] = selection == null ? i : selection[i];
      buildRows[pairs] = build;
      pairs += left || build >= 0 ? 1 : 0;
    }
    return output.aligned(batch, probeRows, buildRows, pairs);
  }

  private void begin(Batch batch) {
    current = batch;
    position = 0;
    int count = batch.rowCount();
    if (hashes.length < count) {
      hashes = new long[Math.max(count, Vector.BATCH_ROWS)];
      candidates = new int[hashes.length];
    }
    for (int k = 0; k < keys.length; k++) {
      RegisterLoader.load(
          loadable(batch.column(node.leftKeys().get(k)), k),
          keys[k],
          batch.selection(),
          count,
          batch.vectorLength());
    }
    table.first(keys, batch.selection(), count, hashes, candidates);
    output.begin(batch);
  }

  /// Nested keys are compared in one flat vector.
  private Vector loadable(Vector vector, int key) {
    release(key);
    if (keys[key].kind != Register.Kind.NESTED || vector instanceof FlatVector) {
      return vector;
    }
    FlatVector flat = vector.flatten(allocator);
    flattened[key] = flat;
    return flat;
  }

  private void release(int key) {
    FlatVector flat = flattened[key];
    if (flat != null) {
      flat.close();
      flattened[key] = null;
    }
  }

  /// Fills the pair arrays from where it left off.
  private int fill(Batch batch) {
    int[] selection = batch.selection();
    int count = batch.rowCount();
    int pairs = 0;
    int i = position;
    for (; i < count && pairs < Vector.BATCH_ROWS; i++) {
      int row = selection == null ? i : selection[i];
      int build = candidates[i];
      while (build >= 0) {
        build = table.match(keys, row, hashes[i], build);
        if (build < 0) {
          break;
        }
        if (skipsSettled && output.isSettled(build)) {
          build = table.after(build);
          continue;
        }
        probeRows[pairs] = row;
        buildRows[pairs++] = build;
        build = firstMatchOnly ? -1 : table.after(build);
        if (pairs == Vector.BATCH_ROWS) {
          break;
        }
      }
      candidates[i] = build;
      if (build >= 0) {
        break;
      }
    }
    position = i;
    return pairs;
  }

  /// For MARK: whether a row without match may match for all that is known, since a key is NULL on
  /// either side.
  private boolean markUnknown(Batch batch, int row) {
    boolean probeNull = table.cannotMatch(keys, row);
    if (!probeNull && !table.hasNullKeys()) {
      return false;
    }
    Register[] build = table.keys();
    for (int candidate = 0; candidate < table.rows().rowCount(); candidate++) {
      if (compatible(build, row, candidate) && output.residualMayHold(batch, row, candidate)) {
        return true;
      }
    }
    return false;
  }

  private boolean compatible(Register[] build, int row, int candidate) {
    for (int k = 0; k < keys.length; k++) {
      boolean probeNull = keys[k].isNull(row);
      boolean buildNull = build[k].isNull(candidate);
      if (node.nullSafe().get(k)) {
        if (probeNull != buildNull
            || !probeNull
                && !io.bauplan.exec.expression.Keys.equal(keys[k], row, build[k], candidate)) {
          return false;
        }
      } else if (!probeNull
          && !buildNull
          && !io.bauplan.exec.expression.Keys.equal(keys[k], row, build[k], candidate)) {
        return false;
      }
    }
    return true;
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
      for (int k = 0; k < keys.length; k++) {
        release(k);
      }
      output.close();
    }
  }
}
