package io.bauplan.sql.parser;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.util.List;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlWindow;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;
import org.jspecify.annotations.Nullable;

/// `SELECT DISTINCT ON (k) ... ORDER BY k, x`, written out as
/// `QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY k, x) = 1`.
final class DistinctOnSelect extends SqlSelect {
  private final SqlNodeList keys;

  DistinctOnSelect(
      SqlParserPos position,
      SqlNodeList keywords,
      SqlNodeList items,
      @Nullable SqlNode from,
      @Nullable SqlNode where,
      @Nullable SqlNodeList groupBy,
      @Nullable SqlNode having,
      @Nullable SqlNodeList windows,
      SqlNodeList hints,
      SqlNodeList keys) {
    super(
        position, keywords, items, from, where, groupBy, having, windows, null, null, null, null,
        hints);
    this.keys = keys;
    order(SqlNodeList.EMPTY);
  }

  /// Which row of each key is kept: the first in this order.
  void order(SqlNodeList order) {
    SqlParserPos position = keys.getParserPosition();
    SqlWindow window =
        SqlWindow.create(
            null,
            null,
            resolve(keys, getSelectList()),
            resolve(order, getSelectList()),
            SqlLiteral.createBoolean(false, SqlParserPos.ZERO),
            null,
            null,
            null,
            SqlWindow.createExcludeNoOthers(SqlParserPos.ZERO),
            position);
    SqlNode number =
        SqlStdOperatorTable.OVER.createCall(
            position, SqlStdOperatorTable.ROW_NUMBER.createCall(position), window);
    setQualify(
        SqlStdOperatorTable.EQUALS.createCall(
            position, number, SqlLiteral.createExactNumeric("1", position)));
  }

  /// Ordinals and aliases mean nothing inside a window: puts the selected expression in their
  /// place.
  static SqlNodeList resolve(SqlNodeList nodes, List<SqlNode> items) {
    return new SqlNodeList(
        nodes.stream().map(node -> resolveItem(node, items)).toList(), nodes.getParserPosition());
  }

  private static SqlNode resolveItem(SqlNode node, List<SqlNode> items) {
    return switch (node) {
      case SqlCall call when isOrdering(call.getKind()) ->
          call.getOperator()
              .createCall(call.getParserPosition(), resolveItem(call.operand(0), items));
      case SqlLiteral literal when literal.getTypeName() == SqlTypeName.DECIMAL -> {
        int ordinal = literal.bigDecimalValue().intValue();
        if (ordinal < 1 || ordinal > items.size()) {
          throw new EngineException(
              ErrorCode.SYNTAX_ERROR,
              "there is no column " + literal.toValue() + " in the select list",
              Positions.of(literal));
        }
        yield expression(items.get(ordinal - 1));
      }
      case SqlIdentifier name when name.isSimple() -> {
        for (SqlNode item : items) {
          if (item.getKind() == SqlKind.AS
              && ((SqlCall) item).operand(1) instanceof SqlIdentifier alias
              && alias.getSimple().equalsIgnoreCase(name.getSimple())) {
            yield expression(item);
          }
        }
        yield name;
      }
      default -> node;
    };
  }

  private static boolean isOrdering(SqlKind kind) {
    return kind == SqlKind.DESCENDING || kind == SqlKind.NULLS_FIRST || kind == SqlKind.NULLS_LAST;
  }

  private static SqlNode expression(SqlNode item) {
    return item.getKind() == SqlKind.AS ? ((SqlCall) item).operand(0) : item;
  }
}
