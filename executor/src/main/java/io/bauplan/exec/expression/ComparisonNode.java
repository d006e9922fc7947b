package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression.Comparison.Operator;
import org.jspecify.annotations.Nullable;

/// Comparison of two operands of one kind. An operator is a mask over the three outcomes less (1),
/// equal (2), greater (4), so that one loop serves all of them.
final class ComparisonNode extends Node {
  private static final int LESS = SelectKernels.LESS;
  private static final int EQUAL = SelectKernels.EQUAL;
  private static final int GREATER = SelectKernels.GREATER;

  private final Node left;
  private final Node right;
  private final int mask;
  private final boolean nullSafe;

  ComparisonNode(Operator operator, Node left, Node right) {
    super(DataType.BOOLEAN);
    this.left = left;
    this.right = right;
    this.mask =
        switch (operator) {
          case EQUAL, NOT_DISTINCT_FROM -> EQUAL;
          case NOT_EQUAL, DISTINCT_FROM -> LESS | GREATER;
          case LESS -> LESS;
          case LESS_OR_EQUAL -> LESS | EQUAL;
          case GREATER -> GREATER;
          case GREATER_OR_EQUAL -> GREATER | EQUAL;
        };
    this.nullSafe = operator == Operator.DISTINCT_FROM || operator == Operator.NOT_DISTINCT_FROM;
  }

