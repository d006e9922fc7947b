package io.bauplan.sql.logical;

import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.RelNode;

/// Orders joins, region by region ([JoinGraph]), at the least cost ([JoinPlan.Costs]) that
/// estimates of the rows in between give ([JoinCardinality]).
final class JoinOrder {
  private JoinOrder() {}

  static RelNode order(RelNode rel) {
    Cardinality cardinality = new Cardinality(rel.getCluster().getMetadataQuery());
    return order(rel, cardinality);
  }

  private static RelNode order(RelNode rel, Cardinality cardinality) {
    if (JoinGraphBuilder.isRegion(rel)) {
      JoinGraph graph = JoinGraphBuilder.build(rel, cardinality, leaf -> order(leaf, cardinality));
      if (graph != null) {
        JoinCardinality joins =
            new JoinCardinality(graph, cardinality, rel.getCluster().getRexBuilder());
        JoinPlan plan = JoinEnumeration.best(new JoinPlan.Costs(graph, joins, cardinality));
        return JoinEmitter.emit(graph, plan, rel.getRowType(), rel.getCluster().getRexBuilder());
      }
    }
    List<RelNode> inputs = new ArrayList<>();
    boolean changed = false;
    for (RelNode input : rel.getInputs()) {
      RelNode ordered = order(input, cardinality);
      changed |= ordered != input;
      inputs.add(ordered);
    }
    return changed ? rel.copy(rel.getTraitSet(), inputs) : rel;
  }
}
