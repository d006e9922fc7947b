package io.bauplan.sql.catalog.iceberg;

import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.And;
import io.bauplan.sql.plan.Expression.Comparison;
import io.bauplan.sql.plan.Expression.InList;
import io.bauplan.sql.plan.Expression.InputRef;
import io.bauplan.sql.plan.Expression.Is;
import io.bauplan.sql.plan.Expression.Like;
import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.plan.Expression.Not;
import io.bauplan.sql.plan.Expression.Or;
import io.bauplan.sql.plan.ScanColumn;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.Binder;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/// Converts filters into Iceberg expressions that hold **at least** for every row the filter is
/// true for: what cannot be converted becomes `true`. Negations are pushed down here, because the
/// negation of an approximation from above is none.
///
/// Floats follow SQL, not Iceberg: NaN is above every number, and -0.0 equals 0.0.
final class ScanFilters {
  /// Values of an IN list beyond which Iceberg does not prune anyway.
  private static final int MAX_IN_VALUES = 200;

  private static final org.apache.iceberg.expressions.Expression TRUE = Expressions.alwaysTrue();

  private final Schema schema;
  private final List<ScanColumn> columns;

  ScanFilters(Schema schema, List<ScanColumn> columns) {
    this.schema = schema;
    this.columns = columns;
  }

  org.apache.iceberg.expressions.Expression convert(Expression filter) {
    return convert(filter, false);
  }

  /// For rows where `filter` is true, or where `negated`, false.
  private org.apache.iceberg.expressions.Expression convert(Expression filter, boolean negated) {
    return switch (filter) {
      case And(List<Expression> operands) -> junction(operands, negated, !negated);
      case Or(List<Expression> operands) -> junction(operands, negated, negated);
      case Not(Expression operand) -> convert(operand, !negated);
      case Is is -> nullTest(is, negated);
      case Comparison comparison -> comparison(comparison, negated);
      case InList in -> inList(in, negated);
      case Like like -> prefix(like, negated);
      case Literal(Object value, DataType ignored) ->
          value instanceof Boolean constant && constant != negated
              ? TRUE
              : value == null || value instanceof Boolean ? Expressions.alwaysFalse() : TRUE;
      case InputRef ref -> {
        NestedField field = field(ref);
        yield field != null && field.type().typeId() == Type.TypeID.BOOLEAN
            ? checked(Expressions.equal(field.name(), !negated))
            : TRUE;
      }
      case Expression.DynamicParameter ignored -> TRUE;
      case Expression.CorrelatedRef ignored -> TRUE;
      case Expression.Arithmetic ignored -> TRUE;
      case Expression.Case ignored -> TRUE;
      case Expression.Cast ignored -> TRUE;
      case Expression.Extract ignored -> TRUE;
      case Expression.Call ignored -> TRUE;
    };
  }

  private org.apache.iceberg.expressions.Expression junction(
      List<Expression> operands, boolean negated, boolean conjunction) {
    org.apache.iceberg.expressions.Expression result = null;
    for (Expression operand : operands) {
      var converted = convert(operand, negated);
      if (result == null) {
        result = converted;
      } else {
        result =
            conjunction ? Expressions.and(result, converted) : Expressions.or(result, converted);
      }
    }
    return result == null ? TRUE : result;
  }

  private org.apache.iceberg.expressions.Expression nullTest(Is is, boolean negated) {
    NestedField field = is.operand() instanceof InputRef ref ? field(ref) : null;
    return switch (is.test()) {
      case NULL -> nullTest(field, !negated);
      case NOT_NULL -> nullTest(field, negated);
      // The operand is true resp. false; the negations also hold where it is unknown.
      case TRUE -> negated ? TRUE : convert(is.operand(), false);
      case FALSE -> negated ? TRUE : convert(is.operand(), true);
      case NOT_TRUE -> negated ? convert(is.operand(), false) : TRUE;
      case NOT_FALSE -> negated ? convert(is.operand(), true) : TRUE;
    };
  }

  private org.apache.iceberg.expressions.Expression nullTest(
      @Nullable NestedField field, boolean wantNull) {
    if (field == null) {
      return TRUE;
    }
    return checked(wantNull ? Expressions.isNull(field.name()) : Expressions.notNull(field.name()));
  }

  private org.apache.iceberg.expressions.Expression comparison(
      Comparison comparison, boolean negated) {
    Comparison.Operator operator = comparison.operator();
    if (comparison.left() instanceof InputRef ref && comparison.right() instanceof Literal value) {
      return comparison(ref, negated ? negate(operator) : operator, value);
    }
    if (comparison.left() instanceof Literal value && comparison.right() instanceof InputRef ref) {
      return comparison(ref, mirror(negated ? negate(operator) : operator), value);
    }
    return TRUE;
  }

  private org.apache.iceberg.expressions.Expression comparison(
      InputRef ref, Comparison.Operator operator, Literal literal) {
    NestedField field = field(ref);
    if (field == null || !ref.type().equals(literal.type())) {
      return TRUE;
    }
    if (literal.value() == null) {
      return switch (operator) {
        case DISTINCT_FROM -> nullTest(field, false);
        case NOT_DISTINCT_FROM -> nullTest(field, true);
        case EQUAL, NOT_EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL ->
            Expressions.alwaysFalse();
      };
    }
    if (isFloat(field.type())) {
      return floatComparison(field, operator, ((Number) literal.value()).doubleValue());
    }
    Object value = value(field.type(), literal.value());
    if (value == null) {
      return TRUE;
    }
    String name = field.name();
    return checked(
        switch (operator) {
          case EQUAL, NOT_DISTINCT_FROM -> Expressions.equal(name, value);
          case NOT_EQUAL -> Expressions.notEqual(name, value);
          case DISTINCT_FROM -> TRUE;
          case LESS -> Expressions.lessThan(name, value);
          case LESS_OR_EQUAL -> Expressions.lessThanOrEqual(name, value);
          case GREATER -> Expressions.greaterThan(name, value);
          case GREATER_OR_EQUAL -> Expressions.greaterThanOrEqual(name, value);
        });
  }

