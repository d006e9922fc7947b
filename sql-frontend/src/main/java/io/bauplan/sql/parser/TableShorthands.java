package io.bauplan.sql.parser;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlIntervalLiteral;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;

/// Table functions of other engines, by the ones we have.
public final class TableShorthands {
  private TableShorthands() {}

  /// `TABLE(f(...))` or `f(...)` in FROM.
  public static SqlNode function(SqlCall call, SqlParserPos position) {
    List<SqlNode> arguments = values(call);
    boolean steps = arguments.stream().anyMatch(TableShorthands::isInterval);
    return switch (call.getOperator().getName().toLowerCase(Locale.ROOT)) {
      case "flatten" ->
          SqlStdOperatorTable.LATERAL.createCall(
              position, QueryShorthands.flattened(call.getOperandList(), position));
      case "generator" ->
          series(
              List.of(SqlLiteral.createExactNumeric("1", position), arguments.getFirst()),
              position);
      case "table_snapshot", "table_history" ->
          arguments.size() == 1 ? snapshots(arguments.getFirst(), position) : table(call, position);
      case "sequence" -> steps ? list(arguments, position) : series(arguments, position);
      case "generate_series" -> steps ? list(arguments, position) : table(call, position);
      default -> table(call, position);
    };
  }

  private static boolean isInterval(SqlNode node) {
    return node instanceof SqlIntervalLiteral || node.getKind() == SqlKind.INTERVAL;
  }

  /// Dremio's `table_snapshot('t')`: rows of `sys.snapshots`.
  private static SqlNode snapshots(SqlNode name, SqlParserPos position) {
    SqlSelect rows =
        QueryShorthands.allOf(new SqlIdentifier(List.of("sys", "snapshots"), position));
    rows.setWhere(
        SqlStdOperatorTable.OR.createCall(
            position,
            SqlStdOperatorTable.EQUALS.createCall(
                position, new SqlIdentifier("table_name", position), name),
            SqlStdOperatorTable.EQUALS.createCall(
                position,
                SqlStdOperatorTable.CONCAT.createCall(
                    position,
                    SqlStdOperatorTable.CONCAT.createCall(
                        position,
                        new SqlIdentifier("namespace", position),
                        SqlLiteral.createCharString(".", position)),
                    new SqlIdentifier("table_name", position)),
                name)));
    return rows;
  }

  private static SqlNode table(SqlCall call, SqlParserPos position) {
    return SqlStdOperatorTable.COLLECTION_TABLE.createCall(position, call);
  }

  private static List<SqlNode> values(SqlCall call) {
    List<SqlNode> values = new ArrayList<>();
    for (SqlNode operand : call.getOperandList()) {
      values.add(
          operand.getKind() == SqlKind.ARGUMENT_ASSIGNMENT
              ? ((SqlCall) operand).operand(0)
              : operand);
    }
    return values;
  }

  private static SqlNode series(List<SqlNode> arguments, SqlParserPos position) {
    return table(
        QueryShorthands.function(
            "generate_series",
            SqlFunctionCategory.USER_DEFINED_TABLE_FUNCTION,
            position,
            arguments.toArray(SqlNode[]::new)),
        position);
  }

  /// Of dates and timestamps: the rows of a list.
  private static SqlNode list(List<SqlNode> arguments, SqlParserPos position) {
    return QueryShorthands.seriesTable(
        FunctionNames.named("SEQUENCE", position, arguments.toArray(SqlNode[]::new)));
  }
}
