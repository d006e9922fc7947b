package io.bauplan.sql.parser;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.calcite.avatica.util.TimeUnit;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlCharStringLiteral;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.SqlWindow;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.fun.SqlTrimFunction;
import org.apache.calcite.sql.parser.SqlParserPos;

/// Functions under the names and in the forms that other engines give them, written with the ones
/// we have. Plain other names are in [FunctionAliases], conversions in [ConversionNames].
final class FunctionNames {
  private FunctionNames() {}

  /// The call itself where its name is ours or nobody's.
  static SqlCall replace(SqlCall call) {
    if (!(call.getOperator() instanceof SqlUnresolvedFunction)
        || call.getFunctionQuantifier() != null) {
      return call;
    }
    String name = call.getOperator().getName().toLowerCase(Locale.ROOT);
    List<SqlNode> operands = call.getOperandList();
    SqlParserPos position = call.getParserPosition();
    Optional<SqlCall> conversion = ConversionNames.replace(name, operands, position);
    if (conversion.isPresent()) {
      return conversion.get();
    }
    SqlCall formed =
        switch (operands.size()) {
          case 0 -> ofNone(call, name, position);
          case 1 -> ofOne(call, name, operands.getFirst(), position);
          case 2 -> ofTwo(call, name, operands.get(0), operands.get(1), position);
          case 3 -> ofThree(call, name, operands, position);
          // Dremio's regexp_split(text, pattern, 'ALL', limit).
          case 4 ->
              name.equals("regexp_split")
                      && operands.get(2) instanceof SqlCharStringLiteral mode
                      && "ALL".equalsIgnoreCase(String.valueOf(mode.toValue()))
                  ? named("REGEXP_SPLIT", position, operands.get(0), operands.get(1))
                  : call;
          default -> call;
        };
    if (formed != call) {
      return formed;
    }
    return FunctionAliases.of(name)
        .map(alias -> named(alias, position, operands.toArray(SqlNode[]::new)))
        .orElse(call);
  }

  private static SqlCall ofNone(SqlCall call, String name, SqlParserPos position) {
    return switch (name) {
      case "today", "current_date_utc", "curdate" ->
          now(SqlStdOperatorTable.CURRENT_DATE, position);
      case "sysdate", "getdate", "systimestamp", "unix_now", "get_current_timestamp" ->
          now(SqlStdOperatorTable.CURRENT_TIMESTAMP, position);
      case "current_database" -> now(SqlStdOperatorTable.CURRENT_CATALOG, position);
      case "current_schema" -> now(SqlStdOperatorTable.CURRENT_SCHEMA, position);
      case "seq1", "seq2", "seq4", "seq8" -> rowNumber(position);
      case "count" -> SqlStdOperatorTable.COUNT.createCall(position, SqlIdentifier.star(position));
      case "version", "current_version" ->
          ConversionNames.cast(ConversionNames.text("Bauplan", position), "VARCHAR", position);
      case "e" ->
          SqlStdOperatorTable.EXP.createCall(
              position, SqlLiteral.createExactNumeric("1", position));
      case "array_construct", "list_value", "list_pack" ->
          SqlStdOperatorTable.ARRAY_VALUE_CONSTRUCTOR.createCall(position);
      default -> call;
    };
  }

  private static SqlCall now(org.apache.calcite.sql.SqlFunction function, SqlParserPos position) {
    return function.createCall(position);
  }

  /// From 0 on.
  private static SqlCall rowNumber(SqlParserPos position) {
    SqlNode window =
        SqlWindow.create(
            null,
            null,
            SqlNodeList.EMPTY,
            SqlNodeList.EMPTY,
            SqlLiteral.createBoolean(false, position),
            null,
            null,
            null,
            SqlWindow.createExcludeNoOthers(position),
            position);
    return SqlStdOperatorTable.MINUS.createCall(
        position,
        SqlStdOperatorTable.OVER.createCall(
            position, SqlStdOperatorTable.ROW_NUMBER.createCall(position), window),
        SqlLiteral.createExactNumeric("1", position));
  }

