package io.bauplan.sql.logical;

import io.bauplan.sql.validator.TypeMapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.sql2rel.SqlRexContext;
import org.apache.calcite.sql2rel.StandardConvertletTable;

/// How rows are compared where Calcite's way is not the standard's. Rows are equal where their
/// fields are: of rows that are not NULL Calcite takes it for known whether they are, and for true
/// of a row and itself, but a field that is NULL makes it unknown. Rows are distinct where any of
/// their fields are, not all, and a NULL is distinct from a row of NULLs.
final class RowEquality {
  private RowEquality() {}

  static RexNode convert(SqlRexContext context, SqlCall call) {
    RexNode converted =
        Objects.requireNonNull(StandardConvertletTable.INSTANCE.get(call), "=")
            .convertCall(context, call);
    if (!(converted instanceof RexCall comparison) || comparison.operands.size() != 2) {
      return converted;
    }
    if (SqlTypeUtil.isExactNumeric(comparison.operands.getFirst().getType())) {
      return comparison.clone(
          comparison.getType(),
          List.of(
              asWritten(call.operand(0), comparison.operands.getFirst()),
              asWritten(call.operand(1), comparison.operands.get(1))));
    }
    if (!RexUtil.isDeterministic(comparison)
        || RexUtil.SubQueryFinder.find(comparison) != null
        || !areRowsOfAsManyFields(comparison.operands.getFirst(), comparison.operands.get(1))) {
      return converted;
    }
    RexBuilder rex = context.getRexBuilder();
    List<RexNode> fields = new ArrayList<>();
    fields(comparison.operands.getFirst(), comparison.operands.get(1), rex, fields);
    RexNode same = RexUtil.composeConjunction(rex, fields);
    return comparison.getKind() == SqlKind.EQUALS
        ? same
        : rex.makeCall(SqlStdOperatorTable.NOT, same);
  }

  /// Without the cast by which Calcite has made both types one, where it may have no room for the
  /// value: [WideDecimals] are compared as they are.
  private static RexNode asWritten(SqlNode written, RexNode converted) {
    return converted instanceof RexCall cast
            && cast.getKind() == SqlKind.CAST
            && written.getKind() != SqlKind.CAST
            && SqlTypeUtil.isExactNumeric(cast.operands.getFirst().getType())
            && WideDecimals.isWider(
                TypeMapping.dataType(cast.operands.getFirst().getType()),
                TypeMapping.dataType(cast.getType()))
        ? cast.operands.getFirst()
        : converted;
  }

  private static boolean areRowsOfAsManyFields(RexNode left, RexNode right) {
    return left.getType().isStruct()
        && right.getType().isStruct()
        && left.getType().getFieldCount() == right.getType().getFieldCount();
  }

  static RexNode distinct(SqlRexContext context, SqlCall call) {
    RexNode left = context.convertExpression(call.operand(0));
    RexNode right = context.convertExpression(call.operand(1));
    RexBuilder rex = context.getRexBuilder();
    boolean negated = call.getKind() == SqlKind.IS_NOT_DISTINCT_FROM;
    if (!left.getType().isStruct()
        || !right.getType().isStruct()
        || left.getType().getFieldCount() != right.getType().getFieldCount()) {
      return RelOptUtil.isDistinctFrom(rex, left, right, negated);
    }
    List<RexNode> same = new ArrayList<>();
    notDistinct(left, right, rex, same);
    RexNode all = RexUtil.composeConjunction(rex, same);
    return negated ? all : rex.makeCall(SqlStdOperatorTable.NOT, all);
  }

  private static void notDistinct(RexNode left, RexNode right, RexBuilder rex, List<RexNode> into) {
    if (!left.getType().isStruct() || !right.getType().isStruct()) {
      into.add(RelOptUtil.isDistinctFrom(rex, left, right, true));
      return;
    }
    if (left.getType().isNullable() || right.getType().isNullable()) {
      into.add(
          rex.makeCall(
              SqlStdOperatorTable.EQUALS,
              rex.makeCall(SqlStdOperatorTable.IS_NULL, left),
              rex.makeCall(SqlStdOperatorTable.IS_NULL, right)));
    }
    for (int i = 0; i < left.getType().getFieldCount(); i++) {
      notDistinct(rex.makeFieldAccess(left, i), rex.makeFieldAccess(right, i), rex, into);
    }
  }

  /// Every field of the one row, and of rows within it, equal to that of the other.
  private static void fields(RexNode left, RexNode right, RexBuilder rex, List<RexNode> into) {
    for (int i = 0; i < left.getType().getFieldCount(); i++) {
      RexNode one = rex.makeFieldAccess(left, i);
      RexNode other = rex.makeFieldAccess(right, i);
      if (areRowsOfAsManyFields(one, other)) {
        fields(one, other, rex, into);
      } else {
        into.add(rex.makeCall(SqlStdOperatorTable.EQUALS, one, other));
      }
    }
  }
}
