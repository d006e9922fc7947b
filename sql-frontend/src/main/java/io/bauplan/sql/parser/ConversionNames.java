package io.bauplan.sql.parser;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlBasicTypeNameSpec;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;

/// `to_date(x)`, `try_to_number(x, 10, 2)` and their kin: casts, or readings by a pattern.
final class ConversionNames {
  private ConversionNames() {}

  static Optional<SqlCall> replace(String name, List<SqlNode> operands, SqlParserPos position) {
    if (operands.isEmpty()) {
      return Optional.empty();
    }
    boolean safe = name.startsWith("try_");
    String plain = safe ? name.substring(4) : name;
    SqlNode value = operands.getFirst();
    boolean alone = operands.size() == 1;
    return switch (plain) {
      case "to_date", "date" ->
          plain.equals("date") && safe ? Optional.empty() : time(operands, "DATE", safe, position);
      case "to_time" -> time(operands, "TIME", safe, position);
      case "to_timestamp", "to_timestamp_ntz", "to_datetime", "timestamp_ntz" ->
          time(operands, "TIMESTAMP", safe, position);
      case "to_timestamp_ltz", "to_timestamp_tz", "to_timestamptz" ->
          time(operands, "TIMESTAMP_WITH_LOCAL_TIME_ZONE", safe, position);
      case "from_iso8601_date" -> Optional.of(cast(value, "DATE", position));
      case "from_iso8601_timestamp" ->
          Optional.of(cast(value, "TIMESTAMP_WITH_LOCAL_TIME_ZONE", position));
      case "to_number", "to_decimal", "to_numeric" -> number(operands, safe, position);
      case "to_double", "to_float" -> Optional.of(cast(value, "DOUBLE", safe, position));
      case "to_varchar", "to_string", "to_text" ->
          Optional.of(
              alone
                  ? cast(value, "VARCHAR", safe, position)
                  : FunctionNames.named("TO_CHAR", position, value, operands.get(1)));
      case "to_char" ->
          alone ? Optional.of(cast(value, "VARCHAR", safe, position)) : Optional.empty();
      case "to_binary" ->
          alone ? Optional.of(FunctionNames.named("FROM_HEX", position, value)) : Optional.empty();
      case "epoch_ms", "timestamp_ms", "make_timestamp_ms" ->
          value instanceof SqlNumericLiteral
              ? Optional.of(FunctionNames.named("EPOCH_MS_TO_TIMESTAMP", position, value))
              : Optional.empty();
      case "unix_timestamp", "to_unix_timestamp" ->
          alone
              ? Optional.empty()
              : Optional.of(
                  FunctionNames.extract(
                      org.apache.calcite.avatica.util.TimeUnit.EPOCH,
                      FunctionNames.named("TO_TIMESTAMP_FORMAT", position, value, operands.get(1)),
                      position));
      default -> Optional.empty();
    };
  }

  private static Optional<SqlCall> time(
      List<SqlNode> operands, String type, boolean safe, SqlParserPos position) {
    SqlNode value = operands.getFirst();
    if (operands.size() > 2) {
      return Optional.empty();
    }
    if (operands.size() == 2) {
      SqlCall read =
          FunctionNames.named(
              safe ? "TRY_TO_TIMESTAMP_FORMAT" : "TO_TIMESTAMP_FORMAT",
              position,
              value,
              operands.get(1));
      return Optional.of(type.equals("TIMESTAMP") ? read : cast(read, type, position));
    }
    boolean number =
        value instanceof SqlNumericLiteral
            || value instanceof SqlCall call
                && call.getOperator() == SqlStdOperatorTable.UNARY_MINUS
                && call.operand(0) instanceof SqlNumericLiteral;
    if (number && !type.equals("DATE")) {
      SqlCall read = FunctionNames.named("EPOCH_TO_TIMESTAMP", position, value);
      return Optional.of(type.equals("TIMESTAMP") ? read : cast(read, type, position));
    }
    return Optional.of(
        type.equals("TIMESTAMP") && !safe
            ? FunctionNames.named("TO_TIMESTAMP_VALUE", position, value)
            : cast(value, type, safe, position));
  }

  /// `(x)`, `(x, precision, scale)`, `(x, 'pattern')`.
  private static Optional<SqlCall> number(
      List<SqlNode> operands, boolean safe, SqlParserPos position) {
    SqlNode value = operands.getFirst();
    if (operands.size() >= 2 && !(operands.get(1) instanceof SqlNumericLiteral)) {
      return operands.size() == 2
          ? Optional.of(FunctionNames.named("TO_NUMBER_FORMAT", position, value, operands.get(1)))
          : Optional.empty();
    }
    int precision =
        operands.size() >= 2 ? ((SqlNumericLiteral) operands.get(1)).intValue(true) : 38;
    int scale =
        operands.size() >= 3 && operands.get(2) instanceof SqlNumericLiteral digits
            ? digits.intValue(true)
            : 0;
    SqlDataTypeSpec type =
        new SqlDataTypeSpec(
            new SqlBasicTypeNameSpec(SqlTypeName.DECIMAL, precision, scale, position), position);
    return Optional.of(cast(value, type, safe, position));
  }

  static SqlCall cast(SqlNode value, String type, SqlParserPos position) {
    return cast(value, type, false, position);
  }

  private static SqlCall cast(SqlNode value, String type, boolean safe, SqlParserPos position) {
    SqlTypeName name = SqlTypeName.valueOf(type.toUpperCase(Locale.ROOT));
    return cast(
        value,
        new SqlDataTypeSpec(
            new SqlBasicTypeNameSpec(name, RelDataType.PRECISION_NOT_SPECIFIED, position),
            position),
        safe,
        position);
  }

  private static SqlCall cast(
      SqlNode value, SqlDataTypeSpec type, boolean safe, SqlParserPos position) {
    return safe
        ? SqlLibraryOperators.TRY_CAST.createCall(position, value, type)
        : SqlStdOperatorTable.CAST.createCall(position, value, type);
  }

  static SqlNode text(String value, SqlParserPos position) {
    return SqlLiteral.createCharString(value, position);
  }
}