  private static SqlCall ofOne(SqlCall call, String name, SqlNode value, SqlParserPos position) {
    SqlNode zero = SqlLiteral.createExactNumeric("0", position);
    return switch (name) {
      case "zeroifnull" -> SqlStdOperatorTable.COALESCE.createCall(position, value, zero);
      case "nullifzero" -> SqlStdOperatorTable.NULLIF.createCall(position, value, zero);
      case "isnull" -> SqlStdOperatorTable.IS_NULL.createCall(position, value);
      case "isnotnull" -> SqlStdOperatorTable.IS_NOT_NULL.createCall(position, value);
      case "epoch" -> extract(TimeUnit.EPOCH, value, position);
      case "unix_timestamp" ->
          extract(TimeUnit.EPOCH, ConversionNames.cast(value, "TIMESTAMP", position), position);
      case "day", "dayofmonth", "day_of_month" -> extract(TimeUnit.DAY, value, position);
      case "isodow", "day_of_week", "dow", "weekday_iso", "dayofweekiso" ->
          extract(TimeUnit.ISODOW, value, position);
      case "doy", "day_of_year" -> extract(TimeUnit.DOY, value, position);
      case "weekofyear", "week_of_year", "weekiso" -> extract(TimeUnit.WEEK, value, position);
      case "yearofweek", "year_of_week", "yearofweekiso", "isoyear", "yow" ->
          extract(TimeUnit.ISOYEAR, value, position);
      case "dayofweek" ->
          SqlStdOperatorTable.PLUS.createCall(
              position,
              extract(TimeUnit.DOW, value, position),
              SqlLiteral.createExactNumeric("1", position));
      case "btrim" ->
          SqlStdOperatorTable.TRIM.createCall(
              position,
              SqlTrimFunction.Flag.BOTH.symbol(position),
              SqlLiteral.createCharString(" ", position),
              value);
      case "json_agg", "jsonb_agg", "json_group_array", "to_json_agg" ->
          named("TO_JSON_TEXT", position, named("LIST", position, value));
      case "list_reverse_sort", "array_reverse_sort" ->
          named("SORT_ARRAY", position, value, SqlLiteral.createBoolean(false, position));
      case "boolnot" -> SqlStdOperatorTable.NOT.createCall(position, value);
      case "to_years" -> interval(value, TimeUnit.YEAR, "1", position);
      case "to_months" -> interval(value, TimeUnit.MONTH, "1", position);
      case "to_weeks" -> interval(value, TimeUnit.DAY, "7", position);
      case "to_days" -> interval(value, TimeUnit.DAY, "1", position);
      case "to_hours" -> interval(value, TimeUnit.HOUR, "1", position);
      case "to_minutes" -> interval(value, TimeUnit.MINUTE, "1", position);
      case "to_seconds" -> interval(value, TimeUnit.SECOND, "1", position);
      case "square" -> SqlStdOperatorTable.MULTIPLY.createCall(position, value, value);
      case "array_construct", "list_value", "list_pack" ->
          SqlStdOperatorTable.ARRAY_VALUE_CONSTRUCTOR.createCall(position, value);
      default -> call;
    };
  }

  private static SqlCall interval(SqlNode count, TimeUnit unit, String one, SqlParserPos position) {
    return SqlStdOperatorTable.MULTIPLY.createCall(
        position,
        SqlLiteral.createInterval(1, one, new SqlIntervalQualifier(unit, null, position), position),
        count);
  }

