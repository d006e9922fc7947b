package io.bauplan.sql.logical;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.validator.Positions;
import java.util.List;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.Values;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.parser.SqlParserPos;

/// Arguments that must be known when a statement is planned: of procedures, table functions, `AT
/// TIMESTAMP`.
public final class ConstantArguments {
  private final StatementContext context;

  public ConstantArguments(StatementContext context) {
    this.context = context;
  }

  /// The value of an expression that reads nothing.
  ///
  /// @throws EngineException `INVALID_ARGUMENT` where it is not constant
  public Literal value(SqlNode node) {
    if (node instanceof SqlLiteral literal && literal.getValue() == null) {
      return new Literal(null, DataType.NULL);
    }
    SqlSelect select =
        new SqlSelect(
            node.getParserPosition(),
            null,
            new SqlNodeList(List.of(node), SqlParserPos.ZERO),
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null);
    RelNode rel =
        new QueryConverter(context, context.session().namespace(), ViewPath.NONE)
            .convert(select)
            .root()
            .rel;
    if (rel instanceof Project project && project.getProjects().size() == 1) {
      Expression value =
          context.folder().fold(ExpressionTranslator.translate(project.getProjects().getFirst()));
      if (value instanceof Literal literal) {
        return literal;
      }
    }
    if (rel instanceof Values values && values.getTuples().size() == 1) {
      return Literals.literal(values.getTuples().getFirst().getFirst());
    }
    throw new EngineException(
        ErrorCode.INVALID_ARGUMENT,
        "a constant is expected here",
        Positions.of(node.getParserPosition()));
  }

  /// The value cast to `type`.
  public Literal value(SqlNode node, DataType type) {
    Literal literal = value(node);
    return ConstantEvaluator.cast(literal, type)
        .orElseThrow(
            () ->
                new EngineException(
                    ErrorCode.TYPE_MISMATCH,
                    "expected " + type.sql() + ", found " + literal.type().sql(),
                    Positions.of(node.getParserPosition())));
  }

  /// An instant in microseconds; a string is read as a timestamp in the session's zone.
  Literal timestamp(SqlNode node) {
    Literal time = value(node);
    if (time.type() instanceof DataType.TimestampType(boolean withZone) && withZone) {
      return time;
    }
    if (time.value() instanceof String text
        && (text.endsWith("Z") || text.matches(".*[+-]\\d\\d:?\\d\\d$"))) {
      return new Literal(
          java.time.temporal.ChronoUnit.MICROS.between(
              java.time.Instant.EPOCH,
              java.time.OffsetDateTime.parse(text.replace(' ', 'T')).toInstant()),
          DataType.TIMESTAMP_TZ);
    }
    Literal local = value(node, DataType.TIMESTAMP);
    if (local.value() == null) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT,
          "the timestamp is NULL",
          Positions.of(node.getParserPosition()));
    }
    java.time.LocalDateTime wall =
        java.time.LocalDateTime.ofEpochSecond(0, 0, java.time.ZoneOffset.UTC)
            .plus((Long) local.value(), java.time.temporal.ChronoUnit.MICROS);
    return new Literal(
        java.time.temporal.ChronoUnit.MICROS.between(
            java.time.Instant.EPOCH, wall.atZone(context.session().zone()).toInstant()),
        DataType.TIMESTAMP_TZ);
  }
}
