package io.bauplan.sql.logical;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql2rel.SqlRexContext;
import org.apache.calcite.sql2rel.StandardConvertletTable;

/// A row is equal to itself where its fields are: of a row that is not NULL Calcite takes this for
/// granted, but a field that is NULL makes it unknown.
final class RowEquality {
  private RowEquality() {}

  static RexNode convert(SqlRexContext context, SqlCall call) {
    RexNode converted =
        Objects.requireNonNull(StandardConvertletTable.INSTANCE.get(call), "=")
            .convertCall(context, call);
    if (!(converted instanceof RexCall comparison)
        || comparison.operands.size() != 2
        || !comparison.operands.getFirst().equals(comparison.operands.get(1))
        || !comparison.operands.getFirst().getType().isStruct()) {
      return converted;
    }
    RexBuilder rex = context.getRexBuilder();
    List<RexNode> fields = new ArrayList<>();
    fields(comparison.operands.getFirst(), rex, fields);
    RexNode same = RexUtil.composeConjunction(rex, fields);
    return comparison.getKind() == SqlKind.EQUALS
        ? same
        : rex.makeCall(SqlStdOperatorTable.NOT, same);
  }

  /// Every field of the row, and of rows within it, equal to itself.
  private static void fields(RexNode row, RexBuilder rex, List<RexNode> into) {
    for (int i = 0; i < row.getType().getFieldCount(); i++) {
      RexNode field = rex.makeFieldAccess(row, i);
      if (field.getType().isStruct()) {
        fields(field, rex, into);
      } else {
        into.add(rex.makeCall(SqlStdOperatorTable.EQUALS, field, field));
      }
    }
  }
}
