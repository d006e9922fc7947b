package io.bauplan.sql.validator;

import io.bauplan.sql.parser.StructOperator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;

/// Function ids: the names under which `Expression.Call` and `AggregateCall` carry functions from
/// the planner to workers, and the operators they stand for. An id is the operator's name in lower
/// case, blanks as `_`; where several operators share a name the later ones end in `#2`, `#3`, ...;
/// those below have names of their own. Every call is null where an argument is null, unless said
/// otherwise.
///
/// Not calls but records of their own: arithmetic, comparisons, AND, OR, NOT, IS, IN lists, LIKE,
/// CAST, CASE (also COALESCE, NULLIF, IFNULL, NVL, IF, GREATEST and LEAST of two), EXTRACT (also
/// YEAR(), MONTH(), date_part).
///
/// | id | arguments | result |
/// |---|---|---|
/// | `concat` | VARCHAR, VARCHAR | `a || b` |
/// | `substring` | VARCHAR or BINARY, from INTEGER (1-based, may be < 1), length INTEGER if given |
/// by code point |
/// | `upper`, `lower`, `initcap`, `reverse` | VARCHAR | VARCHAR |
/// | `char_length`, `character_length`, `length` | VARCHAR | code points, INTEGER |
/// | `octet_length` | VARCHAR or BINARY | INTEGER |
/// | `trim` | `BOTH`, `LEADING` or `TRAILING` as VARCHAR literal; characters VARCHAR; operand
/// VARCHAR | VARCHAR |
/// | `ltrim`, `rtrim` | VARCHAR | VARCHAR |
/// | `position` | needle, haystack [, from INTEGER] | 1-based, 0 = absent, INTEGER |
/// | `strpos` | haystack, needle | as `position` |
/// | `replace` | VARCHAR, from, to | VARCHAR |
/// | `overlay` | VARCHAR, replacement, from [, length] | VARCHAR |
/// | `left`, `right`, `repeat`, `lpad`, `rpad` | VARCHAR, INTEGER [, VARCHAR] | VARCHAR |
/// | `starts_with`, `ends_with` | VARCHAR, VARCHAR | BOOLEAN |
/// | `split_part` | VARCHAR, delimiter, INTEGER | VARCHAR |
/// | `abs`, `sign` | number | its type |
/// | `round`, `truncate` | number [, digits INTEGER] | the number's type; half up |
/// | `floor`, `ceil` | number | its type |
/// | `mod` | see `Arithmetic` | |
/// | `power`, `sqrt`, `exp`, `ln`, `log10`, `sin`, ... | DOUBLE | DOUBLE |
/// | `datetime_add`, `datetime_subtract` | DATE, TIME or TIMESTAMP; interval | the time's type;
/// months end at the month's last day |
/// | `datetime_difference` | t1, t2 | t1 - t2: BIGINT days of DATEs, else INTERVAL DAY TO SECOND |
/// | `date_add_days` | DATE, integer | DATE |
/// | `timestamp_diff` | unit VARCHAR, from, to | whole units from `from` to `to`, toward zero |
/// | `date_trunc`, `date_ceil` | unit VARCHAR (`year`, `quarter`, `month`, `week`, `day`, `hour`,
/// ...), time | the time's type |
/// | `interval_add`, `interval_subtract` | interval, interval | interval |
/// | `interval_multiply`, `interval_divide` | interval, number | interval |
/// | `struct_field` | row, index | the field, 0-based |
/// | `item` | list, 1-based INTEGER; or map, key | element or NULL |
/// | `array`, `map`, `row` | values; keys and values in turn; values | never null |
///
/// `current_date`, `current_timestamp` and their kin are constants by the time a plan is made.
public final class FunctionRegistry {
  /// `datetime_add(date|time|timestamp, interval)`; a month sum past the month's end takes its last
  /// day.
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

  /// `date_trunc(unit, time)`.
  public static final String DATE_TRUNC = "date_trunc";

  /// `date_ceil(unit, time)`: the next beginning of the unit, or the time itself where it is one.
  public static final String DATE_CEIL = "date_ceil";

  /// `date_add_days(date, days)`.
  public static final String DATE_ADD_DAYS = "date_add_days";

  /// `timestamp_diff(unit, from, to)`.
  public static final String TIMESTAMP_DIFF = "timestamp_diff";

  /// `struct_field(row, index)`, 0-based.
  public static final String STRUCT_FIELD = "struct_field";

  private static final Set<String> OWN =
      Set.of(
          INTERVAL_ADD,
          INTERVAL_SUBTRACT,
          INTERVAL_MULTIPLY,
          INTERVAL_DIVIDE,
          DATE_CEIL,
          STRUCT_FIELD);

  /// Calcite takes these for deterministic.
  private static final Set<String> CHANGING =
      Set.of("rand", "random", "rand_integer", "uuid", "gen_random_uuid", "generate_uuid");

  private static final FunctionRegistry INSTANCE = new FunctionRegistry();

  private final Map<SqlOperator, String> ids = new IdentityHashMap<>();
  private final Map<String, SqlOperator> operators = new HashMap<>();

  private FunctionRegistry() {
    canonical("concat", SqlStdOperatorTable.CONCAT);
    canonical("concat_function", SqlLibraryOperators.CONCAT_FUNCTION);
    canonical(DATETIME_ADD, SqlStdOperatorTable.DATETIME_PLUS);
    canonical(DATETIME_SUBTRACT, SqlStdOperatorTable.MINUS_DATE);
    canonical(DATETIME_DIFFERENCE, EngineFunctions.DATETIME_DIFFERENCE);
    canonical(DATE_TRUNC, EngineFunctions.DATE_TRUNC);
    canonical(DATE_ADD_DAYS, EngineFunctions.DATE_ADD_DAYS);
    canonical(TIMESTAMP_DIFF, EngineFunctions.TIMESTAMP_DIFF);
    canonical("array", SqlStdOperatorTable.ARRAY_VALUE_CONSTRUCTOR);
    canonical("map", SqlStdOperatorTable.MAP_VALUE_CONSTRUCTOR);
    canonical("row", SqlStdOperatorTable.ROW);
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
    if (operator instanceof StructOperator) {
      return "row";
    }
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
      case ARRAY_AGG -> "array_agg";
      case ARRAY_CONCAT_AGG -> id(function);
      case PERCENTILE_CONT -> "percentile_cont";
      case PERCENTILE_DISC -> "percentile_disc";
      default -> aggregateId(function.getName().toLowerCase(Locale.ROOT));
    };
  }

  /// One id for functions of several names.
  private static String aggregateId(String name) {
    return switch (name) {
      case "quantile_cont", "approx_quantile", "approx_percentile" -> "percentile_cont";
      case "quantile", "quantile_disc" -> "percentile_disc";
      case "min_by" -> "arg_min";
      case "max_by" -> "arg_max";
      case "countif" -> "count_if";
      case "arbitrary", "first" -> "any_value";
      case "list", "collect_list", "collect" -> "array_agg";
      default -> name.replace(' ', '_');
    };
  }

  /// Whether calls with the same arguments give the same throughout a statement. The functions of
  /// ours that stand for no operator do; of an unknown one nothing is promised.
  public boolean isDeterministic(String id) {
    SqlOperator operator = operators.get(id);
    return operator == null
        ? OWN.contains(id)
        : operator.isDeterministic() && !operator.isDynamicFunction() && !CHANGING.contains(id);
  }

  public Optional<SqlOperator> operator(String id) {
    return Optional.ofNullable(operators.get(id));
  }
}