  private static SqlCall ofTwo(
      SqlCall call, String name, SqlNode first, SqlNode second, SqlParserPos position) {
    return switch (name) {
      case "strftime" ->
          first instanceof SqlCharStringLiteral && !(second instanceof SqlCharStringLiteral)
              ? named("STRFTIME", position, second, first)
              : call;
      case "locate", "charindex" ->
          SqlStdOperatorTable.POSITION.createCall(position, first, second);
      case "list_sort", "array_sort", "sort_array" ->
          second instanceof SqlCharStringLiteral direction
              ? named(
                  "SORT_ARRAY",
                  position,
                  first,
                  SqlLiteral.createBoolean(
                      !"DESC".equalsIgnoreCase(String.valueOf(direction.toValue())), position))
              : call;
      case "quantile", "quantile_cont", "quantile_disc", "approx_quantile", "approx_percentile" ->
          quantiles(call, first, second, position);
      case "json_object_agg", "json_group_object", "object_agg" ->
          named("TO_JSON_TEXT", position, named("MAP_AGG", position, first, second));
      case "boolor" -> SqlStdOperatorTable.OR.createCall(position, first, second);
      case "booland" -> SqlStdOperatorTable.AND.createCall(position, first, second);
      case "boolxor" -> SqlStdOperatorTable.NOT_EQUALS.createCall(position, first, second);
      case "like", "col_like" -> SqlStdOperatorTable.LIKE.createCall(position, first, second);
      case "convert_from", "convert_to" ->
          converted(name.equals("convert_to"), first, second, position);
      case "list_aggregate", "list_aggr", "array_aggregate", "array_aggr" ->
          listAggregate(call, first, second, position);
      case "max", "min" -> extremes(first, first, second, name.equals("max"), position);
      case "equal_null" ->
          SqlStdOperatorTable.IS_NOT_DISTINCT_FROM.createCall(position, first, second);
      case "date_part", "datepart" ->
          QueryShorthands.part(first).map(unit -> extract(unit, second, position)).orElse(call);
      case "date_add", "dateadd", "adddate" ->
          SqlStdOperatorTable.PLUS.createCall(position, first, second);
      case "date_sub", "subdate", "datesub" ->
          SqlStdOperatorTable.MINUS.createCall(position, first, second);
      case "datediff", "date_diff" ->
          SqlStdOperatorTable.MINUS.createCall(
              position,
              ConversionNames.cast(first, "DATE", position),
              ConversionNames.cast(second, "DATE", position));
      case "age" -> SqlStdOperatorTable.MINUS.createCall(position, first, second);
      case "ltrim" -> trim(SqlTrimFunction.Flag.LEADING, first, second, position);
      case "rtrim" -> trim(SqlTrimFunction.Flag.TRAILING, first, second, position);
      case "btrim" -> trim(SqlTrimFunction.Flag.BOTH, first, second, position);
      case "ilike" ->
          org.apache.calcite.sql.fun.SqlLibraryOperators.ILIKE.createCall(position, first, second);
      case "replace" ->
          named("REPLACE", position, first, second, SqlLiteral.createCharString("", position));
      case "log" ->
          SqlStdOperatorTable.DIVIDE.createCall(
              position,
              SqlStdOperatorTable.LN.createCall(position, second),
              SqlStdOperatorTable.LN.createCall(position, first));
      case "trunc" ->
          second instanceof SqlCharStringLiteral
              ? named("DATE_TRUNC", position, second, first)
              : call;
      case "div0" -> divide(first, second, position);
      case "div0null" ->
          divide(
              first,
              SqlStdOperatorTable.COALESCE.createCall(
                  position, second, SqlLiteral.createExactNumeric("0", position)),
              position);
      case "convert_timezone" -> atZone(second, first, position);
      case "with_timezone", "at_timezone", "timezone" ->
          name.equals("timezone")
              ? atZone(second, first, position)
              : atZone(first, second, position);
      case "list_prepend" -> named("ARRAY_PREPEND", position, second, first);
      case "array_construct", "list_value", "list_pack" ->
          SqlStdOperatorTable.ARRAY_VALUE_CONSTRUCTOR.createCall(position, first, second);
      case "bit_count" -> named("BIT_COUNT", position, first);
      case "struct_extract" -> SqlStdOperatorTable.ITEM.createCall(position, first, second);
      default -> call;
    };
  }

  /// Dremio's `convert_to(text, 'UTF8')` and back, and `convert_from(json, 'JSON')`.
  private static SqlCall converted(
      boolean to, SqlNode value, SqlNode format, SqlParserPos position) {
    String name =
        format instanceof SqlCharStringLiteral text
            ? String.valueOf(text.toValue()).toUpperCase(Locale.ROOT)
            : "";
    return switch (name) {
      case "UTF8" -> named(to ? "TO_UTF8" : "FROM_UTF8", position, value);
      case "JSON" -> named(to ? "TO_JSON_TEXT" : "JSON_PARSE", position, value);
      default ->
          throw new EngineException(
              ErrorCode.NOT_SUPPORTED,
              "CONVERT_" + (to ? "TO" : "FROM") + " knows the formats 'UTF8' and 'JSON' only",
              Positions.of(format.getParserPosition()),
              "Use CAST, or one of them.",
              null);
    };
  }

