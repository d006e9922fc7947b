package io.bauplan.sql.logical;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.validator.EngineCollections;
import io.bauplan.sql.validator.EngineFunctions;
import io.bauplan.sql.validator.EngineScalars;
import io.bauplan.sql.validator.Positions;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.SqlJsonConstructorNullClause;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.sql2rel.SqlRexContext;
import org.apache.calcite.sql2rel.SqlRexConvertlet;
import org.apache.calcite.sql2rel.SqlRexConvertletTable;
import org.apache.calcite.sql2rel.StandardConvertletTable;
import org.apache.calcite.util.Util;
import org.jspecify.annotations.Nullable;

/// How calls become row expressions where Calcite's way is not ours: its date arithmetic counts in
/// milliseconds.
final class EngineConvertlets implements SqlRexConvertletTable {
  static final EngineConvertlets INSTANCE = new EngineConvertlets();

  private static final Set<SqlKind> TESTS =
      Set.of(
          SqlKind.IS_TRUE,
          SqlKind.IS_NOT_TRUE,
          SqlKind.IS_FALSE,
          SqlKind.IS_NOT_FALSE,
          SqlKind.IS_UNKNOWN,
          SqlKind.IS_NULL,
          SqlKind.IS_NOT_NULL);

  private static final Set<SqlKind> ORDERS =
      Set.of(
          SqlKind.LESS_THAN,
          SqlKind.LESS_THAN_OR_EQUAL,
          SqlKind.GREATER_THAN,
          SqlKind.GREATER_THAN_OR_EQUAL);

  private EngineConvertlets() {}

  @Override
  public @Nullable SqlRexConvertlet get(SqlCall call) {
    SqlOperator operator = call.getOperator();
    if (operator == EngineFunctions.MINUS) {
      return EngineConvertlets::minus;
    }
    if (operator == EngineFunctions.UNARY_PLUS) {
      return (context, plus) -> context.convertExpression(plus.operand(0));
    }
    if (operator == EngineFunctions.PLUS) {
      return EngineConvertlets::plus;
    }
    if (operator == EngineScalars.TO_TIMESTAMP_VALUE) {
      return EngineConvertlets::toTimestamp;
    }
    if (operator == EngineCollections.LENGTH_OF) {
      return EngineConvertlets::length;
    }
    if (operator == SqlStdOperatorTable.JSON_OBJECT || operator == SqlStdOperatorTable.JSON_ARRAY) {
      return EngineConvertlets::json;
    }
    if (operator.getKind() == SqlKind.TIMESTAMP_DIFF && call.operandCount() == 3) {
      return EngineConvertlets::difference;
    }
    if (operator.getName().equals(EngineFunctions.DATE_TRUNC.getName())) {
      return EngineConvertlets::truncation;
    }
    if (operator.getName().equals("SUBSTR") && isPlainSubstring(call)) {
      return EngineConvertlets::substring;
    }
    if (operator.getKind() == SqlKind.TIMESTAMP_ADD
        && call.operandCount() == 3
        && call.operand(0) instanceof SqlIntervalQualifier unit
        && unit.timeUnitRange.startUnit.multiplier.scale() <= 0
        && unit.timeUnitRange.startUnit != org.apache.calcite.avatica.util.TimeUnit.MICROSECOND
        && unit.timeUnitRange.startUnit != org.apache.calcite.avatica.util.TimeUnit.NANOSECOND) {
      return EngineConvertlets::addition;
    }
    if (TESTS.contains(operator.getKind())) {
      return TruthValues::test;
    }
    if (operator.getKind() == SqlKind.CASE) {
      return TruthValues::choice;
    }
    if (operator.getName().equals("GREATEST") || operator.getName().equals("LEAST")) {
      return TruthValues::greatest;
    }
    if (operator.getKind() == SqlKind.EQUALS || operator.getKind() == SqlKind.NOT_EQUALS) {
      return (context, equality) -> inOneUnit(context, RowEquality.convert(context, equality));
    }
    if (ORDERS.contains(operator.getKind())) {
      return EngineConvertlets::order;
    }
    if (operator.getKind() == SqlKind.IS_DISTINCT_FROM
        || operator.getKind() == SqlKind.IS_NOT_DISTINCT_FROM) {
      return RowEquality::distinct;
    }
    if (operator.getKind() == SqlKind.CAST || operator.getKind() == SqlKind.SAFE_CAST) {
      return EngineConvertlets::cast;
    }
    return StandardConvertletTable.INSTANCE.get(call);
  }

