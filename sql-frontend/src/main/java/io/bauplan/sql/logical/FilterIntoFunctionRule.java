package io.bauplan.sql.logical;

import io.bauplan.sql.plan.PhysicalPlan.TableFunction.Argument;
import io.bauplan.udf.api.FunctionDefinition;
import io.bauplan.udf.api.FunctionParameter;
import io.bauplan.udf.api.FunctionReturn;
import io.bauplan.udf.api.TableSemantics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.plan.RelOptRule;
import org.apache.calcite.plan.RelOptRuleCall;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.RelFactories;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.tools.RelBuilder;

/// Filters the rows that a user's table function is given by what is asked of the columns that it
/// passes through (`LINEAGE`), where that changes nothing:
///
/// - the function is `IMMUTABLE` and cannot reach the network;
/// - all columns of the condition come from one table argument, in the same types, and it gives the
///   same for the same row each time;
/// - that argument has `ROW SEMANTICS`; or it is partitioned and the columns are its partitioning:
///   there is a call for each partition that has rows, and so none for those that are filtered out.
///
/// A condition on a column that the function computes stays above it.
final class FilterIntoFunctionRule extends RelOptRule {
  static final FilterIntoFunctionRule INSTANCE = new FilterIntoFunctionRule();

  private FilterIntoFunctionRule() {
    super(operand(Filter.class, operand(TableFunctionCall.class, any())));
  }

  /// Where an output column comes from.
  ///
  /// @param input number of the input
  /// @param column of that input
  private record Origin(int input, int column) {}

  @Override
  public boolean matches(RelOptRuleCall call) {
    TableFunctionCall function = call.rel(1);
    FunctionDefinition definition = function.function();
    return definition.deterministic() && !definition.limits().internetAccess();
  }

  @Override
  public void onMatch(RelOptRuleCall call) {
    Filter filter = call.rel(0);
    TableFunctionCall function = call.rel(1);
    Map<Integer, Origin> origins = origins(function);
    Map<Integer, List<RexNode>> below = new HashMap<>();
    List<RexNode> above = new ArrayList<>();
    for (RexNode condition : RelOptUtil.conjunctions(filter.getCondition())) {
      Optional<Integer> input = input(condition, origins);
      if (input.isPresent()) {
        below
            .computeIfAbsent(input.get(), i -> new ArrayList<>())
            .add(moved(condition, origins, function.getInputs().get(input.get())));
      } else {
        above.add(condition);
      }
    }
    if (below.isEmpty()) {
      return;
    }
    RelBuilder builder = RelFactories.LOGICAL_BUILDER.create(filter.getCluster(), null);
    List<RelNode> inputs = new ArrayList<>(function.getInputs());
    below.forEach(
        (input, conditions) ->
            inputs.set(input, builder.push(inputs.get(input)).filter(conditions).build()));
    call.transformTo(
        builder.push(function.copy(function.getTraitSet(), inputs)).filter(above).build());
  }

  /// The input that all columns of a condition come from.
  private static Optional<Integer> input(RexNode condition, Map<Integer, Origin> origins) {
    if (!RexUtil.isDeterministic(condition) || RexUtil.containsCorrelation(condition)) {
      return Optional.empty();
    }
    Optional<Integer> input = Optional.empty();
    for (int column : RelOptUtil.InputFinder.bits(condition)) {
      Origin origin = origins.get(column);
      if (origin == null || input.isPresent() && input.get() != origin.input()) {
        return Optional.empty();
      }
      input = Optional.of(origin.input());
    }
    return input;
  }

  private static RexNode moved(RexNode condition, Map<Integer, Origin> origins, RelNode input) {
    return condition.accept(
        new RexShuttle() {
          @Override
          public RexNode visitInputRef(RexInputRef ref) {
            Origin origin = origins.get(ref.getIndex());
            return origin == null ? ref : RexInputRef.of(origin.column(), input.getRowType());
          }
        });
  }

  /// The output columns that conditions may move through.
  private static Map<Integer, Origin> origins(TableFunctionCall call) {
    Map<Integer, Origin> origins = new HashMap<>();
    if (!(call.function().returns() instanceof FunctionReturn.Table(var columns))) {
      return origins;
    }
    for (int i = 0; i < columns.size(); i++) {
      int output = i;
      columns
          .get(i)
          .lineage()
          .flatMap(lineage -> origin(call, lineage, call.getRowType().getFieldList().get(output)))
          .ifPresent(origin -> origins.put(output, origin));
    }
    return origins;
  }

  /// @param lineage parameter and column, as in `data.id`
  private static Optional<Origin> origin(
      TableFunctionCall call, String lineage, RelDataTypeField output) {
    List<FunctionParameter> parameters = call.function().parameters();
    for (int i = 0; i < parameters.size(); i++) {
      if (parameters.get(i) instanceof FunctionParameter.Table table
          && call.arguments().get(i) instanceof Argument.TableArgument argument
          && lineage.startsWith(table.name() + ".")) {
        RelNode input = call.getInputs().get(argument.input());
        RelDataTypeField column =
            input.getRowType().getField(lineage.substring(table.name().length() + 1), false, false);
        if (column == null
            || !SqlTypeUtil.equalSansNullability(column.getType(), output.getType())) {
          return Optional.empty();
        }
        boolean free =
            argument.partitionBy().isEmpty()
                ? table.semantics() == TableSemantics.ROW
                : argument.partitionBy().contains(column.getIndex());
        return free
            ? Optional.of(new Origin(argument.input(), column.getIndex()))
            : Optional.empty();
      }
    }
    return Optional.empty();
  }
}
