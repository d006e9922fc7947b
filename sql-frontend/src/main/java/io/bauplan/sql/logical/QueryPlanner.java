package io.bauplan.sql.logical;

import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.validator.TypeMapping;
import org.apache.calcite.rel.RelNode;

/// Plans the queries of one statement.
public final class QueryPlanner {
  private final StatementContext context;

  public QueryPlanner(StatementContext context) {
    this.context = context;
  }

  public PlannedStatement.Query query(String sql) {
    QueryConverter.Converted converted =
        new QueryConverter(context, context.session().namespace(), ViewPath.NONE)
            .convert(QueryText.parse(sql));
    RelNode best = Optimizer.optimize(converted.root().project(true));
    PhysicalPlan plan = PhysicalTranslator.translate(best, context.folder());
    return new PlannedStatement.Query(
        context.at(),
        plan,
        converted.parameters().stream().map(TypeMapping::dataType).toList());
  }
}
