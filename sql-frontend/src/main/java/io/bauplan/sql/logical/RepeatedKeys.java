package io.bauplan.sql.logical;

import io.bauplan.sql.validator.EngineScalars;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexCorrelVariable;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlKind;

/// A column of a sub-query that equals two columns of the outer row stands for both of them where
/// Calcite decorrelates, for outer rows too whose two columns differ. In all equalities but the
/// first it is put behind a call that gives it as it is.
final class RepeatedKeys extends RelHomogeneousShuttle {
  private RepeatedKeys() {}

  static RelNode apply(RelNode rel) {
    return rel.accept(new RepeatedKeys());
  }

  @Override
  public RelNode visit(RelNode other) {
    RelNode visited = super.visit(other);
    if (!(visited instanceof Filter filter)) {
      return visited;
    }
    RexBuilder rex = filter.getCluster().getRexBuilder();
    Map<Integer, RexNode> keys = new HashMap<>();
    List<RexNode> conditions = new ArrayList<>();
    boolean repeated = false;
    for (RexNode condition : RelOptUtil.conjunctions(filter.getCondition())) {
      RexNode apart = apart(condition, keys, rex);
      repeated |= apart != condition;
      conditions.add(apart);
    }
    return repeated
        ? filter.copy(
            filter.getTraitSet(), filter.getInput(), RexUtil.composeConjunction(rex, conditions))
        : filter;
  }

  /// @param keys the outer column that each column equals first
  private static RexNode apart(RexNode condition, Map<Integer, RexNode> keys, RexBuilder rex) {
    if (!(condition instanceof RexCall equality)
        || equality.getKind() != SqlKind.EQUALS
            && equality.getKind() != SqlKind.IS_NOT_DISTINCT_FROM) {
      return condition;
    }
    RexNode left = equality.operands.get(0);
    RexNode right = equality.operands.get(1);
    RexNode column = left instanceof RexInputRef ? left : right;
    RexNode outer = column == left ? right : left;
    if (!(column instanceof RexInputRef ref) || !isOuter(outer)) {
      return condition;
    }
    RexNode first = keys.putIfAbsent(ref.getIndex(), outer);
    return first == null || first.equals(outer)
        ? condition
        : rex.makeCall(
            equality.getOperator(),
            rex.makeCall(ref.getType(), EngineScalars.TYPED, List.of(ref)),
            outer);
  }

  private static boolean isOuter(RexNode value) {
    return value instanceof RexFieldAccess field
        && field.getReferenceExpr() instanceof RexCorrelVariable;
  }
}
