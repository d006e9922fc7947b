package io.bauplan.sql.logical;

import com.google.common.collect.ImmutableSet;
import io.bauplan.sql.validator.EngineScalars;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.plan.RelOptRule;
import org.apache.calcite.plan.RelOptRuleCall;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.CorrelationId;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.rex.RexVisitorImpl;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.fun.SqlQuantifyOperator;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.util.Util;
import org.jspecify.annotations.Nullable;

/// Left sides of `IN`, `ANY` and `ALL` that Calcite's rules for sub-queries take for something
/// else. A sub-query there becomes a column of the input first: the rules would compute it beside
/// the other one, no longer for each outer row. So does one whose field is taken. Of a NULL the
/// answer is unknown, but not where the other side has no rows.
final class SubQueryOperandRule extends RelOptRule {
  static final SubQueryOperandRule FILTER = new SubQueryOperandRule(LogicalFilter.class);
  static final SubQueryOperandRule PROJECT = new SubQueryOperandRule(LogicalProject.class);

  /// What Calcite's rules call columns of their own, which they look up by name beside those of the
  /// outer row.
  private static final Set<String> NAMES = Set.of("c", "ck", "cs", "d", "dd", "i", "m", "n");

  private SubQueryOperandRule(Class<? extends RelNode> type) {
    super(operand(type, any()), "SubQueryOperand:" + type.getSimpleName());
  }

  @Override
  public boolean matches(RelOptRuleCall call) {
    return switch ((RelNode) call.rel(0)) {
      case Filter filter -> RexUtil.SubQueryFinder.containsSubQuery(filter);
      case Project project -> RexUtil.SubQueryFinder.containsSubQuery(project);
      default -> false;
    };
  }

  @Override
  public void onMatch(RelOptRuleCall call) {
    RelNode rel = call.rel(0);
    RexBuilder rex = rel.getCluster().getRexBuilder();
    RelNode worded = rel.accept(new Unknown(rex));
    Optional<RexSubQuery> inner = innerOf(worded).or(() -> unequalBesideOthers(worded));
    if (inner.isPresent()) {
      call.transformTo(apart(worded, inner.get(), rex));
    } else if (worded.getInput(0).getRowType().getFieldNames().stream().anyMatch(NAMES::contains)) {
      call.transformTo(renamed(worded, rex));
    } else if (worded != rel) {
      call.transformTo(worded);
    }
  }

  /// With other names for the input's columns.
  private static RelNode renamed(RelNode rel, RexBuilder rex) {
    RelNode input = rel.getInput(0);
    List<String> names = new ArrayList<>();
    List<RexNode> columns = new ArrayList<>();
    for (String name : input.getRowType().getFieldNames()) {
      columns.add(rex.makeInputRef(input, columns.size()));
      names.add(NAMES.contains(name) ? "column " + name : name);
    }
    RelNode under = LogicalProject.create(input, List.of(), columns, names, Set.of());
    RelNode over = rel.copy(rel.getTraitSet(), List.of(under));
    return rel instanceof Project
        ? over
        : LogicalProject.create(
            over, List.of(), columns, input.getRowType().getFieldNames(), Set.of());
  }

