package io.bauplan.sql.logical;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.DataType.DecimalType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.And;
import io.bauplan.sql.plan.Expression.Arithmetic;
import io.bauplan.sql.plan.Expression.Call;
import io.bauplan.sql.plan.Expression.Case;
import io.bauplan.sql.plan.Expression.Cast;
import io.bauplan.sql.plan.Expression.Comparison;
import io.bauplan.sql.plan.Expression.CorrelatedRef;
import io.bauplan.sql.plan.Expression.DynamicParameter;
import io.bauplan.sql.plan.Expression.Extract;
import io.bauplan.sql.plan.Expression.InList;
import io.bauplan.sql.plan.Expression.InputRef;
import io.bauplan.sql.plan.Expression.Is;
import io.bauplan.sql.plan.Expression.Like;
import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.plan.Expression.Not;
import io.bauplan.sql.plan.Expression.Or;
import io.bauplan.sql.validator.EngineScalars;
import io.bauplan.sql.validator.FunctionRegistry;
import io.bauplan.sql.validator.TypeMapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexCorrelVariable;
import org.apache.calcite.rex.RexDynamicParam;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlLikeOperator;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.type.SqlTypeUtil;

/// Calcite's row expressions as ours. What has no record of its own becomes a `Call` by function
/// id.
final class ExpressionTranslator {
  private ExpressionTranslator() {}

  static Expression translate(RexNode node) {
    return switch (node) {
      case RexInputRef ref -> new InputRef(ref.getIndex(), type(ref), ref.getType().isNullable());
      case RexLiteral literal -> Literals.literal(literal);
      case RexDynamicParam parameter -> new DynamicParameter(parameter.getIndex(), type(parameter));
      case RexFieldAccess access -> fieldAccess(access);
      case RexCall call -> call(call);
      default ->
          throw new EngineException(
              ErrorCode.NOT_SUPPORTED, "the expression " + node + " cannot be executed");
    };
  }

  static List<Expression> translateAll(List<? extends RexNode> nodes) {
    return nodes.stream().map(ExpressionTranslator::translate).toList();
  }

  private static DataType type(RexNode node) {
    return TypeMapping.dataType(node.getType());
  }

  private static Expression fieldAccess(RexFieldAccess access) {
    boolean nullable = access.getType().isNullable();
    if (access.getReferenceExpr() instanceof RexCorrelVariable variable) {
      return new CorrelatedRef(
          variable.id.getId(), access.getField().getIndex(), type(access), nullable);
    }
    return new Call(
        FunctionRegistry.STRUCT_FIELD,
        List.of(
            translate(access.getReferenceExpr()),
            new Literal((long) access.getField().getIndex(), DataType.INT32)),
        type(access),
        nullable);
  }

  private static Expression call(RexCall call) {
    return switch (call.getKind()) {
      case AND -> and(translateAll(call.operands));
      case OR -> or(translateAll(call.operands));
      case NOT -> not(translate(call.operands.getFirst()));
      case IS_NULL -> is(Is.Test.NULL, call);
      case IS_NOT_NULL -> is(Is.Test.NOT_NULL, call);
      case IS_TRUE -> is(Is.Test.TRUE, call);
      case IS_NOT_TRUE -> is(Is.Test.NOT_TRUE, call);
      case IS_FALSE -> is(Is.Test.FALSE, call);
      case IS_NOT_FALSE -> is(Is.Test.NOT_FALSE, call);
      case EQUALS -> comparison(Comparison.Operator.EQUAL, call);
      case NOT_EQUALS -> comparison(Comparison.Operator.NOT_EQUAL, call);
      case LESS_THAN -> comparison(Comparison.Operator.LESS, call);
      case LESS_THAN_OR_EQUAL -> comparison(Comparison.Operator.LESS_OR_EQUAL, call);
      case GREATER_THAN -> comparison(Comparison.Operator.GREATER, call);
      case GREATER_THAN_OR_EQUAL -> comparison(Comparison.Operator.GREATER_OR_EQUAL, call);
      case IS_DISTINCT_FROM -> comparison(Comparison.Operator.DISTINCT_FROM, call);
      case IS_NOT_DISTINCT_FROM -> comparison(Comparison.Operator.NOT_DISTINCT_FROM, call);
      case PLUS, CHECKED_PLUS -> arithmetic(Arithmetic.Operator.ADD, call);
      case MINUS, CHECKED_MINUS -> arithmetic(Arithmetic.Operator.SUBTRACT, call);
      case TIMES, CHECKED_TIMES -> arithmetic(Arithmetic.Operator.MULTIPLY, call);
      case DIVIDE, CHECKED_DIVIDE -> arithmetic(Arithmetic.Operator.DIVIDE, call);
      case MOD -> arithmetic(Arithmetic.Operator.MODULO, call);
      case MINUS_PREFIX, CHECKED_MINUS_PREFIX -> negate(call);
      case PLUS_PREFIX -> translate(call.operands.getFirst());
      case CAST, SAFE_CAST -> cast(call);
      case CASE -> searchedCase(call);
      case COALESCE -> coalesce(call);
      case LIKE -> like(call);
      case SEARCH -> SearchTranslator.translate(call);
      case EXTRACT -> extract(call);
      case FLOOR, CEIL -> floorOrCeil(call);
      case ITEM -> item(call);
      default -> function(call);
    };
  }

