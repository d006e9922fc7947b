package io.bauplan.sql.logical;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.logical.LogicalAggregate;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.tools.RelBuilder;
import org.apache.calcite.util.ImmutableBitSet;
import org.apache.calcite.util.Optionality;
import org.apache.calcite.util.Util;

/// Groups by constants alone, as an EXISTS below OR becomes them, are one group of all rows where
/// there are any. Said in other words before Calcite decorrelates: it would leave the constants
/// out, and have a group of no rows too.
final class ConstantGroups extends RelHomogeneousShuttle {
  private final RelBuilder builder;

  private ConstantGroups(RelBuilder builder) {
    this.builder = builder;
  }

  static RelNode apply(RelNode rel, RelBuilder builder) {
    return rel.accept(new ConstantGroups(builder));
  }

  @Override
  public RelNode visit(LogicalAggregate aggregate) {
    RelNode visited = super.visit((RelNode) aggregate);
    return visited instanceof Aggregate all ? rewritten(all) : visited;
  }

  private RelNode rewritten(Aggregate aggregate) {
    if (!(aggregate.getInput() instanceof Project project)
        || aggregate.getGroupCount() == 0
        || aggregate.getGroupType() != Aggregate.Group.SIMPLE) {
      return aggregate;
    }
    if (!RelOptUtil.getVariablesUsed(aggregate).isEmpty()) {
      return constantsAbove(aggregate, project);
    }
    List<RexNode> columns = new ArrayList<>();
    for (int key : aggregate.getGroupSet()) {
      Optional<RexLiteral> literal = constant(project, key);
      if (literal.isEmpty()) {
        return aggregate;
      }
      columns.add(literal.get());
    }
    List<AggregateCall> calls = new ArrayList<>();
    for (AggregateCall call : aggregate.getAggCallList()) {
      // Of those WITHIN GROUP no type can be derived here. All groups but the one of no rows,
      // which goes below, have a value of the type that they had.
      boolean ordered = call.getAggregation().requiresGroupOrder() == Optionality.MANDATORY;
      calls.add(
          ordered
              ? call
              : call.adaptTo(
                  project, call.getArgList(), call.filterArg, aggregate.getGroupCount(), 0));
    }
    builder.push(project).aggregate(builder.groupKey(), builder.countStar("rows"));
    AggregateCall rows = ((Aggregate) builder.build()).getAggCallList().getFirst();
    calls.add(rows);
    RelNode all = LogicalAggregate.create(project, List.of(), ImmutableBitSet.of(), null, calls);
    builder.push(all);
    builder.filter(builder.greaterThan(builder.field(calls.size() - 1), builder.literal(0)));
    RexBuilder rex = builder.getRexBuilder();
    for (int i = 0; i < calls.size() - 1; i++) {
      RelDataType type = aggregate.getAggCallList().get(i).getType();
      RexNode value = builder.field(i);
      columns.add(value.getType().equals(type) ? value : rex.makeAbstractCast(type, value, false));
    }
    // As they are: the builder would leave out that a value of a group is never NULL.
    return LogicalProject.create(
        builder.build(), List.of(), columns, aggregate.getRowType().getFieldNames(), Set.of());
  }

  /// Constant keys as a projection gives them, and groups by the others alone: Calcite leaves the
  /// constants out, and what a comparison with an outer column refers to would be another column.
  private RelNode constantsAbove(Aggregate aggregate, Project project) {
    ImmutableBitSet others =
        ImmutableBitSet.of(
            Util.filter(aggregate.getGroupSet(), key -> constant(project, key).isEmpty()));
    if (others.equals(aggregate.getGroupSet())) {
      return aggregate;
    }
    ImmutableBitSet groups = others.isEmpty() ? aggregate.getGroupSet() : others;
    RelNode grouped =
        LogicalAggregate.create(project, List.of(), groups, null, aggregate.getAggCallList());
    builder.push(grouped);
    List<RexNode> columns = new ArrayList<>();
    for (int key : aggregate.getGroupSet()) {
      columns.add(
          constant(project, key)
              .<RexNode>map(literal -> literal)
              .orElseGet(() -> builder.field(groups.indexOf(key))));
    }
    columns.addAll(Util.skip(builder.fields(), groups.cardinality()));
    return builder.project(columns, aggregate.getRowType().getFieldNames(), true).build();
  }

  /// The constant that a column is, through projections that are not merged yet.
  private static Optional<RexLiteral> constant(Project project, int column) {
    return switch (project.getProjects().get(column)) {
      case RexLiteral literal -> Optional.of(literal);
      case RexInputRef ref when project.getInput() instanceof Project below ->
          constant(below, ref.getIndex());
      default -> Optional.empty();
    };
  }
}
