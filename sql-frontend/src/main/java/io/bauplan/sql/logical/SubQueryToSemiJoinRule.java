package io.bauplan.sql.logical;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.calcite.plan.RelOptRule;
import org.apache.calcite.plan.RelOptRuleCall;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.CorrelationId;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCorrelVariable;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.tools.RelBuilder;
import org.jspecify.annotations.Nullable;

/// `WHERE [NOT] EXISTS (...)` and `x [NOT] IN (...)` whose correlated conditions can be pulled up
/// become semi- and anti-joins. Calcite's own way (distinct keys of the outer side joined into the
/// sub-query) reads the outer tables once more for each sub-query; it remains for what this rule
/// leaves.
final class SubQueryToSemiJoinRule extends RelOptRule {
  static final SubQueryToSemiJoinRule INSTANCE = new SubQueryToSemiJoinRule();

  private SubQueryToSemiJoinRule() {
    super(operand(LogicalFilter.class, any()), "SubQueryToSemiJoin");
  }

  @Override
  public boolean matches(RelOptRuleCall call) {
    Filter filter = call.rel(0);
    return RexUtil.SubQueryFinder.containsSubQuery(filter);
  }

  @Override
  public void onMatch(RelOptRuleCall call) {
    Filter filter = call.rel(0);
    List<RexNode> rest = new ArrayList<>();
    List<RexNode> plain = new ArrayList<>();
    List<Join> joins = new ArrayList<>();
    RexBuilder rex = filter.getCluster().getRexBuilder();
    for (RexNode conjunct : RelOptUtil.conjunctions(filter.getCondition())) {
      Join join = join(conjunct, filter, rex);
      if (join != null) {
        joins.add(join);
      } else if (RexUtil.SubQueryFinder.find(conjunct) == null) {
        plain.add(conjunct);
      } else {
        rest.add(conjunct);
      }
    }
    if (joins.isEmpty()) {
      return;
    }
    RelBuilder builder = call.builder().push(filter.getInput()).filter(plain);
    for (Join join : joins) {
      builder.push(join.right()).join(join.type(), join.condition());
      if (join.type() == JoinRelType.LEFT_MARK) {
        int mark = builder.peek().getRowType().getFieldCount() - 1;
        builder.filter(builder.not(builder.field(mark)));
        builder.project(builder.fields().subList(0, mark));
      }
    }
    RelNode joined = builder.build();
    call.transformTo(
        rest.isEmpty()
            ? joined
            : filter.copy(filter.getTraitSet(), joined, RexUtil.composeConjunction(rex, rest)));
  }

  private record Join(JoinRelType type, RelNode right, RexNode condition) {}

  /// The join that a conjunct stands for, or null where it must be left.
  private static @Nullable Join join(RexNode conjunct, Filter filter, RexBuilder rex) {
    boolean negated = conjunct.getKind() == SqlKind.NOT;
    RexNode inner =
        negated ? ((org.apache.calcite.rex.RexCall) conjunct).operands.getFirst() : conjunct;
    if (!(inner instanceof RexSubQuery query)
        || query.getKind() != SqlKind.EXISTS && query.getKind() != SqlKind.IN
        || query.operands.stream().anyMatch(RexUtil::containsCorrelation)
        || RexUtil.SubQueryFinder.find(query.operands) != null) {
      return null;
    }
    Set<CorrelationId> outer = filter.getVariablesSet();
    Pulled pulled = pull(query.rel, outer, query.getKind() == SqlKind.EXISTS);
    if (pulled == null) {
      return null;
    }
    int leftSize = filter.getInput().getRowType().getFieldCount();
    List<RexNode> conditions = new ArrayList<>();
    boolean nullable = false;
    for (int i = 0; i < query.operands.size(); i++) {
      RexNode operand = query.operands.get(i);
      RexNode column =
          rex.makeInputRef(pulled.rel().getRowType().getFieldList().get(i).getType(), leftSize + i);
      nullable |= operand.getType().isNullable() || column.getType().isNullable();
      conditions.add(rex.makeCall(SqlStdOperatorTable.EQUALS, operand, column));
    }
    RexShuttle onJoin = new OnJoin(rex, outer, leftSize);
    pulled.conditions().forEach(c -> conditions.add(c.accept(onJoin)));
    JoinRelType type = negated ? JoinRelType.ANTI : JoinRelType.SEMI;
    if (negated && nullable) {
      // NULLs on either side make NOT IN unknown: that takes the three-valued mark, for one key
      // without
      // further conditions.
      if (query.operands.size() != 1 || !pulled.conditions().isEmpty()) {
        return null;
      }
      type = JoinRelType.LEFT_MARK;
    }
    return new Join(type, pulled.rel(), RexUtil.composeConjunction(rex, conditions));
  }