  private static RexNode order(SqlRexContext context, SqlCall call) {
    return inOneUnit(
        context,
        Objects.requireNonNull(StandardConvertletTable.INSTANCE.get(call), "comparison")
            .convertCall(context, call));
  }

  /// A constant interval that is compared with one of other units gets that one's: with a NULL of
  /// other units Calcite does not know the comparison for NULL, and then fails on it.
  private static RexNode inOneUnit(SqlRexContext context, RexNode converted) {
    if (!(converted instanceof RexCall call)
        || call.operands.size() != 2
        || !(call.operands.getLast() instanceof RexLiteral constant)
        || constant.isNull()) {
      return converted;
    }
    RelDataType type = call.operands.getFirst().getType();
    SqlIntervalQualifier unit = type.getIntervalQualifier();
    boolean other =
        unit != null
            && SqlTypeUtil.isInterval(constant.getType())
            && type.getFamily() == constant.getType().getFamily()
            && !unit.equals(constant.getType().getIntervalQualifier());
    BigDecimal value = other ? constant.getValueAs(BigDecimal.class) : null;
    return unit == null || value == null
        ? converted
        : call.clone(
            call.getType(),
            List.of(
                call.operands.getFirst(),
                context.getRexBuilder().makeIntervalLiteral(value, unit)));
  }

  private static RexNode cast(SqlRexContext context, SqlCall call) {
    SqlRexConvertlet standard =
        Objects.requireNonNull(StandardConvertletTable.INSTANCE.get(call), "CAST");
    RexNode converted = standard.convertCall(context, call);
    if (!(converted instanceof RexCall cast)
        || !SqlTypeUtil.inCharFamily(cast.getType())
        || cast.operands.size() != 1) {
      return converted;
    }
    RexNode value = cast.operands.getFirst();
    boolean byType =
        SqlTypeUtil.isApproximateNumeric(value.getType()) || SqlTypeUtil.isDecimal(value.getType());
    return byType && !(value instanceof RexLiteral)
        ? cast.clone(
            cast.getType(),
            List.of(
                context
                    .getRexBuilder()
                    .makeCall(value.getType(), EngineScalars.TYPED, List.of(value))))
        : converted;
  }

  /// Whether the call's numbers are literals that mean what they mean to SUBSTRING. Others count
  /// from the text's end, which makes a CASE of the call, and long conditions of comparisons with
  /// it.
  private static boolean isPlainSubstring(SqlCall call) {
    return call.operandCount() >= 2
        && isLiteralFrom(call.operand(1), 1)
        && (call.operandCount() == 2 || isLiteralFrom(call.operand(2), 0));
  }

