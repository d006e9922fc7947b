package io.bauplan.sql.validator;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;

/// Function ids: the names under which `Expression.Call` and `AggregateCall` carry functions from the
/// planner to workers, and the operators they stand for.
public final class FunctionRegistry {
  /// `datetime_add(date|time|timestamp, interval)`; a month sum past the month's end takes its last day.
  public static final String DATETIME_ADD = "datetime_add";

  /// `datetime_subtract(date|time|timestamp, interval)`.
  public static final String DATETIME_SUBTRACT = "datetime_subtract";

  /// `datetime_difference(t1, t2)`, t1 - t2 as the interval type of the call.
  public static final String DATETIME_DIFFERENCE = "datetime_difference";

  public static final String INTERVAL_ADD = "interval_add";
  public static final String INTERVAL_SUBTRACT = "interval_subtract";

  /// `interval_multiply(interval, number)`.
  public static final String INTERVAL_MULTIPLY = "interval_multiply";

  public static final String INTERVAL_DIVIDE = "interval_divide";

  /// `assert_not_null(value, column name)`: the value; NULL is error `23502` naming the column.
  public static final String ASSERT_NOT_NULL = "assert_not_null";

  /// `struct_field(row, index)`, 0-based.
  public static final String STRUCT_FIELD = "struct_field";

  private static final FunctionRegistry INSTANCE = new FunctionRegistry();

  private final Map<SqlOperator, String> ids = new IdentityHashMap<>();
  private final Map<String, SqlOperator> operators = new HashMap<>();

  private FunctionRegistry() {
    canonical("concat", SqlStdOperatorTable.CONCAT);
    canonical("concat_function", SqlLibraryOperators.CONCAT_FUNCTION);
    canonical(DATETIME_ADD, SqlStdOperatorTable.DATETIME_PLUS);
    canonical(DATETIME_SUBTRACT, SqlStdOperatorTable.MINUS_DATE);
    canonical("sum0", SqlStdOperatorTable.SUM0);
    canonical("mod", SqlStdOperatorTable.MOD);
    for (SqlOperator operator : EngineOperators.table().getOperatorList()) {
      if (!ids.containsKey(operator)) {
        String name = operator.getName().toLowerCase(Locale.ROOT).replace(' ', '_');
        String id = name;
        for (int i = 2; operators.containsKey(id); i++) {
          id = name + "#" + i;
        }
        canonical(id, operator);
      }
    }
  }

  private void canonical(String id, SqlOperator operator) {
    ids.put(operator, id);
    operators.put(id, operator);
  }

  public static FunctionRegistry instance() {
    return INSTANCE;
  }

  /// The id of an operator; an operator outside the tables goes by its name.
  public String id(SqlOperator operator) {
    String id = ids.get(operator);
    return id != null ? id : operator.getName().toLowerCase(Locale.ROOT).replace(' ', '_');
  }

  /// The id of an aggregate or window function.
  public String aggregateId(SqlAggFunction function) {
    return switch (function.getKind()) {
      case COUNT -> "count";
      case SUM -> "sum";
      case SUM0 -> "sum0";
      case MIN -> "min";
      case MAX -> "max";
      case AVG -> "avg";
      case ANY_VALUE -> "any_value";
      case SINGLE_VALUE -> "single_value";
      case STDDEV_POP -> "stddev_pop";
      case STDDEV_SAMP -> "stddev_samp";
      case VAR_POP -> "var_pop";
      case VAR_SAMP -> "var_samp";
      case GROUPING, GROUPING_ID -> "grouping";
      case LISTAGG, STRING_AGG -> "string_agg";
      case ARRAY_AGG, ARRAY_CONCAT_AGG -> id(function);
      default -> id(function);
    };
  }

  public Optional<SqlOperator> operator(String id) {
    return Optional.ofNullable(operators.get(id));
  }
}
