package io.bauplan.sql.plan;

import io.bauplan.sql.plan.DataType.BinaryType;
import io.bauplan.sql.plan.DataType.DateType;
import io.bauplan.sql.plan.DataType.TimeType;
import io.bauplan.sql.plan.DataType.TimestampType;
import io.bauplan.sql.plan.DataType.UuidType;
import io.bauplan.sql.plan.DataType.VarcharType;
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
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/// Expressions as people read them: SQL with column names.
public final class ExpressionText {
  private final IntFunction<String> names;

  private ExpressionText(IntFunction<String> names) {
    this.names = names;
  }

  /// @param names of the input columns by index
  public static String of(Expression expression, IntFunction<String> names) {
    return new ExpressionText(names).text(expression);
  }

  private String text(Expression expression) {
    return switch (expression) {
      case InputRef e -> names.apply(e.index());
      case Literal e -> literal(e);
      case DynamicParameter e -> "?" + (e.index() + 1);
      case CorrelatedRef e -> "$outer" + e.correlationId() + "." + e.index();
      case Arithmetic e ->
          operand(e.left()) + " " + symbol(e.operator()) + " " + operand(e.right());
      case Comparison e ->
          operand(e.left()) + " " + symbol(e.operator()) + " " + operand(e.right());
      case And e -> joined(e.operands(), " AND ");
      case Or e -> joined(e.operands(), " OR ");
      case Not e -> "NOT " + operand(e.operand());
      case Is e -> operand(e.operand()) + " IS " + e.test().name().replace('_', ' ');
      case InList e ->
          operand(e.operand())
              + (e.negated() ? " NOT IN (" : " IN (")
              + e.values().stream()
                  .limit(MAX_LISTED)
                  .map(ExpressionText::literal)
                  .collect(Collectors.joining(", "))
              + (e.values().size() > MAX_LISTED ? ", ... " + e.values().size() + " values)" : ")");
      case Like e ->
          operand(e.operand())
              + (e.negated() ? " NOT" : "")
              + (e.caseSensitive() ? " LIKE " : " ILIKE ")
              + operand(e.pattern())
              + e.escape().map(c -> " ESCAPE '" + c + "'").orElse("");
      case Case e ->
          e.branches().stream()
              .map(b -> " WHEN " + text(b.condition()) + " THEN " + text(b.result()))
              .collect(Collectors.joining("", "CASE", " ELSE " + text(e.otherwise()) + " END"));
      case Cast e ->
          (e.safe() ? "TRY_CAST(" : "CAST(") + text(e.operand()) + " AS " + e.type().sql() + ")";
      case Extract e -> "EXTRACT(" + e.unit() + " FROM " + text(e.operand()) + ")";
      case Call e ->
          e.arguments().stream()
              .map(this::text)
              .collect(Collectors.joining(", ", e.function() + "(", ")"));
    };
  }

  /// Values of an IN list that are written out.
  private static final int MAX_LISTED = 20;

  private String joined(List<Expression> operands, String word) {
    return operands.stream().map(this::operand).collect(Collectors.joining(word));
  }

  private String operand(Expression expression) {
    return switch (expression) {
      case And ignored -> "(" + text(expression) + ")";
      case Or ignored -> "(" + text(expression) + ")";
      case Arithmetic ignored -> "(" + text(expression) + ")";
      case Comparison ignored -> text(expression);
      default -> text(expression);
    };
  }

  private static String symbol(Arithmetic.Operator operator) {
    return switch (operator) {
      case ADD -> "+";
      case SUBTRACT -> "-";
      case MULTIPLY -> "*";
      case DIVIDE -> "/";
      case MODULO -> "%";
    };
  }

  private static String symbol(Comparison.Operator operator) {
    return switch (operator) {
      case EQUAL -> "=";
      case NOT_EQUAL -> "<>";
      case LESS -> "<";
      case LESS_OR_EQUAL -> "<=";
      case GREATER -> ">";
      case GREATER_OR_EQUAL -> ">=";
      case DISTINCT_FROM -> "IS DISTINCT FROM";
      case NOT_DISTINCT_FROM -> "IS NOT DISTINCT FROM";
    };
  }

  /// A constant as SQL writes it.
  public static String literal(Literal literal) {
    Object value = literal.value();
    if (value == null) {
      return "NULL";
    }
    return switch (literal.type()) {
      case VarcharType() -> "'" + ((String) value).replace("'", "''") + "'";
      case DateType() -> "DATE '" + LocalDate.ofEpochDay((Long) value) + "'";
      case TimeType() -> "TIME '" + LocalTime.ofNanoOfDay((Long) value * 1_000) + "'";
      case TimestampType(boolean withZone) ->
          withZone
              ? "TIMESTAMP '" + instant((Long) value) + "'"
              : "TIMESTAMP '"
                  + LocalDateTime.ofInstant(instant((Long) value), ZoneOffset.UTC)
                      .toString()
                      .replace('T', ' ')
                  + "'";
      case BinaryType() -> "X'" + HexFormat.of().formatHex((byte[]) value) + "'";
      case UuidType() -> "UUID X'" + HexFormat.of().formatHex((byte[]) value) + "'";
      case DataType.IntervalDayTimeType() -> "INTERVAL " + value + " MICROSECOND";
      case DataType.IntervalYearMonthType() -> "INTERVAL " + value + " MONTH";
      default -> String.valueOf(value);
    };
  }

  private static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000);
  }
}