  private static boolean isLiteralFrom(SqlNode node, int least) {
    return node instanceof SqlNumericLiteral number
        && number.isInteger()
        && number.bigDecimalValue() instanceof BigDecimal value
        && value.compareTo(BigDecimal.valueOf(least)) >= 0
        && value.compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) <= 0;
  }

  private static RexNode substring(SqlRexContext context, SqlCall call) {
    return context
        .getRexBuilder()
        .makeCall(
            context.getValidator().getValidatedNodeType(call),
            SqlStdOperatorTable.SUBSTRING,
            call.getOperandList().stream().map(context::convertExpression).toList());
  }

  private static RexNode toTimestamp(SqlRexContext context, SqlCall call) {
    RexBuilder rex = context.getRexBuilder();
    RexNode value = context.convertExpression(call.operand(0));
    RelDataType type = context.getValidator().getValidatedNodeType(call);
    return SqlTypeUtil.isNumeric(value.getType())
        ? rex.makeCall(type, EngineScalars.EPOCH_TO_TIMESTAMP, List.of(value))
        : rex.makeCast(type, value);
  }

  /// The standard's `JSON_OBJECT('a' VALUE 1)` and `JSON_ARRAY(1, 2)`, whose first operand says
  /// what becomes of NULLs.
  private static RexNode json(SqlRexContext context, SqlCall call) {
    boolean object = call.getOperator() == SqlStdOperatorTable.JSON_OBJECT;
    boolean absent =
        call.operand(0) instanceof SqlLiteral nulls
            && nulls.getValue() == SqlJsonConstructorNullClause.ABSENT_ON_NULL;
    List<RexNode> values = new ArrayList<>();
    for (int i = 1; i < call.operandCount(); i++) {
      values.add(context.convertExpression(call.operand(i)));
    }
    if (absent && values.stream().anyMatch(value -> value.getType().isNullable())) {
      throw new EngineException(
          ErrorCode.NOT_SUPPORTED,
          call.getOperator().getName() + " cannot leave NULLs out",
          Positions.of(call.getParserPosition()),
          "Add NULL ON NULL, or leave them out with COALESCE or CASE.",
          null);
    }
    return context
        .getRexBuilder()
        .makeCall(
            context.getValidator().getValidatedNodeType(call),
            object ? EngineCollections.JSON_OBJECT_OF : EngineCollections.JSON_ARRAY_OF,
            values);
  }

  private static RexNode length(SqlRexContext context, SqlCall call) {
    RexBuilder rex = context.getRexBuilder();
    RexNode value = context.convertExpression(call.operand(0));
    SqlOperator operator =
        SqlTypeUtil.inCharFamily(value.getType())
            ? SqlStdOperatorTable.CHAR_LENGTH
            : SqlTypeUtil.isBinary(value.getType())
                ? SqlStdOperatorTable.OCTET_LENGTH
                : SqlTypeUtil.isCollection(value.getType()) || SqlTypeUtil.isMap(value.getType())
                    ? SqlStdOperatorTable.CARDINALITY
                    : SqlStdOperatorTable.CHAR_LENGTH;
    RelDataType type = context.getValidator().getValidatedNodeType(call);
    RexNode text =
        operator == SqlStdOperatorTable.CHAR_LENGTH && !SqlTypeUtil.inCharFamily(value.getType())
            ? rex.makeCast(
                rex.getTypeFactory()
                    .createTypeWithNullability(
                        rex.getTypeFactory()
                            .createSqlType(org.apache.calcite.sql.type.SqlTypeName.VARCHAR),
                        true),
                value)
            : value;
    return rex.makeCast(type, rex.makeCall(operator, text));
  }

  /// `TIMESTAMPADD(unit, n, time)`: the time plus n times the unit.
  private static RexNode addition(SqlRexContext context, SqlCall call) {
    RexBuilder rex = context.getRexBuilder();
    var unit = ((SqlIntervalQualifier) call.operand(0)).timeUnitRange.startUnit;
    boolean months = unit.yearMonth || unit == org.apache.calcite.avatica.util.TimeUnit.QUARTER;
    SqlIntervalQualifier qualifier =
        new SqlIntervalQualifier(
            months
                ? org.apache.calcite.avatica.util.TimeUnit.MONTH
                : unit.multiplier.longValue() % 86_400_000L == 0
                    ? org.apache.calcite.avatica.util.TimeUnit.DAY
                    : org.apache.calcite.avatica.util.TimeUnit.SECOND,
            null,
            call.getParserPosition());
    RexNode one = rex.makeIntervalLiteral(unit.multiplier, qualifier);
    RexNode count = context.convertExpression(call.operand(1));
    RexNode time = context.convertExpression(call.operand(2));
    RelDataType interval =
        rex.getTypeFactory().createTypeWithNullability(one.getType(), count.getType().isNullable());
    return rex.makeCall(
        context.getValidator().getValidatedNodeType(call),
        SqlStdOperatorTable.DATETIME_PLUS,
        List.of(time, rex.makeCall(interval, SqlStdOperatorTable.MULTIPLY, List.of(one, count))));
  }

  private static RexNode truncation(SqlRexContext context, SqlCall call) {
    RexBuilder rex = context.getRexBuilder();
    boolean unitLast = call.operand(1) instanceof SqlIntervalQualifier;
    RexNode unit =
        call.operand(1) instanceof SqlIntervalQualifier qualifier
            ? rex.makeLiteral(name(qualifier))
            : context.convertExpression(call.operand(0));
    RexNode time = context.convertExpression(call.operand(unitLast ? 0 : 1));
    return rex.makeCall(
        context.getValidator().getValidatedNodeType(call),
        EngineFunctions.DATE_TRUNC,
        List.of(unit, time));
  }

  private static RexNode minus(SqlRexContext context, SqlCall call) {
    RexBuilder rex = context.getRexBuilder();
    RexNode left = context.convertExpression(call.operand(0));
    RexNode right = context.convertExpression(call.operand(1));
    RelDataType type = context.getValidator().getValidatedNodeType(call);
    if (EngineFunctions.isDateAndNumber(left.getType(), right.getType())) {
      return rex.makeCall(
          type,
          EngineFunctions.DATE_ADD_DAYS,
          List.of(left, rex.makeCall(SqlStdOperatorTable.UNARY_MINUS, right)));
    }
    if (!SqlTypeUtil.isDatetime(left.getType())) {
      return rex.makeCall(type, SqlStdOperatorTable.MINUS, List.of(left, right));
    }
    return SqlTypeUtil.isDatetime(right.getType())
        ? rex.makeCall(type, EngineFunctions.DATETIME_DIFFERENCE, List.of(left, right))
        : rex.makeCall(type, SqlStdOperatorTable.MINUS_DATE, List.of(left, right));
  }

  private static RexNode plus(SqlRexContext context, SqlCall call) {
    RexBuilder rex = context.getRexBuilder();
    RexNode left = context.convertExpression(call.operand(0));
    RexNode right = context.convertExpression(call.operand(1));
    RelDataType type = context.getValidator().getValidatedNodeType(call);
    if (EngineFunctions.isDateAndNumber(left.getType(), right.getType())) {
      return rex.makeCall(type, EngineFunctions.DATE_ADD_DAYS, List.of(left, right));
    }
    boolean leftTime = SqlTypeUtil.isDatetime(left.getType());
    if (leftTime || SqlTypeUtil.isDatetime(right.getType())) {
      return rex.makeCall(
          type,
          SqlStdOperatorTable.DATETIME_PLUS,
          leftTime ? List.of(left, right) : List.of(right, left));
    }
    return rex.makeCall(type, SqlStdOperatorTable.PLUS, List.of(left, right));
  }

  /// `TIMESTAMPDIFF(unit, from, to)`, and BigQuery's `TIMESTAMP_DIFF(to, from, unit)`, which counts
  /// boundaries of days and longer units.
  private static RexNode difference(SqlRexContext context, SqlCall call) {
    RexBuilder rex = context.getRexBuilder();
    RelDataType type = context.getValidator().getValidatedNodeType(call);
    if (call.operand(0) instanceof SqlIntervalQualifier unit) {
      return rex.makeCall(
          type,
          EngineFunctions.TIMESTAMP_DIFF,
          List.of(
              rex.makeLiteral(name(unit)),
              context.convertExpression(call.operand(1)),
              context.convertExpression(call.operand(2))));
    }
    SqlIntervalQualifier unit = call.operand(2);
    RexNode to = context.convertExpression(call.operand(0));
    RexNode from = context.convertExpression(call.operand(1));
    RexNode name = rex.makeLiteral(name(unit));
    if (unit.isDate()) {
      to = rex.makeCall(to.getType(), EngineFunctions.DATE_TRUNC, List.of(name, to));
      from = rex.makeCall(from.getType(), EngineFunctions.DATE_TRUNC, List.of(name, from));
    }
    return rex.makeCall(type, EngineFunctions.TIMESTAMP_DIFF, List.of(name, from, to));
  }

  private static String name(SqlIntervalQualifier unit) {
    return Util.first(unit.timeFrameName, unit.timeUnitRange.startUnit.name())
        .toLowerCase(Locale.ROOT);
  }
}
