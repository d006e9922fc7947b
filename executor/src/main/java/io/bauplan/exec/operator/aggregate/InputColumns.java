package io.bauplan.exec.operator.aggregate;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.ConstantVector;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.expression.Nested;
import io.bauplan.exec.expression.Projector;
import io.bauplan.exec.expression.Register;
import io.bauplan.exec.expression.RegisterLoader;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expressions;
import io.bauplan.sql.plan.RowType;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The columns that an aggregation reads of its batches, each loaded or computed when it is first
/// asked for. Used by one thread.
final class InputColumns implements AutoCloseable {
  private final RowType type;
  private final @Nullable Projection projection;
  private final @Nullable Projector projector;
  private final @Nullable Register[] registers;

  /// Whether a register holds the current batch.
  private final boolean[] loaded;

  /// @param type of the aggregation's input
  InputColumns(RowType type, @Nullable Projection projection) {
    this.type = type;
    this.projection = projection;
    this.registers = new Register[type.size()];
    this.loaded = new boolean[type.size()];
    this.projector =
        projection == null
            ? null
            : Projector.compile(projection.expressions(), projection.context());
  }

  /// The batches' columns that are the given ones, unchanged; null where one is computed.
  @Nullable List<Integer> plain(List<Integer> columns) {
    if (projection == null) {
      return columns;
    }
    List<Expression> expressions = projection.expressions();
    boolean all = columns.stream().allMatch(c -> expressions.get(c) instanceof Expression.InputRef);
    return all
        ? columns.stream().map(c -> ((Expression.InputRef) expressions.get(c)).index()).toList()
        : null;
  }

  /// The batches' columns that the given ones are made of, alone and in the same way wherever they
  /// have the same values; null where that is not so.
  @Nullable List<Integer> sources(List<Integer> columns) {
    if (projection == null) {
      return columns;
    }
    BitSet sources = new BitSet();
    for (int column : columns) {
      Expression expression = projection.expressions().get(column);
      if (!Projector.isDeterministic(expression)) {
        return null;
      }
      sources.or(Expressions.inputColumns(expression));
    }
    return sources.stream().boxed().toList();
  }

  /// A column's values for some rows of the current batch, which are lent.
  Register some(Batch batch, int index, int @Nullable [] rows, int count) {
    if (projector != null) {
      return projector.evaluate(index, batch, rows, count);
    }
    Register known = registers[index];
    Register to = known == null ? new Register(type.type(index)) : known;
    registers[index] = to;
    loaded[index] = false;
    RegisterLoader.load(batch.column(index), to, rows, count, batch.vectorLength());
    return to;
  }

  void start(Batch batch) {
    Arrays.fill(loaded, false);
    if (projection != null) {
      projection.rows().add(batch.rowCount());
    }
  }

  /// A column of the current batch, which is lent.
  Register get(Batch batch, int index) {
    Register known = registers[index];
    if (known == null || !loaded[index]) {
      known = load(batch, index, known);
      registers[index] = known;
      loaded[index] = true;
    }
    return known;
  }

  private Register load(Batch batch, int index, @Nullable Register before) {
    if (projector != null) {
      return projector.evaluate(index, batch);
    }
    Register to = before == null ? new Register(type.type(index)) : before;
    if (to.kind == Register.Kind.NESTED) {
      // Only COUNT takes nested arguments, and asks for NULLs alone.
      loadNulls(batch, index, to);
      return to;
    }
    RegisterLoader.load(
        batch.column(index), to, batch.selection(), batch.rowCount(), batch.vectorLength());
    return to;
  }

  private static void loadNulls(Batch batch, int index, Register to) {
    to.reset(batch.vectorLength());
    Vector vector = batch.column(index);
    if (vector.mayHaveNulls() && vector instanceof FlatVector flat) {
      to.clearNulls(batch.vectorLength());
      for (int row = 0; row < batch.vectorLength(); row++) {
        to.nulls[row] = Nested.isNull(flat, row);
      }
    } else if (vector instanceof ConstantVector constant && constant.isNull()) {
      to.clearNulls(batch.vectorLength());
      Arrays.fill(to.nulls, 0, batch.vectorLength(), true);
    }
  }

  @Override
  public void close() {
    if (projector != null) {
      projector.close();
    }
  }
}
