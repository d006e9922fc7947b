package io.bauplan.sql.logical;

import org.apache.calcite.plan.RelOptRule;
import org.apache.calcite.plan.RelOptRuleCall;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.logical.LogicalJoin;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;

/// `a LEFT JOIN b ... JOIN c ON b.x = c.x`: rows without a match in `b` have no `x` and find
/// nothing in `c`, so that the first join may be an inner one as well, which can be ordered freely.
/// Calcite looks for this in filters alone.
final class OuterToInnerJoinRule extends RelOptRule {
  static final OuterToInnerJoinRule INSTANCE = new OuterToInnerJoinRule();

  private OuterToInnerJoinRule() {
    super(
        operand(Join.class, operand(Join.class, any()), operand(RelNode.class, any())),
        "OuterToInnerJoinRule");
  }

  @Override
  public boolean matches(RelOptRuleCall call) {
    Join above = call.rel(0);
    Join below = call.rel(1);
    return below.getJoinType() == JoinRelType.LEFT
        && (above.getJoinType() == JoinRelType.INNER || above.getJoinType() == JoinRelType.SEMI)
        && RelOptUtil.conjunctions(above.getCondition()).stream()
            .anyMatch(on -> rejects(on, above, below));
  }

  /// Whether the condition is an equality with a column of the lower join's right side.
  private static boolean rejects(RexNode on, Join above, Join below) {
    int from = below.getLeft().getRowType().getFieldCount();
    int to = above.getLeft().getRowType().getFieldCount();
    return on.getKind() == SqlKind.EQUALS
        && ((RexCall) on)
            .operands.stream()
                .anyMatch(
                    side ->
                        side instanceof RexInputRef ref
                            && ref.getIndex() >= from
                            && ref.getIndex() < to);
  }

  @Override
  public void onMatch(RelOptRuleCall call) {
    Join above = call.rel(0);
    Join below = call.rel(1);
    Join inner =
        LogicalJoin.create(
            below.getLeft(),
            below.getRight(),
            below.getHints(),
            below.getCondition(),
            below.getVariablesSet(),
            JoinRelType.INNER);
    call.transformTo(
        call.builder()
            .push(inner)
            .convert(below.getRowType(), false)
            .push(above.getRight())
            .join(above.getJoinType(), above.getCondition(), above.getVariablesSet())
            .convert(above.getRowType(), false)
            .build());
  }
}
