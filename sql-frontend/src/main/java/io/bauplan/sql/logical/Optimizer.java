package io.bauplan.sql.logical;

import java.util.List;
import java.util.NoSuchElementException;
import org.apache.calcite.plan.Contexts;
import org.apache.calcite.plan.RelOptRule;
import org.apache.calcite.plan.hep.HepMatchOrder;
import org.apache.calcite.plan.hep.HepPlanner;
import org.apache.calcite.plan.hep.HepProgram;
import org.apache.calcite.plan.hep.HepProgramBuilder;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.RelFactories;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.logical.LogicalAggregate;
import org.apache.calcite.rel.rules.AggregateReduceFunctionsRule;
import org.apache.calcite.rel.rules.CoreRules;
import org.apache.calcite.rel.rules.FilterAggregateTransposeRule;
import org.apache.calcite.rel.rules.FilterProjectTransposeRule;
import org.apache.calcite.rel.rules.PruneEmptyRules;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql2rel.RelFieldTrimmer;
import org.apache.calcite.tools.RelBuilder;
import org.apache.calcite.util.ImmutableBitSet;
import org.apache.calcite.util.mapping.Mappings;
import org.jspecify.annotations.Nullable;

/// From a converted tree to the one that is executed, in phases: sub-queries become joins, filters
/// and projections move down, joins are ordered, unused columns go, windows come apart.
final class Optimizer {
  /// The rule for `WITHIN DISTINCT` knows sums and counts only: averages become these before it.
  private static final RelOptRule REDUCE_WITHIN_DISTINCT =
      AggregateReduceFunctionsRule.Config.DEFAULT
          .withOperandSupplier(
              operand ->
                  operand
                      .operand(LogicalAggregate.class)
                      .predicate(
                          aggregate ->
                              aggregate.getAggCallList().stream()
                                  .anyMatch(call -> call.distinctKeys != null))
                      .anyInputs())
          .as(AggregateReduceFunctionsRule.Config.class)
          .toRule();

  /// Of no rows there are no groups; Calcite forgets the row of all rows that `CUBE` and the like
  /// have.
  private static final RelOptRule PRUNE_AGGREGATE =
      PruneEmptyRules.RemoveEmptySingleRule.RemoveEmptySingleRuleConfig.AGGREGATE
          .withOperandFor(Aggregate.class, Optimizer::hasNoRowOfAll)
          .toRule();

  /// Never below the row of all rows: it would stay where a condition without columns is false.
  private static final RelOptRule FILTER_INTO_AGGREGATE =
      FilterAggregateTransposeRule.Config.DEFAULT
          .withOperandSupplier(
              filter ->
                  filter
                      .operand(Filter.class)
                      .oneInput(
                          below ->
                              below
                                  .operand(Aggregate.class)
                                  .predicate(Optimizer::hasNoRowOfAll)
                                  .anyInputs()))
          .as(FilterAggregateTransposeRule.Config.class)
          .toRule();

  /// With conditions made anew: what a projection computes may be an OR within another.
  private static final RelOptRule FILTER_INTO_PROJECT =
      FilterProjectTransposeRule.Config.DEFAULT.withCopyFilter(false).toRule();

  private static final HepProgram SUB_QUERIES =
      program(
          ValuesLiteralsRule.INSTANCE,
          REDUCE_WITHIN_DISTINCT,
          CoreRules.AGGREGATE_EXPAND_WITHIN_DISTINCT,
          SubQueryOperandRule.FILTER,
          SubQueryOperandRule.PROJECT,
          SubQueryToSemiJoinRule.INSTANCE,
          CoreRules.FILTER_SUB_QUERY_TO_CORRELATE,
          CoreRules.PROJECT_SUB_QUERY_TO_CORRELATE,
          CoreRules.JOIN_SUB_QUERY_TO_CORRELATE);

  private static final HepProgram REWRITES =
      program(
          CoreRules.FILTER_INTO_JOIN,
          UnmatchedToAntiJoinRule.INSTANCE,
          CoreRules.JOIN_CONDITION_PUSH,
          CoreRules.JOIN_PUSH_EXPRESSIONS,
          FILTER_INTO_PROJECT,
          FILTER_INTO_AGGREGATE,
          CoreRules.FILTER_SET_OP_TRANSPOSE,
          FilterIntoFunctionRule.INSTANCE,
          CoreRules.FILTER_MERGE,
          CoreRules.FILTER_REDUCE_EXPRESSIONS,
          ReduceProjectRule.INSTANCE,
          CoreRules.PROJECT_MERGE,
          CoreRules.PROJECT_REMOVE,
          CoreRules.UNION_MERGE,
          CoreRules.AGGREGATE_PROJECT_PULL_UP_CONSTANTS,
          CoreRules.AGGREGATE_PROJECT_MERGE,
          OuterToInnerJoinRule.INSTANCE,
          PruneEmptyRules.FILTER_INSTANCE,
          PruneEmptyRules.PROJECT_INSTANCE,
          PRUNE_AGGREGATE,
          PruneEmptyRules.SORT_INSTANCE,
          PruneEmptyRules.SORT_FETCH_ZERO_INSTANCE,
          PruneEmptyRules.JOIN_LEFT_INSTANCE,
          PruneEmptyRules.JOIN_RIGHT_INSTANCE,
          PruneEmptyRules.CORRELATE_LEFT_INSTANCE,
          PruneEmptyRules.CORRELATE_RIGHT_INSTANCE,
          PruneEmptyRules.INTERSECT_INSTANCE,
          PruneEmptyRules.MINUS_INSTANCE,
          PruneEmptyRules.UNION_INSTANCE);

