package io.bauplan.sql.parser;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.fun.SqlLibrary;
import org.apache.calcite.sql.fun.SqlLibraryOperatorTableFactory;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;

/// Stands for `GROUP BY ALL` until the select list is known: all of its items without an aggregate.
final class GroupByAll extends SqlNodeList {
  GroupByAll(SqlParserPos position) {
    super(position);
  }

  SqlNodeList expand(SqlNodeList items) {
    List<SqlNode> keys = new ArrayList<>();
    for (SqlNode item : items) {
      SqlNode expression = item.getKind() == SqlKind.AS ? ((SqlCall) item).operand(0) : item;
      if (expression instanceof SqlIdentifier name && name.isStar()) {
        throw new EngineException(
            ErrorCode.SYNTAX_ERROR,
            "GROUP BY ALL cannot be used with *",
            Positions.of(name),
            "Name the columns of the select list.",
            null);
      }
      if (!hasAggregate(expression)) {
        keys.add(expression);
      }
    }
    return new SqlNodeList(keys, getParserPosition());
  }

  private static boolean hasAggregate(SqlNode node) {
    return switch (node) {
      case SqlNodeList list -> list.stream().anyMatch(GroupByAll::hasAggregate);
      case SqlCall call -> {
        if (call.isA(SqlKind.QUERY)) {
          yield false;
        }
        SqlKind kind = call.getKind();
        if (kind == SqlKind.FILTER
            || kind == SqlKind.WITHIN_GROUP
            || call.getOperator() instanceof SqlAggFunction
            || Aggregates.NAMES.contains(call.getOperator().getName().toUpperCase(Locale.ROOT))) {
          yield true;
        }
        // The function of a window is no aggregate, but its arguments may hold one.
        SqlCall from =
            kind == SqlKind.OVER && call.operand(0) instanceof SqlCall windowed ? windowed : call;
        yield from.getOperandList().stream().anyMatch(o -> o != null && hasAggregate(o));
      }
      default -> false;
    };
  }

  /// Read once, on the first `GROUP BY ALL`.
  private static final class Aggregates {
    static final Set<String> NAMES = names();

    private static Set<String> names() {
      Set<String> names =
          new HashSet<>(
              Set.of(
                  "MEDIAN",
                  "LIST",
                  "ARG_MIN",
                  "ARG_MAX",
                  "MIN_BY",
                  "MAX_BY",
                  "COUNT_IF",
                  "FIRST",
                  "LAST",
                  "QUANTILE",
                  "APPROX_QUANTILE",
                  "APPROX_DISTINCT",
                  "HISTOGRAM"));
      List<SqlOperator> operators =
          new ArrayList<>(SqlStdOperatorTable.instance().getOperatorList());
      operators.addAll(
          SqlLibraryOperatorTableFactory.INSTANCE
              .getOperatorTable(
                  SqlLibrary.POSTGRESQL,
                  SqlLibrary.BIG_QUERY,
                  SqlLibrary.SPARK,
                  SqlLibrary.SNOWFLAKE)
              .getOperatorList());
      for (SqlOperator operator : operators) {
        if (operator instanceof SqlAggFunction && operator.isAggregator()) {
          names.add(operator.getName().toUpperCase(Locale.ROOT));
        }
      }
      return Set.copyOf(names);
    }
  }
}