  private org.apache.iceberg.expressions.Expression floatComparison(
      NestedField field, Comparison.Operator operator, double value) {
    if (Double.isNaN(value)) {
      return TRUE;
    }
    String name = field.name();
    Object low = floatValue(field.type(), value == 0 ? -0.0 : value);
    Object high = floatValue(field.type(), value == 0 ? 0.0 : value);
    return checked(
        switch (operator) {
          case EQUAL, NOT_DISTINCT_FROM ->
              Expressions.and(
                  Expressions.greaterThanOrEqual(name, low),
                  Expressions.lessThanOrEqual(name, high));
          case NOT_EQUAL, DISTINCT_FROM -> TRUE;
          case LESS, LESS_OR_EQUAL -> Expressions.lessThanOrEqual(name, high);
          case GREATER, GREATER_OR_EQUAL ->
              Expressions.or(Expressions.greaterThanOrEqual(name, low), Expressions.isNaN(name));
        });
  }

  private static Object floatValue(Type type, double value) {
    return type.typeId() == Type.TypeID.FLOAT ? (Object) (float) value : (Object) value;
  }

  private org.apache.iceberg.expressions.Expression inList(InList in, boolean negated) {
    NestedField field = in.operand() instanceof InputRef ref ? field(ref) : null;
    // A list of things that a row must not be prunes next to nothing.
    if (field == null
        || in.negated() != negated
        || isFloat(field.type())
        || in.values().size() > MAX_IN_VALUES) {
      return TRUE;
    }
    List<Object> values = new ArrayList<>(in.values().size());
    for (Literal literal : in.values()) {
      Object value =
          literal.value() != null && in.operand().type().equals(literal.type())
              ? value(field.type(), literal.value())
              : null;
      if (value == null) {
        return TRUE;
      }
      values.add(value);
    }
    return values.isEmpty()
        ? Expressions.alwaysFalse()
        : checked(Expressions.in(field.name(), values));
  }

  private org.apache.iceberg.expressions.Expression prefix(Like like, boolean negated) {
    NestedField field = like.operand() instanceof InputRef ref ? field(ref) : null;
    if (field == null
        || like.negated() != negated
        || !like.caseSensitive()
        || like.escape().isPresent()
        || field.type().typeId() != Type.TypeID.STRING
        || !(like.pattern() instanceof Literal literal)
        || !(literal.value() instanceof String pattern)) {
      return TRUE;
    }
    int end = 0;
    while (end < pattern.length() && "%_\\".indexOf(pattern.charAt(end)) < 0) {
      end++;
    }
    String prefix = pattern.substring(0, end);
    if (end == pattern.length()) {
      return checked(Expressions.equal(field.name(), prefix));
    }
    return prefix.isEmpty() ? TRUE : checked(Expressions.startsWith(field.name(), prefix));
  }

  private @Nullable NestedField field(InputRef ref) {
    if (ref.index() < 0 || ref.index() >= columns.size()) {
      return null;
    }
    int id = columns.get(ref.index()).fieldId();
    NestedField field = id < 0 ? null : schema.asStruct().field(id);
    return field != null && field.type().isPrimitiveType() ? field : null;
  }

  private static boolean isFloat(Type type) {
    return type.typeId() == Type.TypeID.FLOAT || type.typeId() == Type.TypeID.DOUBLE;
  }

  private static @Nullable Object value(Type type, Object literal) {
    try {
      return IcebergValues.toIceberg(type, literal);
    } catch (IllegalArgumentException | ArithmeticException | ClassCastException e) {
      return null;
    }
  }

  /// The predicate if Iceberg accepts it for this schema, otherwise `true`.
  private org.apache.iceberg.expressions.Expression checked(
      org.apache.iceberg.expressions.Expression predicate) {
    try {
      Binder.bind(schema.asStruct(), predicate, true);
      return predicate;
    } catch (ValidationException | IllegalArgumentException e) {
      return TRUE;
    }
  }

  private static Comparison.Operator negate(Comparison.Operator operator) {
    return switch (operator) {
      case EQUAL -> Comparison.Operator.NOT_EQUAL;
      case NOT_EQUAL -> Comparison.Operator.EQUAL;
      case LESS -> Comparison.Operator.GREATER_OR_EQUAL;
      case LESS_OR_EQUAL -> Comparison.Operator.GREATER;
      case GREATER -> Comparison.Operator.LESS_OR_EQUAL;
      case GREATER_OR_EQUAL -> Comparison.Operator.LESS;
      case DISTINCT_FROM -> Comparison.Operator.NOT_DISTINCT_FROM;
      case NOT_DISTINCT_FROM -> Comparison.Operator.DISTINCT_FROM;
    };
  }

  private static Comparison.Operator mirror(Comparison.Operator operator) {
    return switch (operator) {
      case LESS -> Comparison.Operator.GREATER;
      case LESS_OR_EQUAL -> Comparison.Operator.GREATER_OR_EQUAL;
      case GREATER -> Comparison.Operator.LESS;
      case GREATER_OR_EQUAL -> Comparison.Operator.LESS_OR_EQUAL;
      case EQUAL, NOT_EQUAL, DISTINCT_FROM, NOT_DISTINCT_FROM -> operator;
    };
  }
}
