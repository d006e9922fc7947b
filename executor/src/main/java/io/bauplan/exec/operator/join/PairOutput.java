package io.bauplan.exec.operator.join;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.ConstantVector;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.expression.ExpressionContext;
import io.bauplan.exec.expression.Predicate;
import io.bauplan.exec.operator.BatchGather;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expressions;
import io.bauplan.sql.plan.PhysicalPlan.JoinKind;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/// Makes a join's rows of candidate pairs (a probe row, a build row): applies the residual
/// condition, remembers who found a match, and adds what the kind of join owes to those who did
/// not.
final class PairOutput implements AutoCloseable {
  /// Answers for a probe row of a MARK join without match whether the answer is unknown.
  interface Unknown {
    boolean of(Batch batch, int row);
  }

  /// Below this share of rows with a match the left columns are copied instead of carrying a
  /// selection.
  private static final int SPARSE = 4;

  private final JoinKind kind;
  private final @Nullable Predicate residual;
  private final List<Integer> residualColumns;
  private final RowType leftType;
  private final Batch build;
  private final BuildColumns buildColumns;
  private final @Nullable AtomicIntegerArray matchedBuild;
  private final AtomicInteger running;
  private final BufferAllocator allocator;
  private boolean[] matchedProbe = {};
  private int unmatchedPosition = -1;

  /// null where probe rows meet all build rows at once.
  private @Nullable CarriedMatches carried;

  PairOutput(
      JoinKind kind,
      Optional<Expression> condition,
      RowType leftType,
      Batch build,
      @Nullable AtomicIntegerArray matchedBuild,
      AtomicInteger running,
      ExpressionContext context) {
    this.kind = kind;
    this.residualColumns =
        condition.stream().flatMap(e -> Expressions.inputColumns(e).stream().boxed()).toList();
    // Over the columns that it reads, and no others.
    this.residual =
        condition
            .map(e -> Expressions.remap(e, residualColumns::indexOf))
            .map(e -> Predicate.compile(e, context))
            .orElse(null);
    this.leftType = leftType;
    this.build = build;
    this.matchedBuild = matchedBuild;
    this.running = running;
    this.allocator = context.allocator();
    this.buildColumns = new BuildColumns(build, allocator);
  }

  /// A new probe batch, of which nothing has matched yet.
  void begin(Batch batch) {
    if (matchedProbe.length < batch.vectorLength()) {
      matchedProbe = new boolean[Math.max(batch.vectorLength(), Vector.BATCH_ROWS)];
    } else {
      Arrays.fill(matchedProbe, 0, batch.vectorLength(), false);
    }
    CarriedMatches before = carried;
    if (before != null) {
      for (int row = 0; row < batch.vectorLength(); row++) {
        matchedProbe[row] = before.matched(row);
      }
    }
  }

  /// Probe rows meet the build rows a piece at a time.
  void carry(CarriedMatches matches) {
    carried = matches;
  }

  private boolean givesPairs() {
    return switch (kind) {
      case INNER, LEFT, RIGHT, FULL -> true;
      case SEMI, ANTI, MARK, RIGHT_SEMI, RIGHT_ANTI -> false;
    };
  }

  /// Whether a build row's further matches make no difference.
  boolean isSettled(int buildRow) {
    AtomicIntegerArray bits = matchedBuild;
    return bits != null && (bits.getPlain(buildRow >>> 5) >>> (buildRow & 31) & 1) != 0;
  }

  /// The joined rows where no probe row has two matches, under the left batch's vectors and a
  /// selection; null where there are none. Borrows the batch.
  ///
  /// @param buildRows -1 for NULLs
  @Nullable Batch aligned(Batch batch, int[] probeRows, int[] buildRows, int count) {
    int length = batch.vectorLength();
    if (count * SPARSE < length) {
      return count == 0 ? null : join(batch, probeRows, buildRows, count);
    }
    List<Vector> columns = new ArrayList<>(batch.columns().stream().map(Vector::retain).toList());
    try {
      int[] rows = count == length ? buildRows : spread(probeRows, buildRows, count, length);
      columns.addAll(buildColumns.gather(rows, length));
      return new Batch(
          columns, length, count == length ? null : Arrays.copyOf(probeRows, count), count);
    } catch (RuntimeException | Error e) {
      columns.forEach(Vector::close);
      throw e;
    }
  }

  /// The build row of every position of the left batch; some row for positions that do not count.
  private static int[] spread(int[] probeRows, int[] buildRows, int count, int length) {
    int[] rows = new int[length];
    for (int i = 0; i < count; i++) {
      rows[probeRows[i]] = buildRows[i];
    }
    return rows;
  }

