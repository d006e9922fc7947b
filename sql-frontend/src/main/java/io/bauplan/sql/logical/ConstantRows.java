package io.bauplan.sql.logical;

import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.InputRef;
import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.plan.Expressions;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.Project;
import io.bauplan.sql.plan.PhysicalPlan.UnionAll;
import io.bauplan.sql.plan.PhysicalPlan.Values;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows that are known when a statement is planned (`SELECT 1`, `INSERT ... VALUES`) stay literal
/// rows.
final class ConstantRows {
  private ConstantRows() {}

  static PhysicalPlan fold(PhysicalPlan plan, ConstantFolder folder) {
    return switch (plan) {
      case Project project when project.input() instanceof Values values ->
          project(project, values, folder);
      case UnionAll union when union.inputs().stream().allMatch(Values.class::isInstance) -> {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        union.inputs().forEach(input -> rows.addAll(((Values) input).rows()));
        yield new Values(union.output(), rows);
      }
      default -> plan;
    };
  }

  private static PhysicalPlan project(Project project, Values values, ConstantFolder folder) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (List<@Nullable Object> row : values.rows()) {
      List<@Nullable Object> folded = new ArrayList<>();
      for (Expression expression : project.expressions()) {
        Expression value =
            folder.fold(
                Expressions.rewrite(
                    expression,
                    e ->
                        e instanceof InputRef ref
                            ? new Literal(row.get(ref.index()), ref.type())
                            : e));
        if (!(value instanceof Literal literal)) {
          return project;
        }
        folded.add(literal.value());
      }
      rows.add(folded);
    }
    return new Values(project.output(), rows);
  }
}
