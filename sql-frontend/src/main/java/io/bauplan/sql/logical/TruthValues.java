package io.bauplan.sql.logical;

import io.bauplan.sql.validator.EngineScalars;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql2rel.SqlRexContext;
import org.apache.calcite.sql2rel.StandardConvertletTable;

/// Choices among truth values as AND, OR and NOT. What is unknown within a condition Calcite takes
/// for false where it simplifies; of a branch of a CASE that is never NULL it then says so still,
/// and its negation drops the rows where it is.
final class TruthValues {
  /// What computes a truth value and cannot fail.
  private static final Set<SqlKind> SAFE =
      Set.of(
          SqlKind.AND,
          SqlKind.OR,
          SqlKind.NOT,
          SqlKind.CASE,
          SqlKind.IS_NULL,
          SqlKind.IS_NOT_NULL,
          SqlKind.IS_TRUE,
          SqlKind.IS_NOT_TRUE,
          SqlKind.IS_FALSE,
          SqlKind.IS_NOT_FALSE,
          SqlKind.EQUALS,
          SqlKind.NOT_EQUALS,
          SqlKind.LESS_THAN,
          SqlKind.LESS_THAN_OR_EQUAL,
          SqlKind.GREATER_THAN,
          SqlKind.GREATER_THAN_OR_EQUAL,
          SqlKind.IS_DISTINCT_FROM,
          SqlKind.IS_NOT_DISTINCT_FROM,
          SqlKind.LIKE);

  private TruthValues() {}

  /// `CASE`, and what is written as one. Where a branch could fail it stays: only the rows whose
  /// turn it is may compute it.
  static RexNode choice(SqlRexContext context, SqlCall call) {
    RexNode converted = standard(context, call);
    if (!(converted instanceof RexCall choice)
        || choice.getKind() != SqlKind.CASE
        || !isTruthValue(choice)
        || !choice.operands.stream().allMatch(TruthValues::isSafe)) {
      return converted;
    }
    RexBuilder rex = context.getRexBuilder();
    List<RexNode> branches = new ArrayList<>();
    List<RexNode> before = new ArrayList<>();
    List<RexNode> operands = choice.operands;
    for (int i = 0; i + 1 < operands.size(); i += 2) {
      RexNode condition = operands.get(i);
      List<RexNode> branch = new ArrayList<>(before);
      branch.add(rex.makeCall(SqlStdOperatorTable.IS_TRUE, condition));
      branch.add(bare(operands.get(i + 1)));
      branches.add(RexUtil.composeConjunction(rex, branch));
      before.add(rex.makeCall(SqlStdOperatorTable.IS_NOT_TRUE, condition));
    }
    before.add(bare(operands.getLast()));
    branches.add(RexUtil.composeConjunction(rex, before));
    RexNode chosen = RexUtil.composeDisjunction(rex, branches);
    if (choice.getType().isNullable()) {
      return chosen.getType().isNullable() ? chosen : converted;
    }
    return chosen.getType().isNullable()
        ? rex.makeCall(SqlStdOperatorTable.IS_TRUE, chosen)
        : chosen;
  }

  /// Without the word that it is never NULL, which holds only beside the condition of its branch.
  private static RexNode bare(RexNode value) {
    RexNode bare = value;
    while (bare instanceof RexCall cast
        && cast.getKind() == SqlKind.CAST
        && isTruthValue(cast)
        && isTruthValue(cast.operands.getFirst())) {
      bare = cast.operands.getFirst();
    }
    return bare;
  }

  /// `GREATEST` and `LEAST`, without comparisons: what one says of a NULL Calcite takes for what
  /// the NULL is.
  static RexNode greatest(SqlRexContext context, SqlCall call) {
    RexBuilder rex = context.getRexBuilder();
    List<RexNode> values = call.getOperandList().stream().map(context::convertExpression).toList();
    if (!values.stream().allMatch(TruthValues::isTruthValue)) {
      return standard(context, call);
    }
    List<RexNode> unknown =
        values.stream()
            .filter(value -> value.getType().isNullable())
            .map(value -> rex.makeCall(SqlStdOperatorTable.IS_NULL, value))
            .toList();
    SqlOperator connective =
        call.getOperator().getName().equals("GREATEST")
            ? SqlStdOperatorTable.OR
            : SqlStdOperatorTable.AND;
    RexNode chosen = rex.makeCall(connective, RexUtil.flatten(values, connective));
    return unknown.isEmpty()
        ? chosen
        : rex.makeCall(
            SqlStdOperatorTable.CASE,
            RexUtil.composeDisjunction(rex, unknown),
            rex.makeNullLiteral(chosen.getType()),
            chosen);
  }

  /// `IS TRUE`, `IS NULL` and the like. Whether `IN` and `ANY` may be unknown Calcite judges by
  /// their left side alone.
  static RexNode test(SqlRexContext context, SqlCall call) {
    RexNode converted = standard(context, call);
    if (!(converted instanceof RexCall test)
        || test.operands.size() != 1
        || !(RexUtil.SubQueryFinder.find(test) instanceof RexSubQuery query)
        || query.getKind() == SqlKind.EXISTS
        || query.getKind() == SqlKind.SCALAR_QUERY) {
      return converted;
    }
    RexBuilder rex = context.getRexBuilder();
    RexNode value = test.operands.getFirst();
    return rex.makeCall(
        test.getOperator(), rex.makeCall(value.getType(), EngineScalars.TYPED, List.of(value)));
  }

  private static RexNode standard(SqlRexContext context, SqlCall call) {
    return Objects.requireNonNull(
            StandardConvertletTable.INSTANCE.get(call), call.getOperator().getName())
        .convertCall(context, call);
  }

  private static boolean isTruthValue(RexNode value) {
    return value.getType().getSqlTypeName() == SqlTypeName.BOOLEAN;
  }

  private static boolean isSafe(RexNode value) {
    return switch (value) {
      case RexInputRef ref -> true;
      case RexLiteral literal -> true;
      case RexCall call ->
          (SAFE.contains(call.getKind())
                  || call.getKind() == SqlKind.CAST
                      && isTruthValue(call)
                      && isTruthValue(call.operands.getFirst()))
              && call.operands.stream().allMatch(TruthValues::isSafe);
      default -> false;
    };
  }
}
