package io.bauplan.sql.logical;

import org.apache.calcite.plan.RelOptCost;
import org.apache.calcite.plan.RelOptPlanner;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.metadata.DefaultRelMetadataProvider;
import org.apache.calcite.rel.metadata.JaninoRelMetadataProvider;
import org.apache.calcite.rel.metadata.RelMetadataQuery;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.util.ImmutableBitSet;
import org.jspecify.annotations.Nullable;

/// The optimizer's numbers: rows, selectivities, distinct values and costs are ours
/// ([Cardinality]), answered without Calcite's generated dispatch; the rest (uniqueness,
/// predicates) is Calcite's.
final class Estimates extends RelMetadataQuery {
  // One provider for the process: each would compile its own handler classes.
  private static final JaninoRelMetadataProvider CALCITE =
      JaninoRelMetadataProvider.of(DefaultRelMetadataProvider.INSTANCE);

  private final Cardinality cardinality = new Cardinality(this);

  private Estimates() {
    super(CALCITE);
  }

  static RelMetadataQuery newQuery() {
    return new Estimates();
  }

  @Override
  public Double getRowCount(RelNode rel) {
    return cardinality.rows(rel);
  }

  @Override
  public Double getSelectivity(RelNode rel, @Nullable RexNode predicate) {
    return predicate == null ? 1.0 : cardinality.selectivity(rel, predicate);
  }

  @Override
  public Double getDistinctRowCount(
      RelNode rel, ImmutableBitSet keys, @Nullable RexNode predicate) {
    return cardinality.distinct(rel, keys);
  }

  /// The rows that all joins of the tree produce.
  @Override
  public RelOptCost getCumulativeCost(RelNode rel) {
    RelOptPlanner planner = rel.getCluster().getPlanner();
    double rows = 0;
    for (RelNode input : rel.getInputs()) {
      rows += getCumulativeCost(input).getRows();
    }
    if (rel instanceof org.apache.calcite.rel.core.Join) {
      rows += getRowCount(rel);
    }
    return planner.getCostFactory().makeCost(rows, 0, 0);
  }
}
