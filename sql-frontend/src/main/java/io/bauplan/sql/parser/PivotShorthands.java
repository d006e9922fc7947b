package io.bauplan.sql.parser;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlPivot;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlUnpivot;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.jspecify.annotations.Nullable;

/// `PIVOT t ON c IN (...) USING f(x) GROUP BY k` and `UNPIVOT t ON a, b`, DuckDB's statements, as
/// the clauses of the standard.
public final class PivotShorthands {
  private PivotShorthands() {}

  /// The clause; `GROUP BY` inside of it leaves the other columns out.
  public static SqlNode pivot(
      SqlNode source,
      List<SqlNode> aggregates,
      SqlNodeList axis,
      SqlNodeList values,
      @Nullable SqlNodeList group,
      SqlParserPos position) {
    SqlNode rows = group == null ? source : grouped(source, aggregates, axis, group, position);
    return new SqlPivot(
        position, rows, new SqlNodeList(aggregates, SqlParserPos.sum(aggregates)), axis, values);
  }

  private static SqlSelect grouped(
      SqlNode source,
      List<SqlNode> aggregates,
      SqlNodeList axis,
      SqlNodeList group,
      SqlParserPos position) {
    Map<String, SqlNode> columns = new LinkedHashMap<>();
    collect(group, columns);
    collect(axis, columns);
    aggregates.forEach(aggregate -> collect(aggregate, columns));
    SqlSelect rows = QueryShorthands.allOf(source);
    rows.setSelectList(new SqlNodeList(columns.values(), position));
    return rows;
  }

  private static void collect(SqlNode node, Map<String, SqlNode> columns) {
    switch (node) {
      case SqlIdentifier name when !name.isStar() ->
          columns.putIfAbsent(name.names.getLast().toLowerCase(Locale.ROOT), name);
      case SqlNodeList list -> list.forEach(item -> collect(item, columns));
      case SqlCall call when call.getKind() == SqlKind.AS -> collect(call.operand(0), columns);
      case SqlCall call ->
          call.getOperandList().stream()
              .filter(operand -> operand != null)
              .forEach(operand -> collect(operand, columns));
      default -> {}
    }
  }

  /// `PIVOT t ON c IN (...) USING f(x) [GROUP BY k]`.
  public static SqlNode query(
      SqlNode source,
      SqlIdentifier column,
      List<SqlNode> values,
      List<SqlNode> aggregates,
      @Nullable SqlNodeList group,
      SqlParserPos position) {
    if (values.isEmpty() || aggregates.isEmpty()) {
      throw new EngineException(
          ErrorCode.NOT_SUPPORTED,
          values.isEmpty()
              ? "PIVOT cannot find the values of " + column + " by itself"
              : "PIVOT needs USING with an aggregate",
          Positions.of(column.getParserPosition()),
          "Name them, so that the result has known columns: PIVOT t ON "
              + column
              + " IN ('a', 'b') USING sum(x).",
          null);
    }
    List<SqlNode> named = new ArrayList<>();
    for (SqlNode value : values) {
      named.add(named(value, aggregates.size() == 1));
    }
    SqlNode pivot =
        pivot(
            source,
            aggregates,
            SqlNodeList.of(column),
            new SqlNodeList(named, position),
            group,
            position);
    return QueryShorthands.allOf(pivot);
  }

  /// The column of a value has the value as its name.
  private static SqlNode named(SqlNode value, boolean single) {
    if (value.getKind() == SqlKind.AS
        || !(value instanceof SqlNodeList tuple)
        || tuple.size() != 1
        || !(tuple.get(0) instanceof SqlLiteral literal)) {
      return value;
    }
    SqlParserPos position = value.getParserPosition();
    return SqlStdOperatorTable.AS.createCall(
        position,
        value,
        new SqlIdentifier(String.valueOf(literal.toValue()), position.withQuoting(single)));
  }

  /// `UNPIVOT t ON a, b INTO NAME n VALUE v`.
  public static SqlNode unpivotQuery(
      SqlNode source,
      boolean nulls,
      List<SqlNode> columns,
      @Nullable SqlIdentifier name,
      @Nullable SqlIdentifier value,
      SqlParserPos position) {
    SqlIdentifier names = name == null ? new SqlIdentifier("name", position) : name;
    SqlIdentifier values = value == null ? new SqlIdentifier("value", position) : value;
    return QueryShorthands.allOf(
        new SqlUnpivot(
            position,
            source,
            nulls,
            SqlNodeList.of(values),
            SqlNodeList.of(names),
            new SqlNodeList(columns, position)));
  }

  public static EngineException unnamed(SqlParserPos position) {
    return new EngineException(
        ErrorCode.NOT_SUPPORTED,
        "UNPIVOT needs the names of its columns",
        Positions.of(position),
        "Write UNPIVOT t ON a, b, c.",
        null);
  }

  /// A pivot whose alias names columns becomes a query of its own: Calcite takes the alias twice.
  public static SqlNode named(SqlNode source) {
    return switch (source.getKind()) {
      case PIVOT, UNPIVOT -> QueryShorthands.allOf(source);
      default -> source;
    };
  }
}