  /// A sub-query without its correlated conditions, whose first columns are the original's.
  ///
  /// @param conditions over `rel`'s columns and the outer row's
  private record Pulled(RelNode rel, List<RexNode> conditions) {}

  private static @Nullable Pulled pull(RelNode node, Set<CorrelationId> outer, boolean anyColumns) {
    RelNode rel = node.stripped();
    if (!uses(rel, outer)) {
      return new Pulled(rel, List.of());
    }
    return switch (rel) {
      case Filter filter -> pullFilter(filter, outer);
      case Project project -> pullProject(project, outer, anyColumns);
      default -> null;
    };
  }

  private static @Nullable Pulled pullFilter(Filter filter, Set<CorrelationId> outer) {
    Pulled below = pull(filter.getInput(), outer, false);
    if (below == null) {
      return null;
    }
    List<RexNode> conditions = new ArrayList<>(below.conditions());
    List<RexNode> staying = new ArrayList<>();
    for (RexNode conjunct : RelOptUtil.conjunctions(filter.getCondition())) {
      boolean nested = RexUtil.SubQueryFinder.find(conjunct) != null;
      if (!usesIn(conjunct, outer)) {
        staying.add(conjunct);
      } else if (nested) {
        return null;
      } else {
        conditions.add(conjunct);
      }
    }
    RelNode rel =
        staying.isEmpty()
            ? below.rel()
            : LogicalFilter.create(
                below.rel(),
                RexUtil.composeConjunction(filter.getCluster().getRexBuilder(), staying),
                com.google.common.collect.ImmutableSet.copyOf(filter.getVariablesSet()));
    return new Pulled(rel, conditions);
  }

  private static @Nullable Pulled pullProject(
      Project project, Set<CorrelationId> outer, boolean anyColumns) {
    Pulled below = pull(project.getInput(), outer, anyColumns);
    if (below == null) {
      return null;
    }
    if (anyColumns) {
      return below;
    }
    if (project.getProjects().stream().anyMatch(e -> usesIn(e, outer))) {
      return null;
    }
    RexBuilder rex = project.getCluster().getRexBuilder();
    List<RexNode> columns = new ArrayList<>(project.getProjects());
    List<String> names = new ArrayList<>(project.getRowType().getFieldNames());
    int shift = columns.size();
    for (int i = 0; i < below.rel().getRowType().getFieldCount(); i++) {
      columns.add(rex.makeInputRef(below.rel(), i));
      names.add("inner" + i);
    }
    RelNode wide =
        org.apache.calcite.rel.logical.LogicalProject.create(
            below.rel(), List.of(), columns, names, com.google.common.collect.ImmutableSet.of());
    List<RexNode> conditions =
        below.conditions().stream().map(c -> RexUtil.shift(c, shift)).toList();
    return new Pulled(wide, conditions);
  }

  private static boolean uses(RelNode rel, Set<CorrelationId> outer) {
    return RelOptUtil.getVariablesUsed(rel).stream().anyMatch(outer::contains);
  }

  private static boolean usesIn(RexNode node, Set<CorrelationId> outer) {
    boolean[] found = {false};
    node.accept(
        new RexShuttle() {
          @Override
          public RexNode visitCorrelVariable(RexCorrelVariable variable) {
            found[0] |= outer.contains(variable.id);
            return variable;
          }

          @Override
          public RexNode visitSubQuery(RexSubQuery query) {
            found[0] |= uses(query.rel, outer);
            return super.visitSubQuery(query);
          }
        });
    return found[0];
  }

  /// Conditions of the sub-query as conditions of the join.
  private static final class OnJoin extends RexShuttle {
    private final RexBuilder rex;
    private final Set<CorrelationId> outer;
    private final int leftSize;

    OnJoin(RexBuilder rex, Set<CorrelationId> outer, int leftSize) {
      this.rex = rex;
      this.outer = outer;
      this.leftSize = leftSize;
    }

    @Override
    public RexNode visitInputRef(RexInputRef ref) {
      return rex.makeInputRef(ref.getType(), ref.getIndex() + leftSize);
    }

    @Override
    public RexNode visitFieldAccess(RexFieldAccess access) {
      return access.getReferenceExpr() instanceof RexCorrelVariable variable
              && outer.contains(variable.id)
          ? rex.makeInputRef(access.getType(), access.getField().getIndex())
          : super.visitFieldAccess(access);
    }
  }
}