  /// The joined rows of the pairs; null where there are none. Borrows the batch, and spoils the
  /// arrays.
  @Nullable Batch pairs(Batch batch, int[] probeRows, int[] buildRows, int count) {
    if (residual == null) {
      remember(probeRows, buildRows, null, count);
      return givesPairs() ? join(batch, probeRows, buildRows, count) : null;
    }
    int[] kept = new int[count];
    int keptCount;
    try (Batch tested = residualInput(batch, probeRows, buildRows, count)) {
      keptCount = residual.select(tested, kept);
    }
    remember(probeRows, buildRows, kept, keptCount);
    if (keptCount == 0 || !givesPairs()) {
      return null;
    }
    if (keptCount < count) {
      for (int i = 0; i < keptCount; i++) {
        probeRows[i] = probeRows[kept[i]];
        buildRows[i] = buildRows[kept[i]];
      }
    }
    return join(batch, probeRows, buildRows, keptCount);
  }

  /// The columns that the residual condition reads, of some pairs.
  private Batch residualInput(Batch batch, int[] probeRows, int[] buildRows, int count) {
    List<Vector> columns = new ArrayList<>();
    try {
      for (int column : residualColumns) {
        columns.add(
            column < leftType.size()
                ? BatchGather.gather(batch.column(column), probeRows, count, allocator)
                : buildColumns.gather(column - leftType.size(), buildRows, count));
      }
      return new Batch(columns, count);
    } catch (RuntimeException | Error e) {
      columns.forEach(Vector::close);
      throw e;
    }
  }

  private void remember(int[] probeRows, int[] buildRows, int @Nullable [] kept, int count) {
    boolean wanted =
        switch (kind) {
          case LEFT, FULL, SEMI, ANTI, MARK -> true;
          case INNER, RIGHT, RIGHT_SEMI, RIGHT_ANTI -> false;
        };
    if (wanted) {
      for (int i = 0; i < count; i++) {
        matchedProbe[probeRows[kept == null ? i : kept[i]]] = true;
      }
    }
    AtomicIntegerArray bits = matchedBuild;
    if (bits != null) {
      for (int i = 0; i < count; i++) {
        int row = buildRows[kept == null ? i : kept[i]];
        int bit = 1 << (row & 31);
        if ((bits.getPlain(row >>> 5) & bit) == 0) {
          bits.getAndUpdate(row >>> 5, word -> word | bit);
        }
      }
    }
  }

  private Batch join(Batch batch, int[] probeRows, int[] buildRows, int count) {
    List<Vector> columns = BatchGather.gather(batch, probeRows, count, allocator);
    try {
      columns.addAll(buildColumns.gather(buildRows, count));
      return new Batch(columns, count);
    } catch (RuntimeException | Error e) {
      columns.forEach(Vector::close);
      throw e;
    }
  }

  /// What the probe batch owes after its last pair: null = nothing. Borrows the batch.
  @Nullable Batch endOfBatch(Batch batch, Unknown unknown) {
    CarriedMatches matches = carried;
    if (matches == null) {
      return owed(batch, unknown);
    }
    try {
      if (matches.isLast()) {
        return owed(batch, (of, row) -> matches.unknown(row) || unknown.of(of, row));
      }
      for (int row = 0; row < batch.vectorLength(); row++) {
        if (matchedProbe[row]) {
          matches.setMatched(row);
        } else if (kind == JoinKind.MARK && !matches.unknown(row) && unknown.of(batch, row)) {
          matches.setUnknown(row);
        }
      }
      return null;
    } finally {
      matches.endOfBatch(batch.vectorLength());
    }
  }

  private @Nullable Batch owed(Batch batch, Unknown unknown) {
    return switch (kind) {
      case INNER, RIGHT, RIGHT_SEMI, RIGHT_ANTI -> null;
      case LEFT, FULL -> unmatchedProbeRows(batch);
      case SEMI -> pick(batch, true);
      case ANTI -> pick(batch, false);
      case MARK -> mark(batch, unknown);
    };
  }

  private int rows(Batch batch, boolean matched, int[] to) {
    int[] selection = batch.selection();
    int count = 0;
    for (int i = 0; i < batch.rowCount(); i++) {
      int row = selection == null ? i : selection[i];
      if (matchedProbe[row] == matched) {
        to[count++] = row;
      }
    }
    return count;
  }

  private @Nullable Batch pick(Batch batch, boolean matched) {
    int[] rows = new int[batch.vectorLength()];
    int count = rows(batch, matched, rows);
    if (count == 0) {
      return null;
    }
    return new Batch(
        batch.columns().stream().map(Vector::retain).toList(), batch.vectorLength(), rows, count);
  }

