package io.bauplan.sql.logical;

import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.CorrelatedRef;
import io.bauplan.sql.plan.Expression.InputRef;
import io.bauplan.sql.plan.Expressions;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.Correlate;
import io.bauplan.sql.plan.PhysicalPlan.Filter;
import io.bauplan.sql.plan.PhysicalPlan.Project;
import io.bauplan.sql.plan.PhysicalPlan.Unnest;
import io.bauplan.sql.plan.PhysicalPlan.Values;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `FROM t, UNNEST(t.list)`: batches of rows with their elements instead of a plan per row of t.
final class LateralUnnest {
  private LateralUnnest() {}

  static PhysicalPlan simplify(Correlate correlate) {
    return switch (correlate.kind()) {
      case INNER -> beside(correlate, correlate.right(), false).orElse(correlate);
      case LEFT ->
          correlate.right() instanceof Unnest
              ? beside(correlate, correlate.right(), true).orElse(correlate)
              : correlate;
      case RIGHT, FULL, SEMI, ANTI, MARK, RIGHT_SEMI, RIGHT_ANTI -> correlate;
    };
  }

  /// The left side's columns and those of `right`, a part of the right side.
  private static Optional<PhysicalPlan> beside(
      Correlate correlate, PhysicalPlan right, boolean outer) {
    return switch (right) {
      case Unnest unnest when unnest.input() instanceof Project lists && isOneRow(lists.input()) ->
          Optional.of(unnest(correlate, unnest, lists, outer));
      case Filter filter ->
          beside(correlate, filter.input(), outer)
              .map(
                  input ->
                      new Filter(
                          input, joined(correlate, filter.predicate()), filter.estimatedRows()));
      case Project project ->
          beside(correlate, project.input(), outer)
              .map(
                  input ->
                      new Project(
                          input, items(correlate, project), columns(correlate, project.output())));
      default -> Optional.empty();
    };
  }

  private static boolean isOneRow(PhysicalPlan plan) {
    return plan instanceof Values values && values.rows().size() == 1;
  }

  private static PhysicalPlan unnest(
      Correlate correlate, Unnest unnest, Project lists, boolean outer) {
    PhysicalPlan input =
        new Project(correlate.left(), items(correlate, lists), columns(correlate, lists.output()));
    return new Unnest(
        input,
        correlate.left().output().size(),
        unnest.withOrdinality(),
        outer,
        outer ? correlate.output() : columns(correlate, unnest.output()));
  }

  /// The left side's columns, then what the projection computes of them.
  private static List<Expression> items(Correlate correlate, Project project) {
    RowType left = correlate.left().output();
    List<Expression> items = new ArrayList<>();
    for (int i = 0; i < left.size(); i++) {
      items.add(Projections.reference(left, i));
    }
    project.expressions().forEach(item -> items.add(joined(correlate, item)));
    return items;
  }

  private static RowType columns(Correlate correlate, RowType right) {
    List<Column> columns = new ArrayList<>(correlate.left().output().columns());
    columns.addAll(right.columns());
    return new RowType(columns);
  }

  /// An expression of the right side over rows that begin with the left side's columns.
  private static Expression joined(Correlate correlate, Expression expression) {
    int left = correlate.left().output().size();
    return Expressions.rewrite(
        expression,
        e ->
            switch (e) {
              case InputRef ref -> new InputRef(ref.index() + left, ref.type(), ref.nullable());
              case CorrelatedRef ref when ref.correlationId() == correlate.correlationId() ->
                  new InputRef(ref.index(), ref.type(), ref.nullable());
              default -> e;
            });
  }
}
