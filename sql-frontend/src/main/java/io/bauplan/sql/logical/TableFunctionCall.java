package io.bauplan.sql.logical;

import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.TableFunction.Argument;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.validator.TypeMapping;
import io.bauplan.udf.api.FunctionDefinition;
import java.util.List;
import org.apache.calcite.plan.RelOptCluster;
import org.apache.calcite.plan.RelTraitSet;
import org.apache.calcite.rel.AbstractRelNode;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelWriter;
import org.apache.calcite.rel.metadata.RelMetadataQuery;

/// A call of a user's table function in the tree. Its inputs have exactly the declared columns, so
/// that nothing else is read for it. Only [FilterIntoFunctionRule] moves anything through it.
final class TableFunctionCall extends AbstractRelNode {
  private final FunctionDefinition function;
  private final List<Argument> arguments;
  private List<RelNode> inputs;

  TableFunctionCall(
      RelOptCluster cluster,
      RelTraitSet traits,
      FunctionDefinition function,
      List<Argument> arguments,
      List<RelNode> inputs,
      RowType output) {
    super(cluster, traits);
    this.function = function;
    this.arguments = arguments;
    this.inputs = List.copyOf(inputs);
    this.rowType = TypeMapping.relType(cluster.getTypeFactory(), output);
  }

  FunctionDefinition function() {
    return function;
  }

  /// One per parameter.
  List<Argument> arguments() {
    return arguments;
  }

  PhysicalPlan plan(List<PhysicalPlan> plannedInputs) {
    return new PhysicalPlan.TableFunction(
        function, arguments, plannedInputs, TypeMapping.rowType(getRowType()));
  }

  @Override
  public List<RelNode> getInputs() {
    return inputs;
  }

  @Override
  public void replaceInput(int ordinal, RelNode input) {
    java.util.ArrayList<RelNode> changed = new java.util.ArrayList<>(inputs);
    changed.set(ordinal, input);
    inputs = List.copyOf(changed);
    recomputeDigest();
  }

  @Override
  public RelNode copy(RelTraitSet traits, List<RelNode> newInputs) {
    return new TableFunctionCall(
        getCluster(), traits, function, arguments, newInputs, TypeMapping.rowType(getRowType()));
  }

  @Override
  public double estimateRowCount(RelMetadataQuery mq) {
    return inputs.isEmpty() ? 1_000 : mq.getRowCount(inputs.getFirst());
  }

  @Override
  public RelWriter explainTerms(RelWriter writer) {
    super.explainTerms(writer);
    for (RelNode input : inputs) {
      writer.input("input", input);
    }
    // Two calls are never the same: a function need not be deterministic.
    return writer
        .item("function", function.name())
        .item("call", System.identityHashCode(arguments));
  }
}
