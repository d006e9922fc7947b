package io.bauplan.sql.parser;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlWindow;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.jspecify.annotations.Nullable;

/// The n of `ORDER BY k OFFSET o ROWS FETCH FIRST n ROWS WITH TIES`, which is written out as
/// `QUALIFY RANK() OVER (ORDER BY k) <= o + n AND ROW_NUMBER() OVER (ORDER BY k) > o`.
public final class TiesCount extends SqlBasicCall {
  private TiesCount(SqlNode count) {
    super(SqlStdOperatorTable.UNARY_PLUS, java.util.List.of(count), count.getParserPosition());
  }

  public static SqlNode of(SqlNode count) {
    return new TiesCount(count);
  }

  /// Puts the condition into the query.
  void apply(SqlNode query, SqlNodeList order, @Nullable SqlNode offset) {
    if (!(query instanceof SqlSelect select)
        || select.getQualify() != null
        || select.isDistinct()
        || order.isEmpty()) {
      throw new EngineException(
          ErrorCode.NOT_SUPPORTED,
          "WITH TIES needs a plain SELECT with ORDER BY",
          Positions.of(getParserPosition()),
          "Put the query into a sub-query: SELECT * FROM (...) ORDER BY x FETCH FIRST n ROWS WITH"
              + " TIES.",
          null);
    }
    SqlParserPos position = getParserPosition();
    SqlNodeList keys = DistinctOnSelect.resolve(order, select.getSelectList());
    SqlNode last =
        offset == null
            ? operand(0)
            : SqlStdOperatorTable.PLUS.createCall(position, offset, operand(0));
    SqlNode kept =
        SqlStdOperatorTable.LESS_THAN_OR_EQUAL.createCall(
            position, over(SqlStdOperatorTable.RANK.createCall(position), keys), last);
    if (offset != null) {
      kept =
          SqlStdOperatorTable.AND.createCall(
              position,
              kept,
              SqlStdOperatorTable.GREATER_THAN.createCall(
                  position,
                  over(SqlStdOperatorTable.ROW_NUMBER.createCall(position), keys),
                  offset));
    }
    select.setQualify(kept);
  }

  private static SqlNode over(SqlNode function, SqlNodeList keys) {
    SqlParserPos position = function.getParserPosition();
    return SqlStdOperatorTable.OVER.createCall(
        position,
        function,
        SqlWindow.create(
            null,
            null,
            SqlNodeList.EMPTY,
            keys,
            SqlLiteral.createBoolean(false, SqlParserPos.ZERO),
            null,
            null,
            null,
            SqlWindow.createExcludeNoOthers(SqlParserPos.ZERO),
            position));
  }
}
