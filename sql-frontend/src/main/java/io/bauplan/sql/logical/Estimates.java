package io.bauplan.sql.logical;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.apache.calcite.plan.RelOptCost;
import org.apache.calcite.plan.RelOptPlanner;
import org.apache.calcite.plan.RelOptPredicateList;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Intersect;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.Union;
import org.apache.calcite.rel.metadata.DefaultRelMetadataProvider;
import org.apache.calcite.rel.metadata.JaninoRelMetadataProvider;
import org.apache.calcite.rel.metadata.RelMetadataQuery;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.util.ImmutableBitSet;
import org.jspecify.annotations.Nullable;

/// The optimizer's numbers: rows, selectivities, distinct values and costs are ours
/// ([Cardinality]), answered without Calcite's generated dispatch; the rest (uniqueness,
/// predicates) is Calcite's.
final class Estimates extends RelMetadataQuery {
  // One provider for the process: each would compile its own handler classes.
  private static final JaninoRelMetadataProvider CALCITE =
      JaninoRelMetadataProvider.of(DefaultRelMetadataProvider.INSTANCE);

  private final Cardinality cardinality = new Cardinality(this);

  private final Map<RelNode, RelOptPredicateList> predicates = new IdentityHashMap<>();

  private Estimates() {
    super(CALCITE);
  }

  static RelMetadataQuery newQuery() {
    return new Estimates();
  }

  @Override
  public Double getRowCount(RelNode rel) {
    return cardinality.rows(rel);
  }

  @Override
  public Double getSelectivity(RelNode rel, @Nullable RexNode predicate) {
    return predicate == null ? 1.0 : cardinality.selectivity(rel, predicate);
  }

  @Override
  public Double getDistinctRowCount(
      RelNode rel, ImmutableBitSet keys, @Nullable RexNode predicate) {
    return cardinality.distinct(rel, keys);
  }

  /// Calcite asserts that no predicate compares with a NULL literal, yet simplifying can leave such
  /// a comparison in a filter. It holds for no row, so that nothing is lost by not telling.
  @Override
  public RelOptPredicateList getPulledUpPredicates(RelNode rel) {
    RelNode node = rel.stripped();
    if (node instanceof Join join) {
      RelOptPredicateList known = predicates.get(join);
      if (known == null) {
        known = joined(join);
        predicates.put(join, known);
      }
      return known;
    }
    if (node instanceof Union union) {
      RelOptPredicateList known = predicates.get(union);
      if (known == null) {
        known = inAll(union);
        predicates.put(union, known);
      }
      return known;
    }
    if (node instanceof Intersect intersect) {
      RelOptPredicateList known = predicates.get(intersect);
      if (known == null) {
        known = inAny(intersect);
        predicates.put(intersect, known);
      }
      return known;
    }
    // What holds of all rows of an input without rows does not hold of their row of all rows.
    if (node instanceof Aggregate aggregate && Optimizer.hasRowOfAll(aggregate)) {
      return RelOptPredicateList.EMPTY;
    }
    if (!(node instanceof Filter filter)) {
      return known(rel);
    }
    List<RexNode> all = RelOptUtil.conjunctions(filter.getCondition());
    List<RexNode> sound = all.stream().filter(p -> !comparesWithNull(p)).toList();
    if (sound.size() == all.size()) {
      return known(rel);
    }
    RexBuilder rex = rel.getCluster().getRexBuilder();
    return getPulledUpPredicates(filter.getInput())
        .union(rex, RelOptPredicateList.of(rex, RexUtil.retainDeterministic(sound)));
  }

  /// What Calcite knows; nothing where it stumbles over a type or function that it does not know.
  private RelOptPredicateList known(RelNode rel) {
    try {
      return super.getPulledUpPredicates(rel);
    } catch (NullPointerException | IllegalArgumentException | AssertionError e) {
      // An error leaves the mark that the answer is being looked for.
      map.clear();
      return RelOptPredicateList.EMPTY;
    }
  }

