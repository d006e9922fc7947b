package io.bauplan.exec.fallback;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.validator.EngineTypeFactory;
import io.bauplan.sql.validator.FunctionRegistry;
import io.bauplan.sql.validator.TypeMapping;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.calcite.avatica.util.ByteString;
import org.apache.calcite.avatica.util.TimeUnitRange;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.fun.SqlTrimFunction;
import org.apache.calcite.util.DateString;
import org.apache.calcite.util.TimeString;
import org.apache.calcite.util.TimestampString;

/// Our expressions as Calcite's again.
final class RexTranslator {
  private final RelDataTypeFactory types = new EngineTypeFactory();
  private final RexBuilder builder = new RexBuilder(types);
  private final RelDataType rowType;

  RexTranslator(RowType input) {
    this.rowType = TypeMapping.relType(types, input);
  }

  RexBuilder rexBuilder() {
    return builder;
  }

  RelDataType rowType() {
    return rowType;
  }

  RexNode translate(Expression expression) {
    return switch (expression) {
      case Expression.InputRef(int index, DataType ignored, boolean nullable) ->
          builder.makeInputRef(rowType.getFieldList().get(index).getType(), index);
      case Expression.Literal literal -> literal(literal);
      case Expression.DynamicParameter ignored -> throw refuse("an unbound parameter");
      case Expression.CorrelatedRef ignored -> throw refuse("an unbound outer column");
      case Expression.Arithmetic(var operator, var left, var right, DataType type) ->
          builder.makeCall(
              relType(type, expression.nullable()),
              arithmetic(operator),
              translate(List.of(left, right)));
      case Expression.Comparison(var operator, var left, var right) ->
          builder.makeCall(comparison(operator), translate(List.of(left, right)));
      case Expression.And(var operands) ->
          builder.makeCall(SqlStdOperatorTable.AND, translate(operands));
      case Expression.Or(var operands) ->
          builder.makeCall(SqlStdOperatorTable.OR, translate(operands));
      case Expression.Not(var operand) ->
          builder.makeCall(SqlStdOperatorTable.NOT, translate(operand));
      case Expression.Is(var test, var operand) -> builder.makeCall(is(test), translate(operand));
      case Expression.InList(var operand, var values, boolean negated) -> {
        RexNode in =
            builder.makeIn(
                translate(operand),
                translate(values.stream().map(value -> (Expression) value).toList()));
        yield negated ? builder.makeCall(SqlStdOperatorTable.NOT, in) : in;
      }
      case Expression.Like like -> like(like);
      case Expression.Case(var branches, var otherwise, DataType type, boolean nullable) -> {
        List<RexNode> operands = new ArrayList<>();
        for (Expression.Case.Branch branch : branches) {
          operands.add(translate(branch.condition()));
          operands.add(translate(branch.result()));
        }
        operands.add(translate(otherwise));
        yield builder.makeCall(relType(type, nullable), SqlStdOperatorTable.CASE, operands);
      }
      case Expression.Cast(var operand, DataType type, boolean safe) ->
          builder.makeAbstractCast(relType(type, expression.nullable()), translate(operand), safe);
      case Expression.Extract(var unit, var operand) ->
          builder.makeCall(
              relType(DataType.INT64, expression.nullable()),
              SqlStdOperatorTable.EXTRACT,
              List.of(builder.makeFlag(range(unit)), translate(operand)));
      case Expression.Call call -> call(call);
    };
  }

  private List<RexNode> translate(List<Expression> expressions) {
    List<RexNode> nodes = new ArrayList<>();
    for (Expression expression : expressions) {
      nodes.add(translate(expression));
    }
    return nodes;
  }

  private RexNode call(Expression.Call call) {
    SqlOperator operator =
        FunctionRegistry.instance()
            .operator(call.function())
            .orElseThrow(() -> refuse("the function " + call.function()));
    List<RexNode> operands = new ArrayList<>();
    for (int i = 0; i < call.arguments().size(); i++) {
      Expression argument = call.arguments().get(i);
      operands.add(keyword(operator, i, argument).orElseGet(() -> translate(argument)));
    }
    return builder.makeCall(relType(call.type(), call.nullable()), operator, operands);
  }

