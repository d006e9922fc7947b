package io.bauplan.sql.logical;

import com.google.common.collect.ImmutableSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.CorrelationId;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCorrelVariable;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;

/// Of a sub-query that is written once and converted twice, as `COALESCE((SELECT ...), 0)` makes
/// it, Calcite forgets whose rows the sub-queries within refer to. An outer row that nobody gives
/// is one of the nearest input with such columns.
final class SubQueryOwners extends RelHomogeneousShuttle {
  private final Set<CorrelationId> lost;

  private SubQueryOwners(Set<CorrelationId> lost) {
    this.lost = lost;
  }

  static RelNode apply(RelNode rel) {
    Variables variables = new Variables();
    rel.accept(variables);
    Set<CorrelationId> lost = new HashSet<>(variables.used.keySet());
    lost.removeAll(variables.given);
    return lost.isEmpty() ? rel : rel.accept(new SubQueryOwners(lost));
  }

  @Override
  public RelNode visit(RelNode other) {
    RelNode node =
        super.visit(other)
            .accept(
                new RexShuttle() {
                  @Override
                  public RexNode visitSubQuery(RexSubQuery query) {
                    RexSubQuery visited = (RexSubQuery) super.visitSubQuery(query);
                    return visited.clone(query.rel.accept(SubQueryOwners.this));
                  }
                });
    if (lost.isEmpty() || !(node instanceof Filter || node instanceof Project)) {
      return node;
    }
    Variables below = new Variables();
    node.accept(
        new RexShuttle() {
          @Override
          public RexNode visitSubQuery(RexSubQuery query) {
            query.rel.accept(below);
            return query;
          }
        });
    Set<CorrelationId> own = new HashSet<>(node.getVariablesSet());
    RelDataType row = node.getInput(0).getRowType();
    below.used.forEach(
        (id, type) -> {
          if (type.equals(row) && lost.remove(id)) {
            own.add(id);
          }
        });
    if (own.size() == node.getVariablesSet().size()) {
      return node;
    }
    return node instanceof Project project
        ? LogicalProject.create(
            project.getInput(),
            project.getHints(),
            project.getProjects(),
            project.getRowType(),
            own)
        : LogicalFilter.create(
            node.getInput(0), ((Filter) node).getCondition(), ImmutableSet.copyOf(own));
  }

  /// The outer rows that a tree and its sub-queries use, and those that are given there.
  private static final class Variables extends RelHomogeneousShuttle {
    final Map<CorrelationId, RelDataType> used = new HashMap<>();
    final Set<CorrelationId> given = new HashSet<>();
    private final RexShuttle within =
        new RexShuttle() {
          @Override
          public RexNode visitCorrelVariable(RexCorrelVariable variable) {
            used.put(variable.id, variable.getType());
            return variable;
          }

          @Override
          public RexNode visitSubQuery(RexSubQuery query) {
            query.rel.accept(Variables.this);
            return super.visitSubQuery(query);
          }
        };

    @Override
    public RelNode visit(RelNode other) {
      given.addAll(other.getVariablesSet());
      other.accept(within);
      return super.visit(other);
    }
  }
}
