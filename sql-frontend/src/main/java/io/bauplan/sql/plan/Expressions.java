package io.bauplan.sql.plan;

import io.bauplan.sql.plan.Expression.And;
import io.bauplan.sql.plan.Expression.Arithmetic;
import io.bauplan.sql.plan.Expression.Call;
import io.bauplan.sql.plan.Expression.Case;
import io.bauplan.sql.plan.Expression.Cast;
import io.bauplan.sql.plan.Expression.Comparison;
import io.bauplan.sql.plan.Expression.CorrelatedRef;
import io.bauplan.sql.plan.Expression.DynamicParameter;
import io.bauplan.sql.plan.Expression.Extract;
import io.bauplan.sql.plan.Expression.InList;
import io.bauplan.sql.plan.Expression.InputRef;
import io.bauplan.sql.plan.Expression.Is;
import io.bauplan.sql.plan.Expression.Like;
import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.plan.Expression.Not;
import io.bauplan.sql.plan.Expression.Or;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;

/// Walking and rebuilding expressions.
public final class Expressions {
  private Expressions() {}

  /// The direct operands, in order.
  public static List<Expression> operands(Expression expression) {
    return switch (expression) {
      case InputRef ignored -> List.of();
      case Literal ignored -> List.of();
      case DynamicParameter ignored -> List.of();
      case CorrelatedRef ignored -> List.of();
      case Arithmetic e -> List.of(e.left(), e.right());
      case Comparison e -> List.of(e.left(), e.right());
      case And e -> e.operands();
      case Or e -> e.operands();
      case Not e -> List.of(e.operand());
      case Is e -> List.of(e.operand());
      case InList e -> List.of(e.operand());
      case Like e -> List.of(e.operand(), e.pattern());
      case Case e -> {
        List<Expression> all = new java.util.ArrayList<>();
        for (Case.Branch branch : e.branches()) {
          all.add(branch.condition());
          all.add(branch.result());
        }
        all.add(e.otherwise());
        yield all;
      }
      case Cast e -> List.of(e.operand());
      case Extract e -> List.of(e.operand());
      case Call e -> e.arguments();
    };
  }

  /// Rebuilds bottom-up: `change` sees each node with its operands already changed.
  public static Expression rewrite(Expression expression, UnaryOperator<Expression> change) {
    Expression rebuilt =
        switch (expression) {
          case InputRef e -> e;
          case Literal e -> e;
          case DynamicParameter e -> e;
          case CorrelatedRef e -> e;
          case Arithmetic e ->
              new Arithmetic(
                  e.operator(), rewrite(e.left(), change), rewrite(e.right(), change), e.type());
          case Comparison e ->
              new Comparison(e.operator(), rewrite(e.left(), change), rewrite(e.right(), change));
          case And e -> new And(rewriteAll(e.operands(), change));
          case Or e -> new Or(rewriteAll(e.operands(), change));
          case Not e -> new Not(rewrite(e.operand(), change));
          case Is e -> new Is(e.test(), rewrite(e.operand(), change));
          case InList e -> new InList(rewrite(e.operand(), change), e.values(), e.negated());
          case Like e ->
              new Like(
                  rewrite(e.operand(), change),
                  rewrite(e.pattern(), change),
                  e.escape(),
                  e.caseSensitive(),
                  e.negated());
          case Case e ->
              new Case(
                  e.branches().stream()
                      .map(
                          b ->
                              new Case.Branch(
                                  rewrite(b.condition(), change), rewrite(b.result(), change)))
                      .toList(),
                  rewrite(e.otherwise(), change),
                  e.type(),
                  e.nullable());
          case Cast e -> new Cast(rewrite(e.operand(), change), e.type(), e.safe());
          case Extract e -> new Extract(e.unit(), rewrite(e.operand(), change));
          case Call e ->
              new Call(e.function(), rewriteAll(e.arguments(), change), e.type(), e.nullable());
        };
    return change.apply(rebuilt);
  }

  private static List<Expression> rewriteAll(
      List<Expression> expressions, UnaryOperator<Expression> change) {
    return expressions.stream().map(e -> rewrite(e, change)).toList();
  }

  /// The expression over columns that moved.
  public static Expression remap(Expression expression, IntUnaryOperator newIndex) {
    return rewrite(
        expression,
        e ->
            e instanceof InputRef ref
                ? new InputRef(newIndex.applyAsInt(ref.index()), ref.type(), ref.nullable())
                : e);
  }

  /// Visits the expression and everything in it, operands first.
  public static void visit(Expression expression, Consumer<Expression> visitor) {
    for (Expression operand : operands(expression)) {
      visit(operand, visitor);
    }
    visitor.accept(expression);
  }

  /// The input columns that the expression reads.
  public static BitSet inputColumns(Expression expression) {
    BitSet columns = new BitSet();
    visit(
        expression,
        e -> {
          if (e instanceof InputRef ref) {
            columns.set(ref.index());
          }
        });
    return columns;
  }
}
