package io.bauplan.sql.plan;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A scalar expression over the columns of a plan node's input. For joins the columns of the right
/// input follow those of the left.
///
/// Semantics are those of `docs/sql.md`: three-valued logic, overflow is error `22003` and never a
/// silent wrap, division by zero is `22012`, integer division truncates, strings compare by code
/// point.
public sealed interface Expression {
  DataType type();

  boolean nullable();

  /// The value of input column `index`.
  record InputRef(int index, DataType type, boolean nullable) implements Expression {}

  /// A constant. The value's class follows the type: Boolean; Long for all integers, DATE (days),
  /// TIME, TIMESTAMP and intervals (microseconds or months); Double for floats; BigDecimal; String;
  /// byte[] for BINARY and UUID; List for lists and structs; Map. `null` is SQL's NULL.
  record Literal(@Nullable Object value, DataType type) implements Expression {
    @Override
    public boolean nullable() {
      return value == null;
    }
  }

  /// A `?` of a prepared statement; replaced by a literal before execution.
  record DynamicParameter(int index, DataType type) implements Expression {
    @Override
    public boolean nullable() {
      return true;
    }
  }

  /// A column of the outer row of a [PhysicalPlan.Correlate].
  record CorrelatedRef(int correlationId, int index, DataType type, boolean nullable)
      implements Expression {}

  /// `+ - * / %` on operands whose types the planner made equal to `type` (decimals keep their own
  /// scales), and unary minus as `0 - x`.
  record Arithmetic(Operator operator, Expression left, Expression right, DataType type)
      implements Expression {
    public enum Operator {
      ADD,
      SUBTRACT,
      MULTIPLY,
      DIVIDE,
      MODULO
    }

    @Override
    public boolean nullable() {
      return left.nullable() || right.nullable();
    }
  }

  /// Comparison of two operands of one type.
  record Comparison(Operator operator, Expression left, Expression right) implements Expression {
    public enum Operator {
      EQUAL,
      NOT_EQUAL,
      LESS,
      LESS_OR_EQUAL,
      GREATER,
      GREATER_OR_EQUAL,
      /// Never null: `IS DISTINCT FROM`.
      DISTINCT_FROM,
      /// Never null: `IS NOT DISTINCT FROM`.
      NOT_DISTINCT_FROM
    }

    @Override
    public DataType type() {
      return DataType.BOOLEAN;
    }

    @Override
    public boolean nullable() {
      return operator != Operator.DISTINCT_FROM
          && operator != Operator.NOT_DISTINCT_FROM
          && (left.nullable() || right.nullable());
    }
  }

  /// Three-valued AND of two or more operands.
  record And(List<Expression> operands) implements Expression {
    public And {
      operands = List.copyOf(operands);
    }

    @Override
    public DataType type() {
      return DataType.BOOLEAN;
    }

    @Override
    public boolean nullable() {
      return operands.stream().anyMatch(Expression::nullable);
    }
  }

  /// Three-valued OR of two or more operands.
  record Or(List<Expression> operands) implements Expression {
    public Or {
      operands = List.copyOf(operands);
    }

    @Override
    public DataType type() {
      return DataType.BOOLEAN;
    }

    @Override
    public boolean nullable() {
      return operands.stream().anyMatch(Expression::nullable);
    }
  }

  record Not(Expression operand) implements Expression {
    @Override
    public DataType type() {
      return DataType.BOOLEAN;
    }

    @Override
    public boolean nullable() {
      return operand.nullable();
    }
  }

  /// `IS NULL`, `IS TRUE` and their kin: never null.
  record Is(Test test, Expression operand) implements Expression {
    public enum Test {
      NULL,
      NOT_NULL,
      TRUE,
      NOT_TRUE,
      FALSE,
      NOT_FALSE
    }

    @Override
    public DataType type() {
      return DataType.BOOLEAN;
    }

    @Override
    public boolean nullable() {
      return false;
    }
  }

  /// `operand IN (values)`: all literals of the operand's type, non-null, distinct.
  record InList(Expression operand, List<Literal> values, boolean negated) implements Expression {
    public InList {
      values = List.copyOf(values);
    }

    @Override
    public DataType type() {
      return DataType.BOOLEAN;
    }

    @Override
    public boolean nullable() {
      return operand.nullable();
    }
  }

  /// `operand [I]LIKE pattern [ESCAPE e]`.
  record Like(
      Expression operand,
      Expression pattern,
      Optional<String> escape,
      boolean caseSensitive,
      boolean negated)
      implements Expression {
    @Override
    public DataType type() {
      return DataType.BOOLEAN;
    }

    @Override
    public boolean nullable() {
      return operand.nullable() || pattern.nullable();
    }
  }

  /// Searched CASE: the first branch whose condition is true. Branches are evaluated only for the
  /// rows that reach them, so an error in a branch not taken does not surface.
  record Case(List<Branch> branches, Expression otherwise, DataType type, boolean nullable)
      implements Expression {
    public record Branch(Expression condition, Expression result) {}

    public Case {
      branches = List.copyOf(branches);
    }
  }

  /// Conversion; `safe` gives NULL instead of an error (`TRY_CAST`).
  record Cast(Expression operand, DataType type, boolean safe) implements Expression {
    @Override
    public boolean nullable() {
      return safe || operand.nullable();
    }
  }

  /// A field of a date, time, timestamp or interval; result BIGINT.
  record Extract(Unit unit, Expression operand) implements Expression {
    public enum Unit {
      YEAR,
      QUARTER,
      MONTH,
      WEEK,
      DAY,
      DAY_OF_WEEK,
      ISO_DAY_OF_WEEK,
      DAY_OF_YEAR,
      HOUR,
      MINUTE,
      SECOND,
      MILLISECOND,
      MICROSECOND,
      EPOCH,
      ISO_YEAR,
      CENTURY,
      DECADE,
      MILLENNIUM
    }

    @Override
    public DataType type() {
      return DataType.INT64;
    }

    @Override
    public boolean nullable() {
      return operand.nullable();
    }
  }

  /// Any other function, by the id under which the function registry of the SQL front end knows it
  /// (`substring`, `upper`, `date_trunc`, ...). A worker without a kernel for it runs the fallback.
  record Call(String function, List<Expression> arguments, DataType type, boolean nullable)
      implements Expression {
    public Call {
      arguments = List.copyOf(arguments);
    }
  }
}