  static Expression and(List<Expression> operands) {
    List<Expression> flat = new ArrayList<>();
    for (Expression operand : operands) {
      if (operand instanceof And and) {
        flat.addAll(and.operands());
      } else {
        flat.add(operand);
      }
    }
    return flat.size() == 1 ? flat.getFirst() : new And(flat);
  }

  static Expression or(List<Expression> operands) {
    List<Expression> flat = new ArrayList<>();
    for (Expression operand : operands) {
      if (operand instanceof Or or) {
        flat.addAll(or.operands());
      } else {
        flat.add(operand);
      }
    }
    return flat.size() == 1 ? flat.getFirst() : new Or(flat);
  }

  private static Expression not(Expression operand) {
    return switch (operand) {
      case Not n -> n.operand();
      case Like l ->
          new Like(l.operand(), l.pattern(), l.escape(), l.caseSensitive(), !l.negated());
      case InList l -> new InList(l.operand(), l.values(), !l.negated());
      default -> new Not(operand);
    };
  }

  private static Expression is(Is.Test test, RexCall call) {
    return new Is(test, translate(call.operands.getFirst()));
  }

  private static Expression comparison(Comparison.Operator operator, RexCall call) {
    Expression left = translate(call.operands.get(0));
    Expression right = translate(call.operands.get(1));
    return compare(operator, left, right);
  }

  static Expression compare(Comparison.Operator operator, Expression left, Expression right) {
    boolean equal = operator == Comparison.Operator.EQUAL;
    if ((equal || operator == Comparison.Operator.NOT_EQUAL)
        && left.type() instanceof DataType.StructType(List<Column> fields)
        && right.type() instanceof DataType.StructType(List<Column> others)
        && fields.size() == others.size()) {
      List<Expression> pairs = new ArrayList<>();
      for (int i = 0; i < fields.size(); i++) {
        pairs.add(compare(operator, field(left, fields, i), field(right, others, i)));
      }
      return equal ? and(pairs) : or(pairs);
    }
    DataType type = TypeRules.common(left.type(), right.type());
    return WideDecimals.applies(operator, left.type(), right.type(), type)
        ? WideDecimals.compare(operator, left, right, type)
        : new Comparison(operator, TypeRules.cast(left, type), TypeRules.cast(right, type));
  }

  /// A field of a row: rows are equal as their fields are, so that a NULL within makes it unknown.
  private static Expression field(Expression row, List<Column> fields, int index) {
    return row instanceof Call(String function, List<Expression> values, var type, var nullable)
            && function.equals("row")
        ? values.get(index)
        : new Call(
            FunctionRegistry.STRUCT_FIELD,
            List.of(row, new Literal((long) index, DataType.INT32)),
            fields.get(index).type(),
            row.nullable() || fields.get(index).nullable());
  }

  private static Expression arithmetic(Arithmetic.Operator operator, RexCall call) {
    RelDataType left = call.operands.get(0).getType();
    RelDataType right = call.operands.get(1).getType();
    if (isTemporal(left) || isTemporal(right)) {
      return temporal(operator, call);
    }
    DataType type = type(call);
    Expression first = translate(call.operands.get(0));
    Expression second = translate(call.operands.get(1));
    if (operator == Arithmetic.Operator.MODULO
        && type instanceof DataType.IntegerType
        && first.type() instanceof DataType.IntegerType) {
      // A remainder has the divisor's type, which the dividend need not fit into.
      DataType wide = TypeRules.common(first.type(), second.type());
      return TypeRules.cast(
          new Arithmetic(operator, TypeRules.cast(first, wide), TypeRules.cast(second, wide), wide),
          type);
    }
    return new Arithmetic(
        operator, arithmeticOperand(first, type), arithmeticOperand(second, type), type);
  }

  private static Expression arithmeticOperand(Expression operand, DataType result) {
    if (result instanceof DecimalType) {
      return operand.type() instanceof DecimalType
          ? operand
          : TypeRules.cast(operand, TypeRules.decimal(operand.type()));
    }
    return TypeRules.cast(operand, result);
  }