  private @Nullable Batch unmatchedProbeRows(Batch batch) {
    int[] rows = new int[batch.vectorLength()];
    int count = rows(batch, false, rows);
    if (count == 0) {
      return null;
    }
    int[] none = new int[count];
    Arrays.fill(none, -1);
    return join(batch, rows, none, count);
  }

  private Batch mark(Batch batch, Unknown unknown) {
    int length = batch.vectorLength();
    int[] selection = batch.selection();
    boolean[] answers = new boolean[length];
    boolean[] unknowns = new boolean[length];
    for (int i = 0; i < batch.rowCount(); i++) {
      int row = selection == null ? i : selection[i];
      answers[row] = matchedProbe[row];
      unknowns[row] = !answers[row] && unknown.of(batch, row);
    }
    List<Vector> columns = new ArrayList<>(batch.columns().stream().map(Vector::retain).toList());
    try (VectorBuilder builder = new VectorBuilder(DataType.BOOLEAN, length, allocator)) {
      for (int row = 0; row < length; row++) {
        if (unknowns[row]) {
          builder.appendNull();
        } else {
          builder.appendLong(answers[row] ? 1 : 0);
        }
      }
      columns.add(builder.build());
      return new Batch(
          columns,
          length,
          selection == null ? null : Arrays.copyOf(selection, batch.rowCount()),
          batch.rowCount());
    } catch (RuntimeException | Error e) {
      columns.forEach(Vector::close);
      throw e;
    }
  }

  /// Whether the residual condition is not false for the pair, or there is none. Slow.
  boolean residualMayHold(Batch batch, int probeRow, int buildRow) {
    if (residual == null) {
      return true;
    }
    try (Batch pair = residualInput(batch, new int[] {probeRow}, new int[] {buildRow}, 1)) {
      return residual.select(pair, new int[1]) == 1;
    }
  }

  /// Whether the condition is unknown for the probe row and some build row. Slow.
  boolean conditionUnknown(Batch batch, int probeRow) {
    if (residual == null) {
      return false;
    }
    int[] probeRows = new int[Vector.BATCH_ROWS];
    Arrays.fill(probeRows, probeRow);
    int[] scratch = new int[Vector.BATCH_ROWS];
    int[] buildRows = new int[Vector.BATCH_ROWS];
    for (int start = 0; start < build.rowCount(); start += Vector.BATCH_ROWS) {
      int count = Math.min(Vector.BATCH_ROWS, build.rowCount() - start);
      for (int i = 0; i < count; i++) {
        buildRows[i] = start + i;
      }
      try (Batch pairs = residualInput(batch, probeRows, buildRows, count)) {
        int known = residual.select(pairs, scratch) + residual.selectFalse(pairs, scratch);
        if (known < count) {
          return true;
        }
      }
    }
    return false;
  }

  /// After the last probe batch: build rows that nobody matched, or with RIGHT_SEMI that somebody
  /// did, from the last driver to get here.
  @Nullable Batch unmatchedBuildRows() {
    AtomicIntegerArray bits = matchedBuild;
    if (bits == null) {
      return null;
    }
    if (unmatchedPosition < 0) {
      if (running.decrementAndGet() > 0) {
        unmatchedPosition = build.rowCount();
      } else {
        unmatchedPosition = 0;
      }
    }
    int[] rows = new int[Vector.BATCH_ROWS];
    int count = 0;
    int total = build.rowCount();
    int wanted = kind == JoinKind.RIGHT_SEMI ? 1 : 0;
    while (unmatchedPosition < total && count < rows.length) {
      int row = unmatchedPosition++;
      if ((bits.get(row >>> 5) >>> (row & 31) & 1) == wanted) {
        rows[count++] = row;
      }
    }
    if (count == 0) {
      return null;
    }
    return givesPairs()
        ? nullsAndBuild(rows, count)
        : new Batch(buildColumns.gather(rows, count), count);
  }

  private Batch nullsAndBuild(int[] rows, int count) {
    List<Vector> columns = new ArrayList<>();
    try {
      for (Column column : leftType.columns()) {
        columns.add(nulls(column.type(), count));
      }
      columns.addAll(buildColumns.gather(rows, count));
      return new Batch(columns, count);
    } catch (RuntimeException | Error e) {
      columns.forEach(Vector::close);
      throw e;
    }
  }

  private Vector nulls(DataType type, int count) {
    try (VectorBuilder builder = new VectorBuilder(type, 1, allocator)) {
      builder.appendNull();
      FlatVector one = builder.build();
      return new ConstantVector(one, count);
    }
  }

  @Override
  public void close() {
    buildColumns.close();
    if (residual != null) {
      residual.close();
    }
  }
}
