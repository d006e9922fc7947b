package io.bauplan.sql.parser;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import org.apache.calcite.sql.JoinConditionType;
import org.apache.calcite.sql.JoinType;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.jspecify.annotations.Nullable;

/// A FROM clause without its SEMI and ANTI joins, and the WHERE that says the same: `a ANTI JOIN b
/// ON c` is `a WHERE NOT EXISTS (SELECT 1 FROM b WHERE c)`. Joins that follow keep or repeat the
/// rows of `a`, so that it is the same before and after them; RIGHT and FULL joins add others.
record SemiJoins(@Nullable SqlNode from, @Nullable SqlNode where) {
  static SemiJoins of(@Nullable SqlNode from, @Nullable SqlNode where) {
    if (!(from instanceof SqlJoin join)) {
      return new SemiJoins(from, where);
    }
    if (isSemi(join.getJoinType())) {
      return of(join.getLeft(), matched(join, where));
    }
    SemiJoins left = of(join.getLeft(), where);
    if (left.from != null && left.where != where) {
      if (join.getJoinType() == JoinType.RIGHT || join.getJoinType() == JoinType.FULL) {
        throw new EngineException(
            ErrorCode.NOT_SUPPORTED,
            join.getJoinType() + " JOIN after SEMI or ANTI JOIN is not supported",
            Positions.of(join.getParserPosition()),
            "Put the SEMI or ANTI JOIN into a sub-query: (SELECT * FROM a SEMI JOIN b ON ...) AS"
                + " a.",
            null);
      }
      join.setLeft(left.from);
    }
    return new SemiJoins(join, left.where);
  }

  private static boolean isSemi(JoinType type) {
    return type == JoinType.LEFT_ANTI_JOIN || type == JoinType.LEFT_SEMI_JOIN;
  }

  private static SqlNode matched(SqlJoin join, @Nullable SqlNode where) {
    SqlParserPos position = join.getParserPosition();
    boolean anti = join.getJoinType() == JoinType.LEFT_ANTI_JOIN;
    if (join.getConditionType() != JoinConditionType.ON) {
      throw new EngineException(
          ErrorCode.NOT_SUPPORTED,
          (anti ? "ANTI" : "SEMI") + " JOIN needs ON",
          Positions.of(position),
          "Write ON a.key = b.key instead of USING.",
          null);
    }
    SqlSelect matches = QueryShorthands.allOf(join.getRight());
    matches.setWhere(join.getCondition());
    SqlNode exists = SqlStdOperatorTable.EXISTS.createCall(position, matches);
    SqlNode kept = anti ? SqlStdOperatorTable.NOT.createCall(position, exists) : exists;
    return where == null ? kept : SqlStdOperatorTable.AND.createCall(position, where, kept);
  }
}