  /// With `query` as a column of the input.
  private static RelNode apart(RelNode rel, RexSubQuery query, RexBuilder rex) {
    RelNode input = rel.getInput(0);
    Set<CorrelationId> variables =
        rel instanceof Filter filter ? filter.getVariablesSet() : ((Project) rel).getVariablesSet();
    int count = input.getRowType().getFieldCount();
    List<RexNode> columns = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      columns.add(rex.makeInputRef(input, i));
    }
    columns.add(query);
    List<String> names = new ArrayList<>(input.getRowType().getFieldNames());
    names.add("operand" + count);
    RelNode wide = LogicalProject.create(input, List.of(), columns, names, variables);
    RexShuttle refer =
        new RexShuttle() {
          @Override
          public RexNode visitSubQuery(RexSubQuery other) {
            return other.equals(query) ? rex.makeInputRef(wide, count) : super.visitSubQuery(other);
          }
        };
    if (rel instanceof Project project) {
      return LogicalProject.create(
          wide,
          project.getHints(),
          refer.visitList(project.getProjects()),
          project.getRowType().getFieldNames(),
          variables);
    }
    RexNode condition = ((Filter) rel).getCondition().accept(refer);
    RelNode filtered = LogicalFilter.create(wide, condition, ImmutableSet.copyOf(variables));
    return LogicalProject.create(
        filtered,
        List.of(),
        columns.subList(0, count),
        input.getRowType().getFieldNames(),
        Set.of());
  }

  /// A sub-query in the left side of another, or below a field, without one in its own left side.
  private static Optional<RexSubQuery> innerOf(RelNode rel) {
    List<RexNode> expressions =
        rel instanceof Filter filter
            ? List.of(filter.getCondition())
            : ((Project) rel).getProjects();
    try {
      expressions.forEach(e -> e.accept(new Inner()));
      return Optional.empty();
    } catch (Util.FoundOne e) {
      return Optional.of((RexSubQuery) e.getNode());
    }
  }

  /// A `<> ANY` of a filter with other sub-queries, whose columns Calcite takes for its own: it
  /// makes joins of all of them at once.
  private static Optional<RexSubQuery> unequalBesideOthers(RelNode rel) {
    if (!(rel instanceof Filter filter)) {
      return Optional.empty();
    }
    Set<RexSubQuery> all = new LinkedHashSet<>();
    filter.getCondition().accept(new Collector(all));
    return all.size() < 2
        ? Optional.empty()
        : all.stream().filter(SubQueryOperandRule::isUnequal).findFirst();
  }

  private static boolean isUnequal(RexSubQuery query) {
    return query.op instanceof SqlQuantifyOperator quantified
        && quantified.getKind() == SqlKind.SOME
        && quantified.comparisonKind == SqlKind.NOT_EQUALS;
  }

  private static final class Collector extends RexVisitorImpl<Void> {
    private final Set<RexSubQuery> all;

    Collector(Set<RexSubQuery> all) {
      super(true);
      this.all = all;
    }

    @Override
    public @Nullable Void visitSubQuery(RexSubQuery query) {
      all.add(query);
      return null;
    }
  }

  private static final class Inner extends RexVisitorImpl<Void> {
    Inner() {
      super(true);
    }

    @Override
    public @Nullable Void visitSubQuery(RexSubQuery query) {
      query.operands.forEach(this::lookIn);
      return null;
    }

    @Override
    public @Nullable Void visitFieldAccess(RexFieldAccess field) {
      lookIn(field.getReferenceExpr());
      return null;
    }

    private void lookIn(RexNode node) {
      node.accept(this);
      RexSubQuery found = RexUtil.SubQueryFinder.find(node);
      if (found != null) {
        throw new Util.FoundOne(found);
      }
    }
  }

  /// `NULL IN (q)` and `NULL < ANY (q)` as `EXISTS (q) AND unknown`.
  private static final class Unknown extends RexShuttle {
    private final RexBuilder rex;

    Unknown(RexBuilder rex) {
      this.rex = rex;
    }

    @Override
    public RexNode visitSubQuery(RexSubQuery query) {
      boolean compares = query.getKind() == SqlKind.IN || query.getKind() == SqlKind.SOME;
      if (compares
          && query.operands.size() == 1
          && RexUtil.isNullLiteral(query.operands.getFirst(), true)) {
        return rex.makeCall(
            SqlStdOperatorTable.AND,
            RexSubQuery.exists(query.rel),
            rex.makeNullLiteral(query.getType()));
      }
      RexSubQuery visited = (RexSubQuery) super.visitSubQuery(query);
      return query.getKind() == SqlKind.IN && RexUtil.allLiterals(query.operands)
          ? visited.clone(visited.getType(), hidden(visited.operands))
          : visited;
    }

    /// Of constants alone Calcite asks whether there is a row with them, or with a NULL: `IN (q) IS
    /// NOT TRUE` takes the one for the other.
    private List<RexNode> hidden(List<RexNode> operands) {
      return operands.stream()
          .map(operand -> rex.makeCall(operand.getType(), EngineScalars.TYPED, List.of(operand)))
          .toList();
    }
  }
}
