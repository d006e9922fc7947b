package io.bauplan.sql.session;

import io.bauplan.sql.logical.QueryPlanner;
import io.bauplan.sql.logical.SqlCopies;
import io.bauplan.sql.logical.StatementContext;
import io.bauplan.sql.parser.SqlText;
import io.bauplan.sql.parser.Statement;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.plan.RowType;
import java.util.stream.Collectors;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlWith;
import org.apache.calcite.sql.SqlWithItem;
import org.apache.calcite.sql.parser.SqlParserPos;

/// `SUMMARIZE`: per column its type, least and greatest value, distinct values, mean and NULLs, as
/// a union of one aggregation each.
final class SummarizePlanner {
  private static final String SOURCE = "summarized";

  private final StatementContext context;

  SummarizePlanner(StatementContext context) {
    this.context = context;
  }

  PlannedStatement summarize(SqlNode query) {
    QueryPlanner queries = new QueryPlanner(context);
    RowType row = queries.columns(SqlCopies.copy(query));
    String sql =
        row.columns().stream()
            .map(SummarizePlanner::one)
            .collect(Collectors.joining(" UNION ALL "));
    SqlNode body = ((Statement.Query) SqlText.parse(sql)).query();
    SqlParserPos none = SqlParserPos.ZERO;
    SqlWithItem item =
        new SqlWithItem(
            none,
            new SqlIdentifier(SOURCE, none),
            null,
            query,
            SqlLiteral.createBoolean(false, none));
    return queries.query(new SqlWith(none, SqlNodeList.of(item), body));
  }

  private static String one(Column column) {
    String name = '"' + column.name().replace("\"", "\"\"") + '"';
    boolean nested =
        column.type() instanceof DataType.ListType
            || column.type() instanceof DataType.MapType
            || column.type() instanceof DataType.StructType;
    boolean numeric =
        column.type() instanceof DataType.IntegerType
            || column.type() instanceof DataType.DecimalType
            || column.type() instanceof DataType.FloatType;
    String least = nested ? "CAST(NULL AS VARCHAR)" : "CAST(MIN(" + name + ") AS VARCHAR)";
    String greatest = nested ? "CAST(NULL AS VARCHAR)" : "CAST(MAX(" + name + ") AS VARCHAR)";
    String distinct = nested ? "CAST(NULL AS BIGINT)" : "COUNT(DISTINCT " + name + ")";
    String mean = numeric ? "AVG(CAST(" + name + " AS DOUBLE))" : "CAST(NULL AS DOUBLE)";
    return "SELECT "
        + string(column.name())
        + " AS column_name, "
        + string(column.type().sql())
        + " AS column_type, "
        + least
        + " AS \"min\", "
        + greatest
        + " AS \"max\", "
        + distinct
        + " AS distinct_values, "
        + mean
        + " AS \"mean\", COUNT(*) AS \"rows\", COUNT(*) - COUNT("
        + name
        + ") AS \"nulls\" FROM "
        + SOURCE;
  }

  private static String string(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