  /// `quantile_cont(x, [0.25, 0.75])`: a list of one for each fraction.
  private static SqlCall quantiles(
      SqlCall call, SqlNode value, SqlNode fractions, SqlParserPos position) {
    if (!(fractions instanceof SqlCall list)
        || list.getOperator() != SqlStdOperatorTable.ARRAY_VALUE_CONSTRUCTOR) {
      return call;
    }
    List<SqlNode> each =
        list.getOperandList().stream()
            .map(fraction -> call.getOperator().createCall(position, value, fraction))
            .map(SqlNode.class::cast)
            .toList();
    return SqlStdOperatorTable.ARRAY_VALUE_CONSTRUCTOR.createCall(position, each);
  }

  /// `list_aggregate(list, 'sum')`.
  private static SqlCall listAggregate(
      SqlCall call, SqlNode list, SqlNode function, SqlParserPos position) {
    String name =
        function instanceof SqlCharStringLiteral text
            ? String.valueOf(text.toValue()).toLowerCase(Locale.ROOT)
            : "";
    return switch (name) {
      case "sum" -> named("LIST_SUM", position, list);
      case "avg", "mean" -> named("LIST_AVG", position, list);
      case "min" -> named("ARRAY_MIN", position, list);
      case "max" -> named("ARRAY_MAX", position, list);
      case "count" -> named("CARDINALITY", position, named("ARRAY_COMPACT", position, list));
      default -> call;
    };
  }

  /// The `n` values with the greatest (or least) keys, as a list: `max(x, n)`, `max_by(x, y, n)`.
  private static SqlCall extremes(
      SqlNode value, SqlNode key, SqlNode count, boolean greatest, SqlParserPos position) {
    SqlNode order = greatest ? SqlStdOperatorTable.DESC.createCall(position, key) : key;
    SqlCall list = QueryShorthands.ordered(named("LIST", position, value), SqlNodeList.of(order));
    SqlCall known =
        SqlStdOperatorTable.FILTER.createCall(
            position, list, SqlStdOperatorTable.IS_NOT_NULL.createCall(position, key));
    return named(
        "LIST_SLICE", position, known, SqlLiteral.createExactNumeric("1", position), count);
  }

  private static SqlCall ofThree(
      SqlCall call, String name, List<SqlNode> operands, SqlParserPos position) {
    return switch (name) {
      case "convert_timezone" ->
          atZone(atZone(operands.get(2), operands.get(0), position), operands.get(1), position);
      case "array_construct", "list_value", "list_pack" ->
          SqlStdOperatorTable.ARRAY_VALUE_CONSTRUCTOR.createCall(position, operands);
      case "max_by", "arg_max", "min_by", "arg_min" ->
          extremes(
              operands.get(0),
              operands.get(1),
              operands.get(2),
              name.endsWith("max") || name.startsWith("max"),
              position);
      default -> call;
    };
  }

  /// 0 where the divisor is; digits after the point in any case, as Snowflake gives them.
  private static SqlCall divide(SqlNode value, SqlNode divisor, SqlParserPos position) {
    SqlNode zero = SqlLiteral.createExactNumeric("0", position);
    return SqlStdOperatorTable.CASE.createCall(
        null,
        position,
        null,
        org.apache.calcite.sql.SqlNodeList.of(
            SqlStdOperatorTable.EQUALS.createCall(position, divisor, zero)),
        org.apache.calcite.sql.SqlNodeList.of(zero),
        SqlStdOperatorTable.DIVIDE.createCall(
            position,
            SqlStdOperatorTable.MULTIPLY.createCall(
                position, value, SqlLiteral.createExactNumeric("1.000000", position)),
            divisor));
  }

  static SqlCall trim(
      SqlTrimFunction.Flag side, SqlNode text, SqlNode characters, SqlParserPos position) {
    return SqlStdOperatorTable.TRIM.createCall(position, side.symbol(position), characters, text);
  }

  private static SqlCall atZone(SqlNode time, SqlNode zone, SqlParserPos position) {
    return QueryShorthands.AT_TIME_ZONE.createCall(position, time, zone);
  }

  static SqlCall extract(TimeUnit unit, SqlNode value, SqlParserPos position) {
    return SqlStdOperatorTable.EXTRACT.createCall(
        position, new SqlIntervalQualifier(unit, null, position), value);
  }

  static SqlCall named(String name, SqlParserPos position, SqlNode... operands) {
    return QueryShorthands.function(
        name, SqlFunctionCategory.USER_DEFINED_FUNCTION, position, operands);
  }

  /// The name itself, for messages.
  static String shown(SqlIdentifier name) {
    return String.join(".", name.names);
  }
}
