package io.bauplan.sql.logical;

import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.plan.RelOptRule;
import org.apache.calcite.plan.RelOptRuleCall;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.logical.LogicalJoin;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.tools.RelBuilder;

/// `a LEFT JOIN b ON a.k = b.k WHERE b.k IS NULL` becomes an anti join: a row with a match has a
/// key that is not NULL, so that what is left are the rows without one. Rows with a match are not
/// made, and the estimate is that of the question that was meant.
final class UnmatchedToAntiJoinRule extends RelOptRule {
  static final UnmatchedToAntiJoinRule INSTANCE = new UnmatchedToAntiJoinRule();

  private UnmatchedToAntiJoinRule() {
    super(operand(Filter.class, operand(Join.class, any())), "UnmatchedToAntiJoinRule");
  }

  @Override
  public boolean matches(RelOptRuleCall call) {
    Join join = call.rel(1);
    Filter filter = call.rel(0);
    return join.getJoinType() == JoinRelType.LEFT
        && RelOptUtil.conjunctions(filter.getCondition()).stream()
            .anyMatch(conjunct -> isUnmatched(join, conjunct));
  }

  private static boolean isUnmatched(Join join, RexNode conjunct) {
    int left = join.getLeft().getRowType().getFieldCount();
    if (conjunct.getKind() != SqlKind.IS_NULL
        || !(((RexCall) conjunct).operands.getFirst() instanceof RexInputRef ref)
        || ref.getIndex() < left) {
      return false;
    }
    RelDataTypeField field = join.getRight().getRowType().getFieldList().get(ref.getIndex() - left);
    return !field.getType().isNullable()
        || RelOptUtil.conjunctions(join.getCondition()).stream()
            .anyMatch(on -> isKey(on, ref.getIndex()));
  }

  private static boolean isKey(RexNode on, int column) {
    return on.getKind() == SqlKind.EQUALS
        && ((RexCall) on)
            .operands.stream()
                .anyMatch(side -> side instanceof RexInputRef ref && ref.getIndex() == column);
  }

  @Override
  public void onMatch(RelOptRuleCall call) {
    Filter filter = call.rel(0);
    Join join = call.rel(1);
    RexBuilder rex = join.getCluster().getRexBuilder();
    int left = join.getLeft().getRowType().getFieldCount();
    List<RexNode> columns = new ArrayList<>();
    for (RelDataTypeField field : join.getRowType().getFieldList()) {
      columns.add(
          field.getIndex() < left
              ? rex.makeInputRef(join.getLeft(), field.getIndex())
              : rex.makeNullLiteral(field.getType()));
    }
    List<RexNode> others =
        RelOptUtil.conjunctions(filter.getCondition()).stream()
            .filter(conjunct -> !isUnmatched(join, conjunct))
            .toList();
    RelBuilder builder = call.builder();
    builder
        .push(
            LogicalJoin.create(
                join.getLeft(),
                join.getRight(),
                join.getHints(),
                join.getCondition(),
                join.getVariablesSet(),
                JoinRelType.ANTI))
        .project(columns, join.getRowType().getFieldNames(), true)
        .filter(others);
    call.transformTo(builder.build());
  }
}
