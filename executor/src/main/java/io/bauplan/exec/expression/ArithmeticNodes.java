package io.bauplan.exec.expression;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression.Arithmetic.Operator;
import org.jspecify.annotations.Nullable;

/// `+ - * / %` on integers and floats. Loops run over all rows, NULL ones included, and gather a
/// sign of trouble; only where there is one does a second loop look for the row that is to blame.
final class ArithmeticNodes {
  private ArithmeticNodes() {}

  static Node of(Operator operator, Node left, Node right, DataType type) {
    return switch (Register.kind(type)) {
      case LONG -> new Longs(operator, left, right, type);
      case DOUBLE -> new Doubles(operator, left, right, type);
      case DECIMAL -> new DecimalArithmeticNode(operator, left, right, (DataType.DecimalType) type);
      default -> throw new IllegalArgumentException("no arithmetic on " + type.sql());
    };
  }

  static String name(Operator operator) {
    return switch (operator) {
      case ADD -> "the sum";
      case SUBTRACT -> "the difference";
      case MULTIPLY -> "the product";
      case DIVIDE -> "the quotient";
      case MODULO -> "the remainder";
    };
  }

  static final class Longs extends Node {
    private final Operator operator;
    private final Node left;
    private final Node right;
    private final int spareBits;

    Longs(Operator operator, Node left, Node right, DataType type) {
      super(type);
      this.operator = operator;
      this.left = left;
      this.right = right;
      this.spareBits = 64 - (int) FlatVector.bitsPerValue(type);
    }

    @Override
    Register compute(Batch batch, int @Nullable [] rows, int count) {
      Register l = left.evaluate(batch, rows, count);
      Register r = right.evaluate(batch, rows, count);
      int length = batch.vectorLength();
      out.reset(length);
      out.unionNulls(l, r, rows, count, length);
      long trouble =
          switch (operator) {
            case ADD -> add(l.longs, r.longs, out.longs, rows, count, spareBits);
            case SUBTRACT -> subtract(l.longs, r.longs, out.longs, rows, count, spareBits);
            case MULTIPLY -> multiply(l.longs, r.longs, out.longs, rows, count, spareBits);
            case DIVIDE, MODULO -> divide(l.longs, r.longs, rows, count);
          };
      if (trouble != 0) {
        blame(l, r, rows, count);
      }
      return out;
    }

    private static long add(
        long[] l, long[] r, long[] to, int @Nullable [] rows, int count, int spare) {
      long trouble = 0;
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        long a = l[row];
        long b = r[row];
        long sum = a + b;
        to[row] = sum;
        trouble |= ((a ^ sum) & (b ^ sum)) >>> 63 | sum << spare >> spare ^ sum;
      }
      return trouble;
    }

    private static long subtract(
        long[] l, long[] r, long[] to, int @Nullable [] rows, int count, int spare) {
      long trouble = 0;
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        long a = l[row];
        long b = r[row];
        long difference = a - b;
        to[row] = difference;
        trouble |= ((a ^ b) & (a ^ difference)) >>> 63 | difference << spare >> spare ^ difference;
      }
      return trouble;
    }

    private static long multiply(
        long[] l, long[] r, long[] to, int @Nullable [] rows, int count, int spare) {
      long trouble = 0;
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        long a = l[row];
        long b = r[row];
        long product = a * b;
        to[row] = product;
        trouble |= Math.multiplyHigh(a, b) ^ product >> 63 | product << spare >> spare ^ product;
      }
      return trouble;
    }

    private long divide(long[] l, long[] r, int @Nullable [] rows, int count) {
      long trouble = 0;
      boolean quotient = operator == Operator.DIVIDE;
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        long a = l[row];
        long b = r[row];
        if (b == 0) {
          trouble = 1;
          continue;
        }
        long result = quotient ? a / b : a % b;
        out.longs[row] = result;
        trouble |= quotient && b == -1 ? (a == -result && a != Long.MIN_VALUE ? 0 : 1) : 0;
        trouble |= result << spareBits >> spareBits ^ result;
      }
      return trouble;
    }

    private void blame(Register l, Register r, int @Nullable [] rows, int count) {
      for (int i = 0; i < count; i++) {
        int row = rows == null ? i : rows[i];
        if (out.isNull(row)) {
          continue;
        }
        long a = l.longs[row];
        long b = r.longs[row];
        if ((operator == Operator.DIVIDE || operator == Operator.MODULO) && b == 0) {
          throw Errors.divisionByZero();
        }
        try {
          long exact =
              switch (operator) {
                case ADD -> Math.addExact(a, b);
                case SUBTRACT -> Math.subtractExact(a, b);
                case MULTIPLY -> Math.multiplyExact(a, b);
                case DIVIDE -> Math.divideExact(a, b);
                case MODULO -> a % b;
              };
          if (exact << spareBits >> spareBits != exact) {
            throw Errors.overflow(name(operator), type());
          }
        } catch (ArithmeticException e) {
          throw Errors.overflow(name(operator), type());
        }
      }
    }

    @Override
    void release() {
      left.close();
      right.close();
    }
  }

  static final class Doubles extends Node {
    private final Operator operator;
    private final Node left;
    private final Node right;
    private final boolean single;

    Doubles(Operator operator, Node left, Node right, DataType type) {
      super(type);
      this.operator = operator;
      this.left = left;
      this.right = right;
      this.single = type.equals(DataType.FLOAT32);
    }

    @Override
    Register compute(Batch batch, int @Nullable [] rows, int count) {
      Register l = left.evaluate(batch, rows, count);
      Register r = right.evaluate(batch, rows, count);
      int length = batch.vectorLength();
      out.reset(length);
      out.unionNulls(l, r, rows, count, length);
      run(l.doubles, r.doubles, out.doubles, rows, count);
      if (single) {
        for (int i = 0; i < count; i++) {
          int row = rows == null ? i : rows[i];
          out.doubles[row] = (float) out.doubles[row];
        }
      }
      return out;
    }

    private void run(double[] l, double[] r, double[] to, int @Nullable [] rows, int count) {
      switch (operator) {
        case ADD -> {
          for (int i = 0; i < count; i++) {
            int row = rows == null ? i : rows[i];
            to[row] = l[row] + r[row];
          }
        }
        case SUBTRACT -> {
          for (int i = 0; i < count; i++) {
            int row = rows == null ? i : rows[i];
            to[row] = l[row] - r[row];
          }
        }
        case MULTIPLY -> {
          for (int i = 0; i < count; i++) {
            int row = rows == null ? i : rows[i];
            to[row] = l[row] * r[row];
          }
        }
        case DIVIDE, MODULO -> {
          boolean quotient = operator == Operator.DIVIDE;
          for (int i = 0; i < count; i++) {
            int row = rows == null ? i : rows[i];
            if (r[row] == 0 && !out.isNull(row)) {
              throw Errors.divisionByZero();
            }
            to[row] = quotient ? l[row] / r[row] : l[row] % r[row];
          }
        }
      }
    }

    @Override
    void release() {
      left.close();
      right.close();
    }
  }
}