  /// Calcite forgets the row of all rows that `CUBE` and the like have of no rows, and that a full
  /// join without partners has the rows of both sides.
  @Override
  public @Nullable Double getMaxRowCount(RelNode rel) {
    Double most = super.getMaxRowCount(rel);
    if (most == null) {
      return null;
    }
    return switch (rel.stripped()) {
      case Aggregate aggregate when Optimizer.hasRowOfAll(aggregate) -> Math.max(most, 1.0);
      case Join join when join.getJoinType() == JoinRelType.FULL -> {
        Double left = getMaxRowCount(join.getLeft());
        Double right = getMaxRowCount(join.getRight());
        yield left == null || right == null ? null : (Double) Math.max(most, left + right);
      }
      default -> most;
    };
  }

  /// What is said of the rows of each input. Calcite also looks which conditions imply which, by
  /// computing them in its own runtime, which does not have all functions and types.
  private RelOptPredicateList inAll(Union union) {
    List<RexNode> common =
        new ArrayList<>(getPulledUpPredicates(union.getInput(0)).pulledUpPredicates);
    // Each input once: of a long chain of unions every one is the first input of the next.
    for (RelNode input : union.getInputs().subList(1, union.getInputs().size())) {
      common.retainAll(getPulledUpPredicates(input).pulledUpPredicates);
    }
    return RelOptPredicateList.of(union.getCluster().getRexBuilder(), common);
  }

  /// What is said of the rows of any input.
  private RelOptPredicateList inAny(Intersect intersect) {
    List<RexNode> all = new ArrayList<>();
    for (RelNode input : intersect.getInputs()) {
      all.addAll(getPulledUpPredicates(input).pulledUpPredicates);
    }
    return RelOptPredicateList.of(intersect.getCluster().getRexBuilder(), all);
  }

  @Override
  public boolean clearCache(RelNode rel) {
    predicates.remove(rel);
    return super.clearCache(rel);
  }

  /// What holds of both sides, as far as the join keeps it. Calcite would also substitute equal
  /// columns for one another in all of it, which takes most of the time of planning a large query;
  /// [TransitivePredicates] does that once, where joins are ordered.
  private RelOptPredicateList joined(Join join) {
    List<RexNode> known = new ArrayList<>();
    JoinRelType type = join.getJoinType();
    if (!type.generatesNullsOnLeft()) {
      known.addAll(getPulledUpPredicates(join.getLeft()).pulledUpPredicates);
    }
    if (type.projectsRight() && !type.generatesNullsOnRight()) {
      int left = join.getLeft().getRowType().getFieldCount();
      getPulledUpPredicates(join.getRight())
          .pulledUpPredicates
          .forEach(predicate -> known.add(RexUtil.shift(predicate, left)));
    }
    if (type == JoinRelType.INNER) {
      RelOptUtil.conjunctions(join.getCondition()).stream()
          .filter(p -> RexUtil.isDeterministic(p) && !comparesWithNull(p))
          .forEach(known::add);
    }
    return RelOptPredicateList.of(join.getCluster().getRexBuilder(), known);
  }

  private static boolean comparesWithNull(RexNode predicate) {
    return predicate.isA(SqlKind.BINARY_COMPARISON)
        && ((RexCall) predicate)
            .getOperands().stream().anyMatch(o -> RexUtil.isNullLiteral(o, true));
  }

  /// The rows that all joins of the tree produce.
  @Override
  public RelOptCost getCumulativeCost(RelNode rel) {
    RelOptPlanner planner = rel.getCluster().getPlanner();
    double rows = 0;
    for (RelNode input : rel.getInputs()) {
      rows += getCumulativeCost(input).getRows();
    }
    if (rel instanceof Join) {
      rows += getRowCount(rel);
    }
    return planner.getCostFactory().makeCost(rows, 0, 0);
  }
}
