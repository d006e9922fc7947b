package io.bauplan.sql.logical;

import com.google.common.collect.ImmutableList;
import java.math.BigDecimal;
import java.util.List;
import org.apache.calcite.plan.RelOptRule;
import org.apache.calcite.plan.RelOptRuleCall;
import org.apache.calcite.plan.RelOptRuleOperand;
import org.apache.calcite.rel.logical.LogicalValues;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.sql.type.SqlTypeName;

/// Gives the whole numbers in a float column of VALUES the column's type. Calcite leaves each
/// literal as it was written, and then fails to compare those of one column with one another.
final class ValuesLiteralsRule extends RelOptRule {
  static final ValuesLiteralsRule INSTANCE = new ValuesLiteralsRule();

  private ValuesLiteralsRule() {
    super(operand(), "ValuesLiteralsRule");
  }

  private static RelOptRuleOperand operand() {
    return operandJ(LogicalValues.class, null, ValuesLiteralsRule::isMixed, none());
  }

  private static boolean isMixed(LogicalValues values) {
    return values.getTuples().stream()
        .anyMatch(
            row -> {
              for (int i = 0; i < row.size(); i++) {
                if (isMixed(row.get(i), type(values, i))) {
                  return true;
                }
              }
              return false;
            });
  }

  private static RelDataType type(LogicalValues values, int column) {
    return values.getRowType().getFieldList().get(column).getType();
  }

  private static boolean isMixed(RexLiteral literal, RelDataType type) {
    return SqlTypeName.APPROX_TYPES.contains(type.getSqlTypeName())
        && literal.getValue() instanceof BigDecimal;
  }

  @Override
  public void onMatch(RelOptRuleCall call) {
    LogicalValues values = call.rel(0);
    RexBuilder builder = values.getCluster().getRexBuilder();
    ImmutableList.Builder<ImmutableList<RexLiteral>> rows = ImmutableList.builder();
    for (List<RexLiteral> row : values.getTuples()) {
      ImmutableList.Builder<RexLiteral> cells = ImmutableList.builder();
      for (int i = 0; i < row.size(); i++) {
        RexLiteral literal = row.get(i);
        RelDataType type = type(values, i);
        cells.add(
            isMixed(literal, type)
                ? builder.makeApproxLiteral((BigDecimal) literal.getValue(), type)
                : literal);
      }
      rows.add(cells.build());
    }
    call.transformTo(LogicalValues.create(values.getCluster(), values.getRowType(), rows.build()));
  }
}
