package io.bauplan.sql.logical;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.Sample;
import org.apache.calcite.rel.core.SetOp;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.core.Uncollect;
import org.apache.calcite.rel.core.Union;
import org.apache.calcite.rel.core.Values;
import org.apache.calcite.rel.core.Window;
import org.apache.calcite.rel.metadata.RelMetadataQuery;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexUtil;

/// How many rows each node gives: joins by [KeyMatch], filters by [Selectivity], groups by distinct
/// values. Distinct values come from sketches, else from integer bounds, else from how many bits
/// the files take for a value, else from guesses ([ColumnFacts]).
final class Cardinality {
  /// Elements of a collection.
  private static final double UNNEST_FACTOR = 5;

  /// Estimates end here, so that products of them stay numbers.
  private static final double MAX_ROWS = 1e150;

  private final Map<RelNode, Double> rows = new IdentityHashMap<>();
  private final ColumnFacts columns = new ColumnFacts(this);
  private final RelMetadataQuery metadata;

  Cardinality(RelMetadataQuery metadata) {
    this.metadata = metadata;
  }

  double rows(RelNode rel) {
    RelNode node = rel.stripped();
    Double known = rows.get(node);
    if (known == null) {
      double computed = compute(node);
      // Bounds of NaN and infinity may make it no number.
      known = computed >= 0 ? Math.min(computed, MAX_ROWS) : Double.isNaN(computed) ? 1 : 0;
      rows.put(node, known);
    }
    return known;
  }

  double selectivity(RelNode input, RexNode predicate) {
    return Selectivity.of(column -> columns.facts(input, column), predicate);
  }

  /// Distinct values of a set of columns.
  double distinct(RelNode rel, Iterable<Integer> keys) {
    double product = 1;
    double limit = Math.max(1, rows(rel));
    for (int key : keys) {
      product *= columns.facts(rel, key).distinct();
      if (product > limit) {
        return limit;
      }
    }
    return Math.max(1, product);
  }

  private double compute(RelNode rel) {
    return switch (rel) {
      case TableScan scan -> Math.max(1, scan.getTable().getRowCount());
      case Filter filter ->
          Math.max(
              1, rows(filter.getInput()) * selectivity(filter.getInput(), filter.getCondition()));
      case Project project -> rows(project.getInput());
      case Window window -> rows(window.getInput());
      case Sort sort -> sort(sort);
      case Aggregate aggregate -> aggregate(aggregate);
      case Join join -> join(join);
      case Correlate correlate ->
          switch (correlate.getJoinType()) {
            case SEMI, ANTI, LEFT_MARK -> rows(correlate.getLeft());
            case INNER, LEFT, RIGHT, FULL, ASOF, LEFT_ASOF ->
                rows(correlate.getLeft()) * Math.max(1, rows(correlate.getRight()));
          };
      case Union union -> union.getInputs().stream().mapToDouble(this::rows).sum();
      case SetOp setOp -> rows(setOp.getInput(0));
      case Values values -> values.getTuples().size();
      case Sample sample ->
          rows(sample.getInput()) * sample.getSamplingParameters().sampleRate.doubleValue();
      case Uncollect uncollect -> rows(uncollect.getInput()) * UNNEST_FACTOR;
      default -> rel.estimateRowCount(metadata);
    };
  }

  private double sort(Sort sort) {
    double input = rows(sort.getInput());
    double offset = sort.offset instanceof RexLiteral literal ? RexLiteral.intValue(literal) : 0;
    double rest = Math.max(0, input - offset);
    return sort.fetch instanceof RexLiteral literal
        ? Math.min(rest, Literals.count(Literals.literal(literal).value()))
        : rest;
  }

  private double aggregate(Aggregate aggregate) {
    if (aggregate.getGroupCount() == 0) {
      return 1;
    }
    double groups = distinct(aggregate.getInput(), aggregate.getGroupSet());
    return groups * aggregate.getGroupSets().size();
  }

  private double join(Join join) {
    double left = rows(join.getLeft());
    double right = rows(join.getRight());
    List<Integer> leftKeys = new ArrayList<>();
    List<Integer> rightKeys = new ArrayList<>();
    List<RexNode> others = new ArrayList<>();
    RelOptUtil.splitJoinCondition(
        join.getLeft(), join.getRight(), join.getCondition(), leftKeys, rightKeys, null, others);
    double rest =
        Selectivity.of(
            column -> side(join, column),
            RexUtil.composeConjunction(join.getCluster().getRexBuilder(), others));
    List<Facts> leftFacts = facts(join.getLeft(), leftKeys);
    List<Facts> rightFacts = facts(join.getRight(), rightKeys);
    double matching = rest * KeyMatch.pairs(leftFacts, rightFacts);
    double semi = left * KeyMatch.matched(leftFacts, rightFacts, right, rest);
    double inner = left * right * matching;
    JoinRelType type = join.getJoinType();
    return switch (type) {
      case INNER, ASOF -> Math.max(1, inner);
      case LEFT, LEFT_ASOF -> Math.max(left, inner);
      case RIGHT -> Math.max(right, inner);
      case FULL -> Math.max(left + right, inner);
      case SEMI -> Math.max(1, semi);
      case ANTI -> Math.max(1, Math.max(left * KeyMatch.LEAST_UNMATCHED, left - semi));
      case LEFT_MARK -> left;
    };
  }

  /// A column of a join's condition, before the join.
  private Facts side(Join join, int column) {
    int left = join.getLeft().getRowType().getFieldCount();
    return column < left
        ? columns.facts(join.getLeft(), column)
        : columns.facts(join.getRight(), column - left);
  }

  private List<Facts> facts(RelNode rel, List<Integer> keys) {
    List<Facts> facts = new ArrayList<>();
    for (int key : keys) {
      facts.add(columns.facts(rel, key));
    }
    return facts;
  }

  Facts facts(RelNode rel, int column) {
    return columns.facts(rel, column);
  }
}
