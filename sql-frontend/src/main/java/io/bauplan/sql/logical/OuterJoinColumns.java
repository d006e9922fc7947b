package io.bauplan.sql.logical;

import io.bauplan.sql.validator.EngineScalars;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.plan.Strong;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.logical.LogicalCorrelate;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.util.ImmutableBitSet;

/// Calcite takes a column that an outer or anti join compares for never NULL, though the join keeps
/// the rows where it is, and would lose their partners when it decorrelates. Such columns are put
/// behind a call that gives them as they are.
final class OuterJoinColumns extends RelHomogeneousShuttle {
  private OuterJoinColumns() {}

  static RelNode apply(RelNode rel) {
    return rel.accept(new OuterJoinColumns());
  }

  @Override
  public RelNode visit(LogicalCorrelate correlate) {
    LogicalCorrelate visited = (LogicalCorrelate) super.visit((RelNode) correlate);
    RelNode left = visited.getLeft();
    RexBuilder rex = left.getCluster().getRexBuilder();
    List<RexNode> columns = new ArrayList<>();
    boolean mistaken = false;
    for (int i = 0; i < left.getRowType().getFieldCount(); i++) {
      RexNode column = rex.makeInputRef(left, i);
      if (visited.getRequiredColumns().get(i)
          && column.getType().isNullable()
          && isTakenForNotNull(left, i)) {
        mistaken = true;
        column = rex.makeCall(column.getType(), EngineScalars.TYPED, List.of(column));
      }
      columns.add(column);
    }
    if (!mistaken) {
      return visited;
    }
    RelNode hidden =
        LogicalProject.create(
            left, List.of(), columns, left.getRowType().getFieldNames(), java.util.Set.of());
    return visited.copy(visited.getTraitSet(), List.of(hidden, visited.getRight()));
  }

  private static boolean isTakenForNotNull(RelNode rel, int column) {
    return switch (rel) {
      case Project project ->
          project.getProjects().get(column) instanceof RexInputRef ref
              && isTakenForNotNull(project.getInput(), ref.getIndex());
      case Filter filter -> isTakenForNotNull(filter.getInput(), column);
      case Aggregate aggregate ->
          column < aggregate.getGroupCount()
              && isTakenForNotNull(aggregate.getInput(), aggregate.getGroupSet().nth(column));
      case Join join -> isTakenForNotNull(join, column);
      case Correlate correlate -> isTakenForNotNull(correlate, column);
      default -> false;
    };
  }

  /// It will be a join that compares what its right side refers to.
  private static boolean isTakenForNotNull(Correlate correlate, int column) {
    if (column >= correlate.getLeft().getRowType().getFieldCount()) {
      return false;
    }
    boolean keepsOthers =
        correlate.getJoinType() != JoinRelType.INNER && correlate.getJoinType() != JoinRelType.SEMI;
    return keepsOthers && correlate.getRequiredColumns().get(column)
        || isTakenForNotNull(correlate.getLeft(), column);
  }

  private static boolean isTakenForNotNull(Join join, int column) {
    int columns = join.getLeft().getRowType().getFieldCount();
    boolean left = column < columns;
    JoinRelType type = join.getJoinType();
    if (left ? type.generatesNullsOnLeft() : type.generatesNullsOnRight()) {
      return false;
    }
    boolean keepsOthers = type != JoinRelType.INNER && type != JoinRelType.SEMI;
    return keepsOthers && Strong.isNotTrue(join.getCondition(), ImmutableBitSet.of(column))
        || (left
            ? isTakenForNotNull(join.getLeft(), column)
            : isTakenForNotNull(join.getRight(), column - columns));
  }
}
