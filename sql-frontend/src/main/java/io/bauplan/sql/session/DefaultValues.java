package io.bauplan.sql.session;

import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.validator.Positions;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.calcite.sql.SqlBasicTypeNameSpec;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;

/// What the columns of a table get in new rows that do not say, and `DEFAULT` where it is written.
final class DefaultValues {
  private final List<ScanColumn> columns;
  private final Map<Integer, Literal> defaults;

  DefaultValues(CatalogTable table) {
    this.columns = table.columns();
    this.defaults = table.writeDefaults();
  }

  boolean has(int column) {
    return defaults.containsKey(columns.get(column).fieldId());
  }

  /// One per column of the table.
  List<Literal> literals() {
    List<Literal> literals = new ArrayList<>();
    for (ScanColumn column : columns) {
      literals.add(
          defaults.getOrDefault(column.fieldId(), new Literal(null, column.column().type())));
    }
    return literals;
  }

  /// The value of a column, or its default where that is what is written.
  SqlNode value(int column, SqlNode written) {
    return written.getKind() == SqlKind.DEFAULT
        ? node(column, written.getParserPosition())
        : written;
  }

  /// Replaces `DEFAULT` in the rows of `VALUES`, in place.
  ///
  /// @param targets the table's column of each of a row's values
  void replaceIn(SqlNode source, List<Integer> targets) {
    if (source.getKind() != SqlKind.VALUES) {
      return;
    }
    for (SqlNode row : ((SqlCall) source).getOperandList()) {
      if (row instanceof SqlCall values && values.getKind() == SqlKind.ROW) {
        for (int i = 0; i < Math.min(targets.size(), values.operandCount()); i++) {
          values.setOperand(i, value(targets.get(i), values.operand(i)));
        }
      }
    }
  }

  SqlNode node(int column, SqlParserPos position) {
    Literal literal = literals().get(column);
    Object value = literal.value();
    if (value == null) {
      return SqlLiteral.createNull(position);
    }
    return switch (literal.type()) {
      case DataType.BooleanType() -> SqlLiteral.createBoolean((Boolean) value, position);
      case DataType.IntegerType ignored ->
          SqlLiteral.createExactNumeric(value.toString(), position);
      case DataType.DecimalType ignored ->
          SqlLiteral.createExactNumeric(((java.math.BigDecimal) value).toPlainString(), position);
      case DataType.FloatType ignored -> cast(value.toString(), SqlTypeName.DOUBLE, position);
      case DataType.VarcharType() -> SqlLiteral.createCharString(value.toString(), position);
      case DataType.DateType() ->
          cast(LocalDate.ofEpochDay((Long) value).toString(), SqlTypeName.DATE, position);
      case DataType.TimestampType(boolean zone) when !zone ->
          cast(
              LocalDateTime.ofEpochSecond(
                      Math.floorDiv((Long) value, 1_000_000L),
                      (int) Math.floorMod((Long) value, 1_000_000L) * 1000,
                      ZoneOffset.UTC)
                  .toString()
                  .replace('T', ' '),
              SqlTypeName.TIMESTAMP,
              position);
      default ->
          throw new EngineException(
              ErrorCode.NOT_SUPPORTED,
              "DEFAULT of type " + literal.type().sql() + " in this place",
              Positions.of(position),
              "Leave the column out of INSERT's column list, or write the value.",
              null);
    };
  }

  private static SqlNode cast(String text, SqlTypeName type, SqlParserPos position) {
    return SqlStdOperatorTable.CAST.createCall(
        position,
        SqlLiteral.createCharString(text, position),
        new SqlDataTypeSpec(new SqlBasicTypeNameSpec(type, position), position));
  }
}
