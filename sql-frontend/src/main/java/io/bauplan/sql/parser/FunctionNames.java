package io.bauplan.sql.parser;

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
import org.apache.calcite.sql.SqlUnresolvedFunction;
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
      case "square" -> SqlStdOperatorTable.MULTIPLY.createCall(position, value, value);
      case "array_construct", "list_value", "list_pack" ->
          SqlStdOperatorTable.ARRAY_VALUE_CONSTRUCTOR.createCall(position, value);
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
      case "array_prepend", "list_prepend" -> call;
      case "array_construct", "list_value", "list_pack" ->
          SqlStdOperatorTable.ARRAY_VALUE_CONSTRUCTOR.createCall(position, first, second);
      case "bit_count" -> named("BIT_COUNT", position, first);
      case "struct_extract" -> SqlStdOperatorTable.ITEM.createCall(position, first, second);
      default -> call;
    };
  }

  private static SqlCall ofThree(
      SqlCall call, String name, List<SqlNode> operands, SqlParserPos position) {
    return switch (name) {
      case "convert_timezone" ->
          atZone(atZone(operands.get(2), operands.get(0), position), operands.get(1), position);
      case "array_construct", "list_value", "list_pack" ->
          SqlStdOperatorTable.ARRAY_VALUE_CONSTRUCTOR.createCall(position, operands);
      case "regexp_instr" -> call;
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
