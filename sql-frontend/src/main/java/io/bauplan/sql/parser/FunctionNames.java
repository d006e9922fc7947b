package io.bauplan.sql.parser;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.calcite.avatica.util.TimeUnit;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlCharStringLiteral;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;

/// Functions under the names that other engines give them, written with the ones we have.
final class FunctionNames {
  private static final Map<String, String> ALIASES =
      Map.ofEntries(
          Map.entry("iff", "IF"),
          Map.entry("list_contains", "ARRAY_CONTAINS"),
          Map.entry("array_has", "ARRAY_CONTAINS"),
          Map.entry("list_concat", "ARRAY_CONCAT"),
          Map.entry("array_cat", "ARRAY_CONCAT"),
          Map.entry("list_append", "ARRAY_APPEND"),
          Map.entry("list_distinct", "ARRAY_DISTINCT"),
          Map.entry("list_reverse", "ARRAY_REVERSE"),
          Map.entry("list_max", "ARRAY_MAX"),
          Map.entry("list_min", "ARRAY_MIN"),
          Map.entry("array_sort", "SORT_ARRAY"),
          Map.entry("list_sort", "SORT_ARRAY"),
          Map.entry("regexp_matches", "REGEXP_LIKE"),
          Map.entry("str_split", "SPLIT"),
          Map.entry("string_split", "SPLIT"),
          Map.entry("mid", "SUBSTRING"),
          Map.entry("prefix", "STARTS_WITH"),
          Map.entry("suffix", "ENDS_WITH"),
          Map.entry("strlen", "OCTET_LENGTH"),
          Map.entry("json_extract_string", "JSON_VALUE"),
          Map.entry("json_extract_scalar", "JSON_VALUE"),
          Map.entry("get_json_object", "JSON_VALUE"),
          Map.entry("json_extract", "JSON_QUERY"),
          Map.entry("isnan", "IS_NAN"),
          Map.entry("isinf", "IS_INF"),
          Map.entry("uuid", "GEN_RANDOM_UUID"),
          Map.entry("generate_uuid", "GEN_RANDOM_UUID"),
          Map.entry("uuid_string", "GEN_RANDOM_UUID"),
          Map.entry("date_from_parts", "MAKE_DATE"),
          Map.entry("datefromparts", "MAKE_DATE"));

  private FunctionNames() {}

  /// The call itself where its name is ours or nobody's.
  static SqlCall replace(SqlCall call) {
    if (!(call.getOperator() instanceof SqlUnresolvedFunction)) {
      return call;
    }
    String name = call.getOperator().getName().toLowerCase(Locale.ROOT);
    List<SqlNode> operands = call.getOperandList();
    SqlParserPos position = call.getParserPosition();
    String alias = ALIASES.get(name);
    if (alias != null) {
      return named(alias, position, operands.toArray(SqlNode[]::new));
    }
    return switch (operands.size()) {
      case 1 -> ofOne(call, name, operands.getFirst(), position);
      case 2 -> ofTwo(call, name, operands.get(0), operands.get(1), position);
      default -> call;
    };
  }

  private static SqlCall ofOne(SqlCall call, String name, SqlNode value, SqlParserPos position) {
    SqlNode zero = SqlLiteral.createExactNumeric("0", position);
    return switch (name) {
      case "zeroifnull" -> SqlStdOperatorTable.COALESCE.createCall(position, value, zero);
      case "nullifzero" -> SqlStdOperatorTable.NULLIF.createCall(position, value, zero);
      case "epoch", "unix_timestamp" -> extract(TimeUnit.EPOCH, value, position);
      case "day" -> extract(TimeUnit.DAY, value, position);
      case "isodow" -> extract(TimeUnit.ISODOW, value, position);
      case "weekofyear" -> extract(TimeUnit.WEEK, value, position);
      case "dayofweek" ->
          SqlStdOperatorTable.PLUS.createCall(
              position,
              extract(TimeUnit.DOW, value, position),
              SqlLiteral.createExactNumeric("1", position));
      case "square" -> SqlStdOperatorTable.MULTIPLY.createCall(position, value, value);
      default -> call;
    };
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
      case "contains" ->
          SqlStdOperatorTable.GREATER_THAN.createCall(
              position,
              SqlStdOperatorTable.POSITION.createCall(position, second, first),
              SqlLiteral.createExactNumeric("0", position));
      case "list_extract", "element_at", "array_extract" ->
          SqlStdOperatorTable.ITEM.createCall(position, first, second);
      case "equal_null" ->
          SqlStdOperatorTable.IS_NOT_DISTINCT_FROM.createCall(position, first, second);
      default -> call;
    };
  }

  private static SqlCall extract(TimeUnit unit, SqlNode value, SqlParserPos position) {
    return SqlStdOperatorTable.EXTRACT.createCall(
        position, new SqlIntervalQualifier(unit, null, position), value);
  }

  private static SqlCall named(String name, SqlParserPos position, SqlNode... operands) {
    return QueryShorthands.function(
        name, SqlFunctionCategory.USER_DEFINED_FUNCTION, position, operands);
  }
}
