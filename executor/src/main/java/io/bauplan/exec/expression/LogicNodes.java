package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// AND, OR, NOT and IS. An operand is evaluated only for the rows that the operands before it leave
/// open.
final class LogicNodes {
  private LogicNodes() {}

  /// AND, and by De Morgan OR: `decisive` is the operand value that settles a row.
  static final class Junction extends Node {
    private final List<Node> operands;
    private final boolean conjunction;
    private int[] open = {};
    private int[] settled = {};

    Junction(List<Node> operands, boolean conjunction) {
      super(DataType.BOOLEAN);
      this.operands = List.copyOf(operands);
      this.conjunction = conjunction;
    }

    @Override
    Register compute(Batch batch, int @Nullable [] rows, int count) {
      int length = batch.vectorLength();
      out.reset(length);
      for (int i = 0; i < count; i++) {
        out.longs[rows == null ? i : rows[i]] = conjunction ? 1 : 0;
      }
      open = Rows.ensure(open, length);
      int[] current = open;
      int left = 0;
      for (int i = 0; i < count; i++) {
        current[left++] = rows == null ? i : rows[i];
      }
      long neutral = conjunction ? 1 : 0;
      for (Node operand : operands) {
        if (left == 0) {
          break;
        }
        Register values = operand.evaluate(batch, current, left);
        int stillOpen = 0;
        for (int i = 0; i < left; i++) {
          int row = current[i];
          if (values.isNull(row)) {
            out.setNull(row, length);
            current[stillOpen++] = row;
          } else if (values.longs[row] == neutral) {
            current[stillOpen++] = row;
          } else {
            out.longs[row] = 1 - neutral;
            if (out.hasNulls) {
              out.nulls[row] = false;
            }
          }
        }
        left = stillOpen;
      }
      return out;
    }

    @Override
    int selectTrue(Batch batch, int @Nullable [] rows, int count, int[] to) {
      return conjunction ? narrow(batch, rows, count, to) : widen(batch, rows, count, to);
    }

    @Override
    int selectFalse(Batch batch, int @Nullable [] rows, int count, int[] to) {
      return conjunction ? widen(batch, rows, count, to) : narrow(batch, rows, count, to);
    }

    /// Rows where every operand is neutral.
    private int narrow(Batch batch, int @Nullable [] rows, int count, int[] to) {
      int @Nullable [] current = rows;
      int left = count;
      for (Node operand : operands) {
        if (left == 0) {
          return 0;
        }
        left =
            conjunction
                ? operand.selectTrue(batch, current, left, to)
                : operand.selectFalse(batch, current, left, to);
        current = to;
      }
      return left;
    }

    /// Rows where some operand is decisive.
    private int widen(Batch batch, int @Nullable [] rows, int count, int[] to) {
      int length = batch.vectorLength();
      open = Rows.ensure(open, length);
      settled = Rows.ensure(settled, length);
      int[] found = new int[length];
      int[] merged = new int[length];
      int foundCount = 0;
      int left = 0;
      for (int i = 0; i < count; i++) {
        open[left++] = rows == null ? i : rows[i];
      }
      for (Node operand : operands) {
        if (left == 0) {
          break;
        }
        int hits =
            conjunction
                ? operand.selectFalse(batch, open, left, settled)
                : operand.selectTrue(batch, open, left, settled);
        left = Rows.minus(open, left, settled, hits, open);
        foundCount = Rows.merge(found, foundCount, settled, hits, merged);
        int[] swap = found;
        found = merged;
        merged = swap;
      }
      System.arraycopy(found, 0, to, 0, foundCount);
      return foundCount;
    }

    @Override
    void release() {
      operands.forEach(Node::close);
    }
  }

  static final class Not extends Node {
    private final Node operand;

    Not(Node operand) {
      super(DataType.BOOLEAN);
      this.operand = operand;
    }

    @Override
    Register compute(Batch batch, int @Nullable [] rows, int count) {
      Register values = operand.evaluate(batch, rows, count);
      out.reset(batch.vectorLength());
      out.copyNulls(values, rows, count, batch.vectorLength());
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        out.longs[row] = 1 - values.longs[row];
      }
      return out;
    }

    @Override
    int selectTrue(Batch batch, int @Nullable [] rows, int count, int[] to) {
      return operand.selectFalse(batch, rows, count, to);
    }

    @Override
    int selectFalse(Batch batch, int @Nullable [] rows, int count, int[] to) {
      return operand.selectTrue(batch, rows, count, to);
    }

    @Override
    void release() {
      operand.close();
    }
  }

  static final class Is extends Node {
    private final Expression.Is.Test test;
    private final Node operand;

    Is(Expression.Is.Test test, Node operand) {
      super(DataType.BOOLEAN);
      this.test = test;
      this.operand = operand;
    }

    @Override
    Register compute(Batch batch, int @Nullable [] rows, int count) {
      Register values = operand.evaluate(batch, rows, count);
      out.reset(batch.vectorLength());
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        boolean isNull = values.isNull(row);
        boolean holds =
            switch (test) {
              case NULL -> isNull;
              case NOT_NULL -> !isNull;
              case TRUE -> !isNull && values.longs[row] != 0;
              case NOT_TRUE -> isNull || values.longs[row] == 0;
              case FALSE -> !isNull && values.longs[row] == 0;
              case NOT_FALSE -> isNull || values.longs[row] != 0;
            };
        out.longs[row] = holds ? 1 : 0;
      }
      return out;
    }

    @Override
    void release() {
      operand.close();
    }
  }
}