  private static boolean isTemporal(RelDataType type) {
    return SqlTypeUtil.isDatetime(type) || SqlTypeUtil.isInterval(type);
  }

  /// Date and interval arithmetic, by what the operands are.
  private static Expression temporal(Arithmetic.Operator operator, RexCall call) {
    RexNode left = call.operands.get(0);
    RexNode right = call.operands.get(1);
    boolean leftTime = SqlTypeUtil.isDatetime(left.getType());
    boolean rightTime = SqlTypeUtil.isDatetime(right.getType());
    String id =
        switch (operator) {
          case ADD ->
              leftTime || rightTime ? FunctionRegistry.DATETIME_ADD : FunctionRegistry.INTERVAL_ADD;
          case SUBTRACT ->
              leftTime && rightTime
                  ? FunctionRegistry.DATETIME_DIFFERENCE
                  : leftTime
                      ? FunctionRegistry.DATETIME_SUBTRACT
                      : FunctionRegistry.INTERVAL_SUBTRACT;
          case MULTIPLY -> FunctionRegistry.INTERVAL_MULTIPLY;
          case DIVIDE -> FunctionRegistry.INTERVAL_DIVIDE;
          case MODULO ->
              throw new EngineException(
                  ErrorCode.TYPE_MISMATCH, "% is not defined for " + type(left).sql());
        };
    boolean intervalSecond =
        rightTime && !leftTime
            || operator == Arithmetic.Operator.MULTIPLY && SqlTypeUtil.isInterval(right.getType());
    Expression first = translate(intervalSecond ? right : left);
    Expression second = translate(intervalSecond ? left : right);
    return new Call(id, List.of(first, second), type(call), call.getType().isNullable());
  }

  private static Expression negate(RexCall call) {
    RexNode operand = call.operands.getFirst();
    if (SqlTypeUtil.isInterval(operand.getType())) {
      return new Call(
          FunctionRegistry.INTERVAL_MULTIPLY,
          List.of(translate(operand), new Literal(-1L, DataType.INT64)),
          type(call),
          call.getType().isNullable());
    }
    DataType type = type(call);
    Expression zero =
        type instanceof DecimalType
            ? new Literal(java.math.BigDecimal.ZERO, new DecimalType(1, 0))
            : TypeRules.cast(new Literal(0L, DataType.INT32), type);
    return new Arithmetic(
        Arithmetic.Operator.SUBTRACT, zero, arithmeticOperand(translate(operand), type), type);
  }

  private static Expression cast(RexCall call) {
    Expression operand = translate(call.operands.getFirst());
    DataType type = type(call);
    if (call.getKind() == org.apache.calcite.sql.SqlKind.SAFE_CAST) {
      return operand.type().equals(type) ? operand : new Cast(operand, type, true);
    }
    return TypeRules.cast(operand, type);
  }

  private static Expression searchedCase(RexCall call) {
    DataType type = type(call);
    List<Case.Branch> branches = new ArrayList<>();
    int last = call.operands.size() - 1;
    for (int i = 0; i < last; i += 2) {
      branches.add(
          new Case.Branch(
              translate(call.operands.get(i)),
              TypeRules.cast(translate(call.operands.get(i + 1)), type)));
    }
    return new Case(
        branches,
        TypeRules.cast(translate(call.operands.get(last)), type),
        type,
        call.getType().isNullable());
  }

  private static Expression coalesce(RexCall call) {
    DataType type = type(call);
    List<Expression> operands =
        translateAll(call.operands).stream().map(e -> TypeRules.cast(e, type)).toList();
    List<Case.Branch> branches = new ArrayList<>();
    for (Expression operand : operands.subList(0, operands.size() - 1)) {
      branches.add(new Case.Branch(new Is(Is.Test.NOT_NULL, operand), operand));
    }
    return new Case(branches, operands.getLast(), type, call.getType().isNullable());
  }

  private static Expression like(RexCall call) {
    SqlLikeOperator operator = (SqlLikeOperator) call.getOperator();
    Optional<String> escape = Optional.empty();
    if (call.operands.size() == 3) {
      if (!(translate(call.operands.get(2)) instanceof Literal(String text, DataType ignored))) {
        throw new EngineException(ErrorCode.NOT_SUPPORTED, "ESCAPE takes a constant");
      }
      escape = Optional.of(text);
    }
    return new Like(
        translate(call.operands.get(0)),
        translate(call.operands.get(1)),
        escape,
        operator.isCaseSensitive(),
        operator.isNegated());
  }

