package io.bauplan.sql.logical;

import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.plan.hep.HepMatchOrder;
import org.apache.calcite.plan.hep.HepProgram;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.rules.CoreRules;
import org.apache.calcite.rel.rules.DpHyp;
import org.apache.calcite.rel.rules.HyperGraph;
import org.apache.calcite.tools.RelBuilder;
import org.jspecify.annotations.Nullable;

/// Orders joins by dynamic programming over hypergraphs (Moerkotte and Neumann, "Dynamic
/// Programming Strikes Back", 2008), bushy trees included, at the least sum of rows that the joins
/// produce.
final class JoinOrder {
  /// Connected sub-graphs looked at before a simpler way is taken.
  private static final int MAX_SUBGRAPHS = 1_000;

  private static final HepProgram TO_HYPER_GRAPH =
      HepProgram.builder()
          .addMatchOrder(HepMatchOrder.BOTTOM_UP)
          .addRuleInstance(CoreRules.JOIN_TO_HYPER_GRAPH)
          .build();

  private static final HepProgram BY_HEURISTIC =
      HepProgram.builder()
          .addMatchOrder(HepMatchOrder.BOTTOM_UP)
          .addRuleInstance(CoreRules.JOIN_TO_MULTI_JOIN)
          .addRuleInstance(CoreRules.MULTI_JOIN_OPTIMIZE)
          .build();

  private JoinOrder() {}

  static RelNode order(RelNode rel, RelBuilder builder) {
    if (joins(rel) < 2) {
      return rel;
    }
    RelNode graphs = Optimizer.run(TO_HYPER_GRAPH, rel);
    RelNode ordered = replaceGraphs(graphs, builder);
    return ordered != null ? ordered : Optimizer.run(BY_HEURISTIC, rel);
  }

  private static int joins(RelNode rel) {
    int count = rel instanceof Join ? 1 : 0;
    for (RelNode input : rel.getInputs()) {
      count += joins(input);
    }
    return count;
  }

  /// Null where the enumeration gave up.
  private static @Nullable RelNode replaceGraphs(RelNode rel, RelBuilder builder) {
    List<RelNode> inputs = new ArrayList<>();
    boolean changed = false;
    for (RelNode input : rel.getInputs()) {
      RelNode replaced = replaceGraphs(input, builder);
      if (replaced == null) {
        return null;
      }
      changed |= replaced != input;
      inputs.add(replaced);
    }
    RelNode rebuilt = changed ? rel.copy(rel.getTraitSet(), inputs) : rel;
    if (!(rebuilt instanceof HyperGraph graph)) {
      return rebuilt;
    }
    DpHyp enumeration =
        new DpHyp(graph, builder, rel.getCluster().getMetadataQuery(), MAX_SUBGRAPHS);
    enumeration.startEnumerateJoin();
    return enumeration.getBestPlan();
  }
}
