package io.bauplan.sql.logical;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.AggregateCall;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.TableFunction.Argument;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.SortKey;
import io.bauplan.sql.validator.AggregateUserFunction;
import io.bauplan.udf.api.FunctionDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/// Users' aggregate functions of one aggregation, which collects the arguments of each group into
/// lists, one for each parameter, all in the order of the group's rows. An operator above it gives
/// the lists of many groups to the function at once. So groups, grouping sets, FILTER, DISTINCT,
/// ORDER BY and what happens without memory are those of `array_agg`. A group of which no row is
/// left has NULL for its lists, and for its value: the function is not called.
final class UserAggregates {
  private static final String RESULT = "r";

  /// @param first the first of its lists among the aggregation's columns
  private record Call(FunctionDefinition function, int first, int lists, Column output) {}

  private final RowType input;
  private final List<Expression> conditions = new ArrayList<>();
  private final List<Call> calls = new ArrayList<>();

  UserAggregates(RowType input) {
    this.input = input;
  }

  /// Adds to `collecting` what collects the arguments of a call.
  ///
  /// @param keys columns of the aggregation before those of `collecting`
  void collect(
      org.apache.calcite.rel.core.AggregateCall call,
      AggregateUserFunction operator,
      Column output,
      int keys,
      List<AggregateCall> collecting) {
    List<Integer> arguments = call.getArgList();
    if (call.isDistinct() && arguments.size() > 1) {
      throw new EngineException(
              ErrorCode.NOT_SUPPORTED,
              "DISTINCT with several arguments of the user's aggregate function \""
                  + operator.getName()
                  + "\" is not supported")
          .withHint("Aggregate over a sub-query with SELECT DISTINCT.");
    }
    calls.add(new Call(operator.definition(), keys + collecting.size(), arguments.size(), output));
    OptionalInt filter = filter(call, operator.definition());
    List<SortKey> order = PhysicalTranslator.sortKeys(call.getCollation());
    for (int argument : arguments) {
      Column column = input.column(argument);
      DataType list = new DataType.ListType(column.type(), column.nullable());
      collecting.add(
          new AggregateCall(
              "array_agg",
              call.isDistinct(),
              List.of(argument),
              filter,
              order,
              new Column(column.name(), list, true)));
    }
  }

  /// The column that says which rows count. DISTINCT has no use for NULL, as everywhere.
  private OptionalInt filter(
      org.apache.calcite.rel.core.AggregateCall call, FunctionDefinition function) {
    List<Expression> all = new ArrayList<>();
    if (function.skipsNulls() || call.isDistinct()) {
      for (int argument : call.getArgList()) {
        if (input.column(argument).nullable()) {
          all.add(
              new Expression.Is(
                  Expression.Is.Test.NOT_NULL, Projections.reference(input, argument)));
        }
      }
    }
    if (all.isEmpty()) {
      return call.filterArg < 0 ? OptionalInt.empty() : OptionalInt.of(call.filterArg);
    }
    if (call.filterArg >= 0) {
      all.add(Projections.reference(input, call.filterArg));
    }
    conditions.add(all.size() == 1 ? all.getFirst() : new Expression.And(all));
    return OptionalInt.of(input.size() + conditions.size() - 1);
  }

  /// The aggregation's input, with the conditions of the calls.
  PhysicalPlan input(PhysicalPlan rows) {
    if (conditions.isEmpty()) {
      return rows;
    }
    List<Expression> expressions = Projections.references(input);
    List<Column> columns = new ArrayList<>(input.columns());
    for (Expression condition : conditions) {
      expressions.add(condition);
      columns.add(new Column("$given" + columns.size(), condition.type(), condition.nullable()));
    }
    return Projections.project(rows, expressions, new RowType(columns));
  }

  /// The aggregation without the lists, then a column for each call.
  PhysicalPlan values(PhysicalPlan aggregation) {
    PhysicalPlan plan = aggregation;
    // Where the columns of the aggregation are now.
    List<Integer> left =
        new ArrayList<>(IntStream.range(0, aggregation.output().size()).boxed().toList());
    for (int i = 0; i < calls.size(); i++) {
      Call call = calls.get(i);
      List<Integer> lists =
          IntStream.range(call.first(), call.first() + call.lists()).boxed().toList();
      List<Integer> kept = left.stream().filter(column -> !lists.contains(column)).toList();
      List<Integer> picked = new ArrayList<>();
      kept.forEach(column -> picked.add(left.indexOf(column)));
      IntStream.range(0, i).forEach(done -> picked.add(left.size() + done));
      lists.forEach(column -> picked.add(left.indexOf(column)));
      PhysicalPlan rows = Projections.select(plan, picked);
      List<Column> columns = new ArrayList<>(rows.output().columns());
      columns.add(new Column(RESULT, call.output().type(), true));
      PhysicalPlan called =
          new PhysicalPlan.TableFunction(
              call.function(),
              List.of(new Argument.TableArgument(0, List.of(), List.of())),
              List.of(rows),
              new RowType(columns));
      // Without the lists.
      int before = picked.size() - lists.size();
      List<Integer> after = new ArrayList<>(IntStream.range(0, before).boxed().toList());
      after.add(picked.size());
      plan = Projections.select(called, after);
      left.clear();
      left.addAll(kept);
    }
    return plan;
  }
}