  /// Ask what holds of all rows below a sort, and every change there would make them ask anew.
  private static final HepProgram SORTS =
      program(CoreRules.SORT_REMOVE_CONSTANT_KEYS, CoreRules.SORT_REMOVE_REDUNDANT);

  private static final HepProgram FINISH =
      program(
          CoreRules.PROJECT_TO_LOGICAL_PROJECT_AND_WINDOW,
          FILTER_INTO_PROJECT,
          CoreRules.FILTER_MERGE,
          CoreRules.PROJECT_MERGE,
          CoreRules.PROJECT_REMOVE,
          CoreRules.AGGREGATE_PROJECT_MERGE);

  private static final HepProgram PUSH_DOWN =
      program(
          CoreRules.FILTER_INTO_JOIN,
          CoreRules.JOIN_CONDITION_PUSH,
          FILTER_INTO_PROJECT,
          FILTER_INTO_AGGREGATE,
          CoreRules.FILTER_SET_OP_TRANSPOSE,
          FilterIntoFunctionRule.INSTANCE,
          CoreRules.FILTER_MERGE);

  /// All that a plan gets where the optimizer is off: without it conditions would be looked at
  /// above a cross product.
  private static final HepProgram FILTERS_DOWN =
      program(
          CoreRules.FILTER_INTO_JOIN,
          CoreRules.JOIN_CONDITION_PUSH,
          CoreRules.JOIN_PUSH_EXPRESSIONS,
          FILTER_INTO_PROJECT,
          FILTER_INTO_AGGREGATE,
          CoreRules.FILTER_SET_OP_TRANSPOSE,
          CoreRules.FILTER_MERGE);

  private Optimizer() {}

  private static boolean hasNoRowOfAll(Aggregate aggregate) {
    return !hasRowOfAll(aggregate);
  }

  /// Whether there is a row of all rows, of no rows too.
  static boolean hasRowOfAll(Aggregate aggregate) {
    return aggregate.getGroupSets().stream().anyMatch(ImmutableBitSet::isEmpty);
  }

  /// `SET optimizer = 'off'` leaves the joins in the order written, and of the rules those without
  /// which a query would not run, or would make a cross product where a condition says otherwise.
  ///
  /// @param context whose materialized views may stand in for parts of the query
  static RelNode optimize(RelNode rel, StatementContext context) {
    if (!context.session().optimizes()) {
      RelNode filtered = run(FILTERS_DOWN, FactorPulling.apply(joined(rel)));
      return ScalarCalls.extract(run(FINISH, JoinOrder.asWritten(filtered)));
    }
    RelBuilder builder = RelFactories.LOGICAL_BUILDER.create(rel.getCluster(), null);
    RelNode whole = rewrite(rel);
    RelNode rewritten = new MaterializedSubstitution(context, Optimizer::rewrite).apply(whole);
    RelNode ordered = JoinOrder.order(rewritten);
    return ScalarCalls.extract(run(FINISH, trimmed(ordered, builder)));
  }

  /// A filter that was found later, as far down as it goes.
  static RelNode pushDown(Filter filter) {
    RelNode input = filter.getInput();
    while (input instanceof Filter below) {
      input = below.getInput();
    }
    return input instanceof TableScan ? filter : run(PUSH_DOWN, filter);
  }

  /// The phases up to the order of joins.
  private static RelNode rewrite(RelNode rel) {
    RelNode rewritten = reduced(FactorPulling.apply(joined(rel)));
    return limitsAreConstant(rewritten)
        ? run(SORTS, FirstRows.apply(run(SORTS, rewritten)))
        : rewritten;
  }

  /// Constants stay as written where Calcite stumbles over a condition in simplifying it.
  private static RelNode reduced(RelNode rel) {
    try {
      return run(REWRITES, rel);
    } catch (NullPointerException | IllegalArgumentException | AssertionError e) {
      return run(FILTERS_DOWN, rel);
    }
  }

  /// With sub-queries as joins.
  private static RelNode joined(RelNode rel) {
    RelBuilder builder = RelFactories.LOGICAL_BUILDER.create(rel.getCluster(), null);
    RelNode joined = AsofJoins.apply(run(SUB_QUERIES, SubQueryOwners.apply(AsofJoins.apply(rel))));
    return Decorrelation.apply(joined, builder);
  }

  /// Calcite's rules for sorts fail on other limits, which the translation then refuses in words.
  private static boolean limitsAreConstant(RelNode rel) {
    return (!(rel instanceof Sort sort) || isConstant(sort.fetch) && isConstant(sort.offset))
        && rel.getInputs().stream().allMatch(Optimizer::limitsAreConstant);
  }

  private static boolean isConstant(@Nullable RexNode limit) {
    return limit == null || limit instanceof RexLiteral;
  }

  /// Without the columns that nobody reads. Calcite fails on columns that are read only from within
  /// a sub-query that stays correlated; then all stay, and the physical plan leaves out what it
  /// can.
  private static RelNode trimmed(RelNode rel, RelBuilder builder) {
    try {
      return new RelFieldTrimmer(null, builder).trim(rel);
    } catch (Mappings.NoElementException | NoSuchElementException | IllegalArgumentException e) {
      return rel;
    }
  }

  static HepProgram program(RelOptRule... rules) {
    HepProgramBuilder builder = HepProgram.builder();
    builder.addMatchOrder(HepMatchOrder.DEPTH_FIRST);
    builder.addRuleCollection(List.of(rules));
    return builder.build();
  }

  static RelNode run(HepProgram program, RelNode rel) {
    HepPlanner planner = new HepPlanner(program, Contexts.empty());
    planner.setExecutor(rel.getCluster().getPlanner().getExecutor());
    planner.setRoot(rel);
    RelNode best = planner.findBestExp();
    rel.getCluster().invalidateMetadataQuery();
    return best;
  }
}