  /// A keyword among the arguments (`BOTH`, `MONTH`) crosses the plan as a text.
  private Optional<RexNode> keyword(SqlOperator operator, int position, Expression argument) {
    if (!(argument instanceof Expression.Literal literal)
        || !(literal.value() instanceof String text)) {
      return Optional.empty();
    }
    String name = text.toUpperCase(Locale.ROOT);
    return switch (operator.getName()) {
      case "TRIM" ->
          position == 0
              ? Optional.of(builder.makeFlag(SqlTrimFunction.Flag.valueOf(name)))
              : Optional.empty();
      case "FLOOR", "CEIL" ->
          position == 1
              ? Optional.of(builder.makeFlag(TimeUnitRange.valueOf(name)))
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  private RexNode like(Expression.Like like) {
    List<RexNode> operands = translate(List.of(like.operand(), like.pattern()));
    like.escape().ifPresent(escape -> operands.add(builder.makeLiteral(escape)));
    RexNode node =
        builder.makeCall(
            like.caseSensitive() ? SqlStdOperatorTable.LIKE : SqlLibraryOperators.ILIKE, operands);
    return like.negated() ? builder.makeCall(SqlStdOperatorTable.NOT, node) : node;
  }

  private RexNode literal(Expression.Literal literal) {
    RelDataType type = relType(literal.type(), literal.value() == null);
    Object value = literal.value();
    if (value == null) {
      return builder.makeNullLiteral(type);
    }
    return switch (literal.type()) {
      case DataType.NullType() -> builder.makeNullLiteral(type);
      case DataType.BooleanType() -> builder.makeLiteral((Boolean) value);
      case DataType.IntegerType ignored ->
          builder.makeExactLiteral(BigDecimal.valueOf((Long) value), type);
      case DataType.FloatType ignored ->
          builder.makeApproxLiteral(BigDecimal.valueOf((Double) value), type);
      case DataType.DecimalType ignored -> builder.makeExactLiteral((BigDecimal) value, type);
      case DataType.VarcharType() -> builder.makeLiteral(value, type, true);
      case DataType.BinaryType() -> builder.makeBinaryLiteral(new ByteString((byte[]) value));
      case DataType.DateType() ->
          builder.makeDateLiteral(DateString.fromDaysSinceEpoch(((Long) value).intValue()));
      case DataType.TimeType() ->
          builder.makeTimeLiteral(TimeString.fromMillisOfDay((int) ((Long) value / 1000)), 3);
      case DataType.TimestampType(boolean withZone) ->
          withZone
              ? builder.makeTimestampWithLocalTimeZoneLiteral(
                  TimestampString.fromMillisSinceEpoch((Long) value / 1000), 3)
              : builder.makeTimestampLiteral(
                  TimestampString.fromMillisSinceEpoch((Long) value / 1000), 3);
      case DataType.IntervalYearMonthType() ->
          builder.makeIntervalLiteral(
              BigDecimal.valueOf((Long) value), type.getIntervalQualifier());
      case DataType.IntervalDayTimeType() ->
          builder.makeIntervalLiteral(
              BigDecimal.valueOf((Long) value / 1000), type.getIntervalQualifier());
      case DataType.UuidType(), DataType.ListType _, DataType.MapType _, DataType.StructType _ ->
          throw refuse("a constant of type " + literal.type().sql());
    };
  }

  private RelDataType relType(DataType type, boolean nullable) {
    return TypeMapping.relType(types, type, nullable);
  }

  private static SqlOperator arithmetic(Expression.Arithmetic.Operator operator) {
    return switch (operator) {
      case ADD -> SqlStdOperatorTable.CHECKED_PLUS;
      case SUBTRACT -> SqlStdOperatorTable.CHECKED_MINUS;
      case MULTIPLY -> SqlStdOperatorTable.CHECKED_MULTIPLY;
      case DIVIDE -> SqlStdOperatorTable.CHECKED_DIVIDE;
      case MODULO -> SqlStdOperatorTable.MOD;
    };
  }

  private static SqlOperator comparison(Expression.Comparison.Operator operator) {
    return switch (operator) {
      case EQUAL -> SqlStdOperatorTable.EQUALS;
      case NOT_EQUAL -> SqlStdOperatorTable.NOT_EQUALS;
      case LESS -> SqlStdOperatorTable.LESS_THAN;
      case LESS_OR_EQUAL -> SqlStdOperatorTable.LESS_THAN_OR_EQUAL;
      case GREATER -> SqlStdOperatorTable.GREATER_THAN;
      case GREATER_OR_EQUAL -> SqlStdOperatorTable.GREATER_THAN_OR_EQUAL;
      case DISTINCT_FROM -> SqlStdOperatorTable.IS_DISTINCT_FROM;
      case NOT_DISTINCT_FROM -> SqlStdOperatorTable.IS_NOT_DISTINCT_FROM;
    };
  }

  private static SqlOperator is(Expression.Is.Test test) {
    return switch (test) {
      case NULL -> SqlStdOperatorTable.IS_NULL;
      case NOT_NULL -> SqlStdOperatorTable.IS_NOT_NULL;
      case TRUE -> SqlStdOperatorTable.IS_TRUE;
      case NOT_TRUE -> SqlStdOperatorTable.IS_NOT_TRUE;
      case FALSE -> SqlStdOperatorTable.IS_FALSE;
      case NOT_FALSE -> SqlStdOperatorTable.IS_NOT_FALSE;
    };
  }

  private static TimeUnitRange range(Expression.Extract.Unit unit) {
    return switch (unit) {
      case DAY_OF_WEEK -> TimeUnitRange.DOW;
      case ISO_DAY_OF_WEEK -> TimeUnitRange.ISODOW;
      case DAY_OF_YEAR -> TimeUnitRange.DOY;
      case ISO_YEAR -> TimeUnitRange.ISOYEAR;
      default -> TimeUnitRange.valueOf(unit.name());
    };
  }

  private static EngineException refuse(String what) {
    return new EngineException(
        ErrorCode.NOT_SUPPORTED, what.toLowerCase(Locale.ROOT) + " cannot be executed here");
  }
}
