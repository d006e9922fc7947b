package io.bauplan.sql.logical;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.plan.Expressions;
import io.bauplan.sql.session.Session;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexExecutor;
import org.apache.calcite.rex.RexNode;

/// Evaluates constant expressions at planning time by the engine's semantics. Calcite's own
/// executor would compile each expression and apply Java's arithmetic; what is not known here, and
/// what fails, is left for the worker: an error must not surface from a branch that is never taken.
final class ConstantFolder implements RexExecutor {
  private final Instant now;
  private final Session session;

  ConstantFolder(Instant now, Session session) {
    this.now = now;
    this.session = session;
  }

  @Override
  public void reduce(RexBuilder rexBuilder, List<RexNode> constants, List<RexNode> reducedValues) {
    for (RexNode constant : constants) {
      reducedValues.add(fold(constant, rexBuilder));
    }
  }

  private RexNode fold(RexNode node, RexBuilder rex) {
    Expression value;
    try {
      value = fold(ExpressionTranslator.translate(node));
    } catch (EngineException e) {
      return node;
    }
    return value instanceof Literal literal
        ? Literals.rex(literal, node.getType(), rex).orElse(node)
        : node;
  }

  /// The expression with every constant part evaluated.
  Expression fold(Expression expression) {
    return Expressions.rewrite(
        expression,
        e -> {
          Optional<Literal> value = ConstantEvaluator.evaluate(e, now, session);
          return value.isPresent() ? value.get() : e;
        });
  }

  static boolean isTrue(Expression expression) {
    return expression instanceof Literal(Object value, DataType ignored)
        && Boolean.TRUE.equals(value);
  }
}
