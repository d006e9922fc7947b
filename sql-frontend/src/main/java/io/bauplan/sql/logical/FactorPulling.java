package io.bauplan.sql.logical;

import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexUtil;

/// `(a AND b) OR (a AND c)` becomes `a AND (b OR c)`: else a join key inside each alternative
/// (TPC-H Q19) is not seen, and the join becomes a nested loop.
final class FactorPulling extends RelHomogeneousShuttle {
  private FactorPulling() {}

  static RelNode apply(RelNode rel) {
    return rel.accept(new FactorPulling());
  }

  @Override
  public RelNode visit(RelNode other) {
    RelNode visited = super.visit(other);
    if (visited instanceof Filter filter) {
      RexNode pulled =
          RexUtil.pullFactors(filter.getCluster().getRexBuilder(), filter.getCondition());
      return pulled.equals(filter.getCondition())
          ? filter
          : filter.copy(filter.getTraitSet(), filter.getInput(), pulled);
    }
    if (visited instanceof Join join) {
      RexNode pulled = RexUtil.pullFactors(join.getCluster().getRexBuilder(), join.getCondition());
      return pulled.equals(join.getCondition())
          ? join
          : join.copy(
              join.getTraitSet(),
              pulled,
              join.getLeft(),
              join.getRight(),
              join.getJoinType(),
              join.isSemiJoinDone());
    }
    return visited;
  }
}
