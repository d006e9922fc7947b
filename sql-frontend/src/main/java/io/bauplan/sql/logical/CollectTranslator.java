package io.bauplan.sql.logical;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.AggregateCall;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.SortKey;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.apache.calcite.rel.core.Collect;
import org.apache.calcite.rel.core.Sort;

/// `MULTISET[...]`, `ARRAY(SELECT ...)` and their kin: the rows of a query as one list, empty where
/// there are none.
final class CollectTranslator {
  private CollectTranslator() {}

  static PhysicalPlan collect(Collect collect, PhysicalTranslator plans) {
    PhysicalPlan input = plans.node(collect.getInput());
    Column output = PhysicalTranslator.row(collect).column(0);
    if (!(output.type() instanceof DataType.ListType(DataType element, boolean nullable))) {
      throw new EngineException(
          ErrorCode.NOT_SUPPORTED, "a query cannot be collected into " + output.type().sql());
    }
    RowType row = input.output();
    List<Expression> expressions = new ArrayList<>();
    List<Column> columns = new ArrayList<>();
    expressions.add(element(element, row));
    columns.add(new Column("element", element, nullable));
    List<SortKey> order = new ArrayList<>();
    if (collect.getInput() instanceof Sort sort) {
      for (SortKey key : PhysicalTranslator.sortKeys(sort.getCollation())) {
        order.add(new SortKey(expressions.size(), key.ascending(), key.nullsFirst()));
        expressions.add(Projections.reference(row, key.column()));
        columns.add(row.column(key.column()));
      }
    }
    Column collected = new Column(output.name(), output.type(), true);
    PhysicalPlan aggregate =
        new PhysicalPlan.Aggregate(
            Projections.project(input, expressions, new RowType(columns)),
            List.of(),
            List.of(List.of()),
            List.of(
                new AggregateCall(
                    "array_agg", false, List.of(0), OptionalInt.empty(), order, collected)),
            new RowType(List.of(collected)),
            1);
    Expression list = Projections.reference(aggregate.output(), 0);
    return Projections.project(
        aggregate,
        List.of(
            new Expression.Case(
                List.of(
                    new Expression.Case.Branch(
                        new Expression.Is(Expression.Is.Test.NOT_NULL, list), list)),
                new Expression.Call("array", List.of(), output.type(), false),
                output.type(),
                false)),
        new RowType(List.of(new Column(output.name(), output.type(), false))));
  }

  private static Expression element(DataType element, RowType row) {
    List<Expression> references = new ArrayList<>();
    for (int i = 0; i < row.size(); i++) {
      references.add(Projections.reference(row, i));
    }
    return element instanceof DataType.StructType(List<Column> fields)
            && fields.size() == row.size()
            && !(row.size() == 1 && row.type(0).equals(element))
        ? new Expression.Call("row", references, element, false)
        : TypeRules.cast(references.getFirst(), element);
  }
}
