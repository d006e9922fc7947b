package io.bauplan.sql.logical;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinRelType;

/// Orders joins, region by region ([JoinGraph]), at the least cost ([JoinPlan.Costs]) that
/// estimates of the rows in between give ([JoinCardinality]).
final class JoinOrder {
  private final Cardinality cardinality;
  private final Predicate<RelNode> isOrdered;
  private final Function<JoinPlan.Costs, JoinPlan> order;

  /// @param isOrdered of the roots of regions
  private JoinOrder(
      RelNode rel, Predicate<RelNode> isOrdered, Function<JoinPlan.Costs, JoinPlan> order) {
    this.cardinality = new Cardinality(rel.getCluster().getMetadataQuery());
    this.isOrdered = isOrdered;
    this.order = order;
  }

  static RelNode order(RelNode rel) {
    return new JoinOrder(rel, region -> true, JoinEnumeration::best).apply(rel);
  }

  /// Joins in the order written; but where that makes a cross product, a relation waits for one
  /// that a condition connects it to.
  static RelNode asWritten(RelNode rel) {
    return new JoinOrder(rel, JoinOrder::hasCrossProduct, JoinEnumeration::asWritten).apply(rel);
  }

  private static boolean hasCrossProduct(RelNode rel) {
    return rel instanceof Join join
            && join.getJoinType() == JoinRelType.INNER
            && join.getCondition().isAlwaysTrue()
        || JoinGraphBuilder.isRegion(rel)
            && rel.getInputs().stream().anyMatch(JoinOrder::hasCrossProduct);
  }

  private RelNode apply(RelNode rel) {
    if (JoinGraphBuilder.isRegion(rel) && isOrdered.test(rel)) {
      JoinGraph graph = JoinGraphBuilder.build(rel, cardinality, this::apply);
      if (graph != null) {
        JoinCardinality joins =
            new JoinCardinality(graph, cardinality, rel.getCluster().getRexBuilder());
        JoinPlan plan = order.apply(new JoinPlan.Costs(graph, joins, cardinality));
        return JoinEmitter.emit(graph, plan, rel.getRowType(), rel.getCluster().getRexBuilder());
      }
    }
    List<RelNode> inputs = new ArrayList<>();
    boolean changed = false;
    for (RelNode input : rel.getInputs()) {
      RelNode ordered = apply(input);
      changed |= ordered != input;
      inputs.add(ordered);
    }
    return changed ? rel.copy(rel.getTraitSet(), inputs) : rel;
  }
}
