package io.bauplan.sql.logical;

import io.bauplan.sql.plan.AggregateCall;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.validator.AggregateUserFunction;
import io.bauplan.sql.validator.FunctionRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.util.ImmutableBitSet;

/// Aggregations. DISTINCT stays a property of the call: the executor keeps a set per group.
final class AggregateTranslator {
  private AggregateTranslator() {}

  static PhysicalPlan aggregate(Aggregate aggregate, PhysicalTranslator plans) {
    PhysicalPlan input = plans.node(aggregate.getInput());
    RowType output = PhysicalTranslator.row(aggregate);
    List<Integer> keys = aggregate.getGroupSet().asList();
    List<List<Integer>> sets = new ArrayList<>();
    for (ImmutableBitSet set : aggregate.getGroupSets()) {
      sets.add(set.asList().stream().map(keys::indexOf).toList());
    }
    List<AggregateCall> calls = new ArrayList<>();
    List<Expression> constants = new ArrayList<>();
    UserAggregates users = new UserAggregates(input.output());
    // Which output columns are the aggregation's own, constants, and values of users' functions.
    List<Integer> plain = new ArrayList<>(IntStream.range(0, keys.size()).boxed().toList());
    List<Integer> constantColumns = new ArrayList<>();
    List<Integer> userColumns = new ArrayList<>();
    for (int i = 0; i < aggregate.getAggCallList().size(); i++) {
      var call = aggregate.getAggCallList().get(i);
      if (call.getAggregation().getKind() == SqlKind.LITERAL_AGG) {
        constants.add(ExpressionTranslator.translate(call.rexList.getFirst()));
        constantColumns.add(keys.size() + i);
      } else if (call.getAggregation() instanceof AggregateUserFunction user) {
        users.collect(call, user, output.column(keys.size() + i), keys.size(), calls);
        userColumns.add(keys.size() + i);
      } else {
        calls.add(call(call, output.column(keys.size() + i)));
        plain.add(keys.size() + i);
      }
    }
    List<Column> columns = new ArrayList<>(output.columns().subList(0, keys.size()));
    calls.forEach(call -> columns.add(call.output()));
    PhysicalPlan plan =
        new PhysicalPlan.Aggregate(
            users.input(input),
            keys,
            sets,
            calls,
            new RowType(columns),
            plans.metadata().getRowCount(aggregate));
    if (constants.isEmpty() && userColumns.isEmpty()) {
      return plan;
    }
    List<Integer> made = new ArrayList<>(plain);
    made.addAll(userColumns);
    return inOrder(users.values(plan), made, output, constants, constantColumns);
  }

  /// Calcite's LITERAL_AGG gives a constant for every group: a projection does.
  ///
  /// @param made which output columns those of the plan are
  private static PhysicalPlan inOrder(
      PhysicalPlan plan,
      List<Integer> made,
      RowType output,
      List<Expression> constants,
      List<Integer> columns) {
    List<Expression> expressions = new ArrayList<>();
    for (int i = 0; i < output.size(); i++) {
      int constant = columns.indexOf(i);
      expressions.add(
          constant >= 0
              ? TypeRules.cast(constants.get(constant), output.type(i))
              : Projections.reference(plan.output(), made.indexOf(i)));
    }
    return Projections.project(plan, expressions, output);
  }

  private static AggregateCall call(org.apache.calcite.rel.core.AggregateCall call, Column output) {
    return new AggregateCall(
        FunctionRegistry.instance().aggregateId(call.getAggregation()),
        call.isDistinct() && !isUnaffectedByDuplicates(call.getAggregation().getKind()),
        call.getArgList(),
        call.filterArg < 0 ? OptionalInt.empty() : OptionalInt.of(call.filterArg),
        PhysicalTranslator.sortKeys(call.getCollation()),
        output);
  }

  private static boolean isUnaffectedByDuplicates(SqlKind kind) {
    return kind == SqlKind.MIN || kind == SqlKind.MAX || kind == SqlKind.ANY_VALUE;
  }
}
