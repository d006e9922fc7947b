package io.bauplan.sql.logical;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Iterables;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.CorrelationId;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
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
    Set<CorrelationId> lost = Set.copyOf(outerRows(rel).keySet());
    return lost.isEmpty() ? rel : rel.accept(new SubQueryOwners(lost));
  }

  @Override
  public RelNode visit(RelNode other) {
    RelNode node = super.visit(other).accept(within(this::told));
    if (!(node instanceof Filter || node instanceof Project)) {
      return node;
    }
    Map<CorrelationId, RelDataType> below = new HashMap<>();
    node.accept(
        within(
            query -> {
              below.putAll(outerRows(query.rel));
              return query;
            }));
    RelDataType row = node.getInput(0).getRowType();
    below.keySet().retainAll(lost);
    below.values().removeIf(type -> !type.equals(row));
    if (below.isEmpty()) {
      return node;
    }
    // One name for the row: Calcite makes a join of the sub-query only then.
    CorrelationId one = Iterables.concat(node.getVariablesSet(), below.keySet()).iterator().next();
    RelNode named =
        node.accept(new Renamed(below.keySet(), one, node.getCluster().getRexBuilder()).within);
    Set<CorrelationId> own = new HashSet<>(node.getVariablesSet());
    own.add(one);
    return named instanceof Project project
        ? LogicalProject.create(
            project.getInput(),
            project.getHints(),
            project.getProjects(),
            project.getRowType(),
            own)
        : LogicalFilter.create(
            named.getInput(0), ((Filter) named).getCondition(), ImmutableSet.copyOf(own));
  }

  /// Outer rows of other names.
  private static final class Renamed extends RelHomogeneousShuttle {
    private final RexShuttle within;

    Renamed(Set<CorrelationId> names, CorrelationId one, RexBuilder rex) {
      this.within =
          new RexShuttle() {
            @Override
            public RexNode visitCorrelVariable(RexCorrelVariable variable) {
              return names.contains(variable.id)
                  ? rex.makeCorrel(variable.getType(), one)
                  : variable;
            }

            @Override
            public RexNode visitSubQuery(RexSubQuery query) {
              RexSubQuery visited = (RexSubQuery) super.visitSubQuery(query);
              return visited.clone(visited.rel.accept(Renamed.this));
            }
          };
    }

    @Override
    public RelNode visit(RelNode other) {
      return super.visit(other).accept(within);
    }
  }

  private RexSubQuery told(RexSubQuery query) {
    return query.clone(query.rel.accept(this));
  }

  private static RexShuttle within(UnaryOperator<RexSubQuery> change) {
    return new RexShuttle() {
      @Override
      public RexNode visitSubQuery(RexSubQuery query) {
        return change.apply((RexSubQuery) super.visitSubQuery(query));
      }
    };
  }

  /// The outer rows that a tree and its sub-queries use and do not give.
  private static Map<CorrelationId, RelDataType> outerRows(RelNode rel) {
    Map<CorrelationId, RelDataType> used = new HashMap<>();
    rel.accept(
        new RexShuttle() {
          @Override
          public RexNode visitCorrelVariable(RexCorrelVariable variable) {
            used.put(variable.id, variable.getType());
            return variable;
          }

          @Override
          public RexNode visitSubQuery(RexSubQuery query) {
            used.putAll(outerRows(query.rel));
            return super.visitSubQuery(query);
          }
        });
    if (rel instanceof Correlate correlate) {
      used.putAll(outerRows(correlate.getRight()));
    }
    used.keySet().removeAll(rel.getVariablesSet());
    rel.getInputs().stream()
        .filter(input -> !(rel instanceof Correlate correlate) || input != correlate.getRight())
        .forEach(input -> used.putAll(outerRows(input)));
    return used;
  }
}