  @Override
  Register compute(Batch batch, int @Nullable [] rows, int count) {
    int length = batch.vectorLength();
    Register l = left.evaluate(batch, rows, count);
    Register r = right.evaluate(batch, rows, count);
    out.reset(length);
    if (!nullSafe) {
      out.unionNulls(l, r, rows, count, length);
    }
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      out.longs[row] = holds(l, r, row) ? 1 : 0;
    }
    return out;
  }

  private boolean holds(Register l, Register r, int row) {
    boolean leftNull = l.isNull(row);
    boolean rightNull = r.isNull(row);
    if (leftNull || rightNull) {
      return nullSafe && (leftNull && rightNull) == (mask == EQUAL);
    }
    return (mask >>> compare(l, r, row) + 1 & 1) != 0;
  }

  /// -1, 0 or 1. NaN equals itself and is above all.
  static int compare(Register l, Register r, int row) {
    return switch (l.kind) {
      case LONG -> Long.compare(l.longs[row], r.longs[row]);
      case DOUBLE -> compare(l.doubles[row], r.doubles[row]);
      case DECIMAL ->
          l.wide || r.wide
              ? Int128.compare(l.high(row), l.longs[row], r.high(row), r.longs[row])
              : Long.compare(l.longs[row], r.longs[row]);
      case BYTES ->
          Integer.signum(Bytes.compare(l.longs[row], l.lengths[row], r.longs[row], r.lengths[row]));
      case NESTED ->
          Integer.signum(
              Nested.compare(
                  java.util.Objects.requireNonNull(l.vector), row,
                  java.util.Objects.requireNonNull(r.vector), row));
    };
  }

  static int compare(double l, double r) {
    if (l < r) {
      return -1;
    }
    if (l > r) {
      return 1;
    }
    return l == r ? 0 : Boolean.compare(Double.isNaN(l), Double.isNaN(r));
  }

  @Override
  int selectTrue(Batch batch, int @Nullable [] rows, int count, int[] to) {
    return select(batch, rows, count, to, mask, mask == EQUAL);
  }

  @Override
  int selectFalse(Batch batch, int @Nullable [] rows, int count, int[] to) {
    return select(batch, rows, count, to, 7 & ~mask, mask != EQUAL);
  }

  /// Rows whose outcome is in `wanted`; for null-safe operators, two NULLs count where
  /// `nullsCount`.
  private int select(
      Batch batch, int @Nullable [] rows, int count, int[] to, int wanted, boolean nullsCount) {
    Register l = left.evaluate(batch, rows, count);
    Register r = right.evaluate(batch, rows, count);
    if (!l.hasNulls && !r.hasNulls) {
      return selectDense(l, r, rows, count, to, wanted);
    }
    if (nullSafe || l.kind == Register.Kind.BYTES || l.kind == Register.Kind.NESTED) {
      return selectWithNulls(l, r, rows, count, to, wanted, nullsCount);
    }
    // Numbers can be compared where they are NULL, too.
    int selected = selectDense(l, r, rows, count, to, wanted);
    return r.withoutNulls(to, l.withoutNulls(to, selected));
  }

  private static int selectDense(
      Register l, Register r, int @Nullable [] rows, int count, int[] to, int wanted) {
    boolean longs = l.kind == Register.Kind.LONG || l.kind == Register.Kind.DECIMAL;
    if (longs && !l.wide && !r.wide) {
      return rows == null
          ? SelectKernels.CHOSEN.longs(l.longs, r.longs, count, to, wanted)
          : selectLongs(l.longs, r.longs, rows, count, to, wanted);
    }
    int selected = 0;
    if (l.kind == Register.Kind.DOUBLE) {
      if (rows == null) {
        return SelectKernels.CHOSEN.doubles(l.doubles, r.doubles, count, to, wanted);
      }
      for (int i = 0; i < count; i++) {
        int row = rows[i];
        to[selected] = row;
        selected += wanted >>> compare(l.doubles[row], r.doubles[row]) + 1 & 1;
      }
      return selected;
    }
    if (l.kind == Register.Kind.BYTES && (wanted == EQUAL || wanted == (LESS | GREATER))) {
      boolean equal = wanted == EQUAL;
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        boolean same = Bytes.equal(l.longs[row], l.lengths[row], r.longs[row], r.lengths[row]);
        to[selected] = row;
        selected += same == equal ? 1 : 0;
      }
      return selected;
    }
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      to[selected] = row;
      selected += wanted >>> compare(l, r, row) + 1 & 1;
    }
    return selected;
  }

  private static int selectLongs(long[] l, long[] r, int[] rows, int count, int[] to, int wanted) {
    int selected = 0;
    switch (wanted) {
      case EQUAL -> {
        for (int i = 0; i < count; i++) {
          int row = rows[i];
          to[selected] = row;
          selected += l[row] == r[row] ? 1 : 0;
        }
      }
      case LESS -> {
        for (int i = 0; i < count; i++) {
          int row = rows[i];
          to[selected] = row;
          selected += l[row] < r[row] ? 1 : 0;
        }
      }
      case LESS | EQUAL -> {
        for (int i = 0; i < count; i++) {
          int row = rows[i];
          to[selected] = row;
          selected += l[row] <= r[row] ? 1 : 0;
        }
      }
      case GREATER -> {
        for (int i = 0; i < count; i++) {
          int row = rows[i];
          to[selected] = row;
          selected += l[row] > r[row] ? 1 : 0;
        }
      }
      case GREATER | EQUAL -> {
        for (int i = 0; i < count; i++) {
          int row = rows[i];
          to[selected] = row;
          selected += l[row] >= r[row] ? 1 : 0;
        }
      }
      default -> {
        for (int i = 0; i < count; i++) {
          int row = rows[i];
          to[selected] = row;
          selected += l[row] != r[row] ? 1 : 0;
        }
      }
    }
    return selected;
  }

  private int selectWithNulls(
      Register l,
      Register r,
      int @Nullable [] rows,
      int count,
      int[] to,
      int wanted,
      boolean nullsCount) {
    int selected = 0;
    for (int i = 0; i < count; i++) {
      int row = rows == null ? i : rows[i];
      boolean leftNull = l.isNull(row);
      boolean rightNull = r.isNull(row);
      boolean take;
      if (leftNull || rightNull) {
        take = nullSafe && (leftNull && rightNull) == nullsCount;
      } else {
        take = (wanted >>> compare(l, r, row) + 1 & 1) != 0;
      }
      to[selected] = row;
      selected += take ? 1 : 0;
    }
    return selected;
  }

  @Override
  void release() {
    left.close();
    right.close();
  }
}
