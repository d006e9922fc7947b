package io.bauplan.sql.logical;

import org.apache.calcite.plan.RelOptPredicateList;
import org.apache.calcite.plan.RelOptRuleCall;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.rules.ReduceExpressionsRule;
import org.apache.calcite.rex.RexUtil;

/// Calcite's folding of constants in projections, but not below a condition that compares two
/// constants which cannot be folded, such as `ROW(1, 2) = ROW(2, 1)`: Calcite would put the one in
/// the other's place for ever.
final class ReduceProjectRule extends ReduceExpressionsRule.ProjectReduceExpressionsRule {
  static final ReduceProjectRule INSTANCE = new ReduceProjectRule();

  private ReduceProjectRule() {
    super(ProjectReduceExpressionsRuleConfig.DEFAULT);
  }

  @Override
  public boolean matches(RelOptRuleCall call) {
    Project project = call.rel(0);
    RelOptPredicateList known = call.getMetadataQuery().getPulledUpPredicates(project.getInput());
    return known.constantMap.keySet().stream().noneMatch(RexUtil::isConstant)
        && super.matches(call);
  }
}
