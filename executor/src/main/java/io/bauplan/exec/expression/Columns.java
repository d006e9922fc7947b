package io.bauplan.exec.expression;

import io.bauplan.sql.plan.Expression;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Which columns an expression reads.
public final class Columns {
  private Columns() {}

  /// The one column that the expression reads directly, through nothing but constants otherwise; -1
  /// where there are none or several.
  static int only(Expression expression) {
    List<Integer> found = new ArrayList<>();
    visit(
        expression,
        part -> {
          if (part instanceof Expression.InputRef ref) {
            if (!found.contains(ref.index())) {
              found.add(ref.index());
            }
          } else if (!(part instanceof Expression.Literal
              || part instanceof Expression.Comparison
              || part instanceof Expression.Like
              || part instanceof Expression.InList)) {
            found.add(-1);
          }
        });
    return found.size() == 1 ? found.getFirst() : -1;
  }

  /// Calls `visitor` for the expression and everything in it.
  public static void visit(Expression expression, Consumer<Expression> visitor) {
    visitor.accept(expression);
    for (Expression operand : operands(expression)) {
      visit(operand, visitor);
    }
  }

  public static List<Expression> operands(Expression expression) {
    return switch (expression) {
      case Expression.InputRef ignored -> List.of();
      case Expression.Literal ignored -> List.of();
      case Expression.DynamicParameter ignored -> List.of();
      case Expression.CorrelatedRef ignored -> List.of();
      case Expression.Arithmetic a -> List.of(a.left(), a.right());
      case Expression.Comparison c -> List.of(c.left(), c.right());
      case Expression.And a -> a.operands();
      case Expression.Or o -> o.operands();
      case Expression.Not n -> List.of(n.operand());
      case Expression.Is i -> List.of(i.operand());
      case Expression.InList i -> List.of(i.operand());
      case Expression.Like l -> List.of(l.operand(), l.pattern());
      case Expression.Case c -> {
        List<Expression> parts = new ArrayList<>();
        for (Expression.Case.Branch branch : c.branches()) {
          parts.add(branch.condition());
          parts.add(branch.result());
        }
        parts.add(c.otherwise());
        yield parts;
      }
      case Expression.Cast c -> List.of(c.operand());
      case Expression.Extract e -> List.of(e.operand());
      case Expression.Call c -> c.arguments();
    };
  }
}
