package io.bauplan.exec.operator.sort;

import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan;

/// The column of a plan's rows that a top-N above sorts by first.
public record TopColumn(TopBound bound, int column) {
  /// Where the rows of a top-N come from, but for what filters and renames them.
  public static PhysicalPlan origin(PhysicalPlan plan) {
    return switch (plan) {
      case PhysicalPlan.Filter filter -> origin(filter.input());
      case PhysicalPlan.Project project -> origin(project.input());
      default -> plan;
    };
  }

  /// The number of a plan's column among those of its `origin`; -1 = it is computed.
  public static int origin(PhysicalPlan plan, int column) {
    return switch (plan) {
      case PhysicalPlan.Filter filter -> origin(filter.input(), column);
      case PhysicalPlan.Project project ->
          project.expressions().get(column) instanceof Expression.InputRef ref
              ? origin(project.input(), ref.index())
              : -1;
      default -> column;
    };
  }
}
