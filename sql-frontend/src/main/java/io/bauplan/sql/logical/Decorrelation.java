package io.bauplan.sql.logical;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.plan.hep.HepProgram;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelVisitor;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.CorrelationId;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.rules.CoreRules;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexVisitor;
import org.apache.calcite.rex.RexVisitorImpl;
import org.apache.calcite.sql2rel.RelDecorrelator;
import org.apache.calcite.tools.RelBuilder;
import org.jspecify.annotations.Nullable;

/// Turns sub-queries that are computed for each outer row into joins, where Calcite does so
/// rightly. What it gets wrong stays as it is written: the worker computes it row by row.
final class Decorrelation {
  /// Of a window within an expression Calcite would compute one over all outer rows; of a window as
  /// an operator it keeps its hands off.
  private static final HepProgram WINDOWS =
      Optimizer.program(CoreRules.PROJECT_TO_LOGICAL_PROJECT_AND_WINDOW);

  private Decorrelation() {}

  static RelNode apply(RelNode rel, RelBuilder builder) {
    Finder finder = new Finder();
    finder.go(rel);
    checkComplete(rel);
    if (finder.joins || finder.ordered) {
      return rel;
    }
    RelNode worded =
        finder.correlates
            ? RepeatedKeys.apply(OuterJoinColumns.apply(ConstantGroups.apply(rel, builder)))
            : rel;
    RelNode prepared = finder.windows ? Optimizer.run(WINDOWS, worded) : worded;
    try {
      RelNode done = RelDecorrelator.decorrelateQuery(prepared, builder);
      // A field of an outer row within an outer column is sometimes left behind.
      return isComplete(done) && refersToItsInputs(done) ? done : prepared;
    } catch (IndexOutOfBoundsException
        | IllegalArgumentException
        | NullPointerException
        | AssertionError e) {
      // Calcite's look for NOT NULL columns stumbles over a sum that a comparison refers to; its
      // checks find types that it made nullable, and columns and outer rows that it has lost.
      return prepared;
    }
  }

  /// Of several sub-queries in the condition of a join Calcite joins all but the first to rows that
  /// it does not give them; what it makes of a comparison with ALL may refer to columns that the
  /// join does not have.
  private static void checkComplete(RelNode rel) {
    if (!isComplete(rel) || !refersToItsInputs(rel)) {
      throw new EngineException(
          ErrorCode.NOT_SUPPORTED,
          "a sub-query that refers to columns of a join cannot stand in the condition of this join"
              + " beside another sub-query, or below ANY or ALL",
          null,
          "Move it into WHERE, or into a sub-query of the side whose columns it refers to.",
          null);
    }
  }

  /// Whether every outer row that is used is given by someone around it.
  private static boolean isComplete(RelNode rel) {
    return outerRows(rel).isEmpty();
  }

  /// The outer rows that a tree uses and does not give itself.
  private static Set<CorrelationId> outerRows(RelNode rel) {
    RelOptUtil.VariableUsedVisitor own = new RelOptUtil.VariableUsedVisitor(null);
    RelNode ignored = rel.accept(own);
    Set<CorrelationId> used = new HashSet<>(own.variables);
    rel.collectVariablesUsed(used);
    for (RelNode input : rel.getInputs()) {
      Set<CorrelationId> below = outerRows(input);
      if (rel instanceof Correlate correlate && input == correlate.getRight()) {
        below.remove(correlate.getCorrelationId());
      }
      used.addAll(below);
    }
    return used;
  }

  /// Whether conditions and projections use columns that are there and have the type that they
  /// take them for.
  private static boolean refersToItsInputs(RelNode rel) {
    List<RelDataTypeField> columns = new ArrayList<>();
    rel.getInputs().forEach(input -> columns.addAll(input.getRowType().getFieldList()));
    boolean[] sound = {true};
    RexVisitor<Void> check =
        new RexVisitorImpl<>(true) {
          @Override
          public @Nullable Void visitInputRef(RexInputRef ref) {
            sound[0] &=
                ref.getIndex() < columns.size()
                    && ref.getType().getSqlTypeName()
                        == columns.get(ref.getIndex()).getType().getSqlTypeName();
            return null;
          }
        };
    switch (rel) {
      case Join join -> join.getCondition().accept(check);
      case Filter filter -> filter.getCondition().accept(check);
      case Project project -> project.getProjects().forEach(item -> item.accept(check));
      default -> {}
    }
    return sound[0] && rel.getInputs().stream().allMatch(Decorrelation::refersToItsInputs);
  }

  /// Looks into what is computed for each outer row.
  private static final class Finder extends RelVisitor {
    boolean windows;
    boolean joins;
    boolean correlates;
    boolean ordered;

    @Override
    public void visit(RelNode node, int ordinal, @Nullable RelNode parent) {
      correlates |= node instanceof Correlate;
      if (parent instanceof Correlate correlate && ordinal == 1) {
        new Inner(correlate.getCorrelationId()).go(node);
      }
      super.visit(node, ordinal, parent);
    }

    private final class Inner extends RelVisitor {
      private final CorrelationId outer;

      Inner(CorrelationId outer) {
        this.outer = outer;
      }

      @Override
      public void visit(RelNode node, int ordinal, @Nullable RelNode parent) {
        windows |= node instanceof Project project && project.containsOver();
        // Calcite forgets that both sides are of the same outer row.
        // Calcite puts columns before those that an aggregate orders its rows by.
        ordered |= node instanceof Aggregate aggregate && isOrdered(aggregate) && uses(node);
        joins |= node instanceof Join join && uses(join.getLeft()) && uses(join.getRight());
        super.visit(node, ordinal, parent);
      }

      private boolean isOrdered(Aggregate aggregate) {
        return aggregate.getAggCallList().stream()
            .anyMatch(call -> !call.getCollation().getFieldCollations().isEmpty());
      }

      private boolean uses(RelNode rel) {
        return RelOptUtil.getVariablesUsed(rel).contains(outer);
      }
    }
  }
}