  private static Expression extract(RexCall call) {
    RexLiteral field = (RexLiteral) call.operands.get(0);
    String unit =
        SqlTypeUtil.inCharFamily(field.getType())
            ? String.valueOf(field.getValueAs(String.class))
            : String.valueOf(field.getValue());
    Extract.Unit extracted =
        switch (unit.toUpperCase(Locale.ROOT)) {
          case "YEAR" -> Extract.Unit.YEAR;
          case "QUARTER" -> Extract.Unit.QUARTER;
          case "MONTH" -> Extract.Unit.MONTH;
          case "WEEK" -> Extract.Unit.WEEK;
          case "DAY" -> Extract.Unit.DAY;
          case "DOW" -> Extract.Unit.DAY_OF_WEEK;
          case "ISODOW" -> Extract.Unit.ISO_DAY_OF_WEEK;
          case "DOY" -> Extract.Unit.DAY_OF_YEAR;
          case "HOUR" -> Extract.Unit.HOUR;
          case "MINUTE" -> Extract.Unit.MINUTE;
          case "SECOND" -> Extract.Unit.SECOND;
          case "MILLISECOND" -> Extract.Unit.MILLISECOND;
          case "MICROSECOND" -> Extract.Unit.MICROSECOND;
          case "EPOCH" -> Extract.Unit.EPOCH;
          case "ISOYEAR" -> Extract.Unit.ISO_YEAR;
          case "CENTURY" -> Extract.Unit.CENTURY;
          case "DECADE" -> Extract.Unit.DECADE;
          case "MILLENNIUM" -> Extract.Unit.MILLENNIUM;
          default ->
              throw new EngineException(ErrorCode.NOT_SUPPORTED, "EXTRACT(" + unit + " FROM ...)");
        };
    Expression value = new Extract(extracted, translate(call.operands.get(1)));
    if (extracted == Extract.Unit.DAY_OF_WEEK) {
      // DOW is PostgreSQL's: 0 is Sunday.
      value =
          new Arithmetic(
              Arithmetic.Operator.SUBTRACT, value, new Literal(1L, DataType.INT64), DataType.INT64);
    }
    return TypeRules.cast(value, type(call));
  }

  /// `FLOOR(ts TO MONTH)` is `date_trunc`; of a number it is a function like others.
  private static Expression floorOrCeil(RexCall call) {
    if (call.operands.size() != 2 || !SqlTypeUtil.isDatetime(call.operands.get(0).getType())) {
      return function(call);
    }
    String unit =
        String.valueOf(((RexLiteral) call.operands.get(1)).getValue()).toLowerCase(Locale.ROOT);
    return new Call(
        call.getKind() == org.apache.calcite.sql.SqlKind.FLOOR
            ? FunctionRegistry.DATE_TRUNC
            : FunctionRegistry.DATE_CEIL,
        List.of(new Literal(unit, DataType.VARCHAR), translate(call.operands.get(0))),
        type(call),
        call.getType().isNullable());
  }

  /// `row['field']` and `row[2]` are known fields; of lists and maps it is a function.
  private static Expression item(RexCall call) {
    RelDataType type = call.operands.getFirst().getType();
    if (!type.isStruct()
        || !(translate(call.operands.get(1)) instanceof Literal(Object key, DataType ignored))) {
      return function(call);
    }
    int index =
        key instanceof Long number
            ? number.intValue() - 1
            : type.getFieldNames().indexOf(String.valueOf(key));
    if (index < 0 || index >= type.getFieldCount()) {
      throw new EngineException(
          ErrorCode.COLUMN_NOT_FOUND,
          "a row of type " + type(call.operands.getFirst()).sql() + " has no field " + key);
    }
    return new Call(
        FunctionRegistry.STRUCT_FIELD,
        List.of(translate(call.operands.getFirst()), new Literal((long) index, DataType.INT32)),
        type(call),
        call.getType().isNullable());
  }

  private static Expression function(RexCall call) {
    if (call.getOperator() == EngineScalars.TYPED) {
      return translate(call.operands.getFirst());
    }
    if (call.getOperator() == SqlLibraryOperators.CONCAT_FUNCTION) {
      return concatenated(call);
    }
    return new Call(
        FunctionRegistry.instance().id(call.getOperator()),
        translateAll(call.operands),
        type(call),
        call.getType().isNullable());
  }

  /// `concat(a, b, c)` is `a || b || c`.
  private static Expression concatenated(RexCall call) {
    String concat = FunctionRegistry.instance().id(SqlStdOperatorTable.CONCAT);
    Expression all = translate(call.operands.getFirst());
    for (RexNode operand : call.operands.subList(1, call.operands.size())) {
      Expression next = translate(operand);
      all = new Call(concat, List.of(all, next), type(call), all.nullable() || next.nullable());
    }
    return all;
  }
}
