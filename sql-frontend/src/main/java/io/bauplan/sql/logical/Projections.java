package io.bauplan.sql.logical;

import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.InputRef;
import io.bauplan.sql.plan.Expressions;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Makes projections, without those that do nothing or that the input can do itself.
final class Projections {
  private Projections() {}

  static PhysicalPlan project(PhysicalPlan input, List<Expression> expressions, RowType output) {
    if (input instanceof PhysicalPlan.Project inner && cheap(inner.expressions())) {
      List<Expression> merged =
          expressions.stream()
              .map(
                  e ->
                      Expressions.rewrite(
                          e, x -> x instanceof InputRef r ? inner.expressions().get(r.index()) : x))
              .toList();
      return project(inner.input(), merged, output);
    }
    if (ScanTranslator.canNarrow(input)) {
      ScanTranslator.Narrowed narrowed = ScanTranslator.narrow(input, expressions);
      input = narrowed.scan();
      expressions = narrowed.expressions();
    }
    return isIdentity(expressions, input.output(), output)
        ? input
        : new PhysicalPlan.Project(input, expressions, output);
  }

  /// The input's columns in another order or with some left out.
  static PhysicalPlan select(PhysicalPlan input, List<Integer> columns) {
    return project(
        input,
        columns.stream().map(i -> reference(input.output(), i)).toList(),
        new RowType(columns.stream().map(input.output()::column).toList()));
  }

  /// The input with the types, names and nullability of `output`.
  static PhysicalPlan castTo(PhysicalPlan input, RowType output) {
    boolean same = true;
    List<Expression> expressions = new ArrayList<>();
    for (int i = 0; i < output.size(); i++) {
      same &= input.output().type(i).equals(output.type(i));
      expressions.add(TypeRules.cast(reference(input.output(), i), output.type(i)));
    }
    return same ? input : project(input, expressions, output);
  }

  static Expression reference(RowType row, int index) {
    return new InputRef(index, row.type(index), row.column(index).nullable());
  }

  static List<Expression> references(RowType row) {
    List<Expression> references = new ArrayList<>();
    for (int i = 0; i < row.size(); i++) {
      references.add(reference(row, i));
    }
    return references;
  }

  /// Nothing in it is worth computing only once.
  private static boolean cheap(List<Expression> expressions) {
    Set<Integer> seen = new HashSet<>();
    for (Expression expression : expressions) {
      switch (expression) {
        case InputRef ref -> seen.add(ref.index());
        case Expression.Literal ignored -> {}
        default -> {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean isIdentity(List<Expression> expressions, RowType input, RowType output) {
    if (expressions.size() != input.size()) {
      return false;
    }
    for (int i = 0; i < expressions.size(); i++) {
      if (!(expressions.get(i) instanceof InputRef ref)
          || ref.index() != i
          || !input.column(i).name().equals(output.column(i).name())) {
        return false;
      }
    }
    return true;
  }
}
