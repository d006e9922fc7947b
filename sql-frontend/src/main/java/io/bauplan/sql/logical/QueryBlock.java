package io.bauplan.sql.logical;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexUtil;

/// Filters, projections and inner joins of a tree taken together: the rows of the leaves' product
/// that satisfy every condition, and what is computed from each. Two blocks over equal leaves can
/// be compared condition by condition.
///
/// @param leaves what the block does not look into, in the order of `digests`
/// @param digests equal texts are equal rows
/// @param conditions over the leaves' columns side by side
/// @param outputs over the same
record QueryBlock(
    List<RelNode> leaves, List<String> digests, List<RexNode> conditions, List<RexNode> outputs) {

  /// Empty where an expression is not a function of the row alone, or leaves are alike: then it is
  /// not clear which is which.
  static Optional<QueryBlock> of(RelNode rel) {
    QueryBlock block = collect(rel);
    boolean plain =
        block.conditions.stream().allMatch(QueryBlock::isPlain)
            && block.outputs.stream().allMatch(QueryBlock::isPlain);
    return plain && new HashSet<>(block.digests).size() == block.digests.size()
        ? Optional.of(block.inOrder())
        : Optional.empty();
  }

  private static boolean isPlain(RexNode e) {
    return !RexOver.containsOver(e)
        && RexUtil.isDeterministic(e)
        && RexUtil.SubQueryFinder.find(e) == null
        && !RexUtil.containsCorrelation(e);
  }

  private static QueryBlock collect(RelNode rel) {
    return switch (rel) {
      case Filter filter when filter.getVariablesSet().isEmpty() -> {
        QueryBlock input = collect(filter.getInput());
        List<RexNode> conditions = new ArrayList<>(input.conditions);
        for (RexNode condition : RelOptUtil.conjunctions(filter.getCondition())) {
          conditions.add(over(condition, input.outputs));
        }
        yield new QueryBlock(input.leaves, input.digests, conditions, input.outputs);
      }
      case Project project when project.getVariablesSet().isEmpty() -> {
        QueryBlock input = collect(project.getInput());
        yield new QueryBlock(
            input.leaves,
            input.digests,
            input.conditions,
            project.getProjects().stream().map(e -> over(e, input.outputs)).toList());
      }
      case Join join when join.getJoinType() == JoinRelType.INNER -> joined(join);
      default -> leaf(rel);
    };
  }

  private static QueryBlock leaf(RelNode rel) {
    return new QueryBlock(
        List.of(rel), List.of(RelOptUtil.toString(rel)), List.of(), refs(rel.getRowType(), 0));
  }

  private static List<RexNode> refs(RelDataType row, int from) {
    return IntStream.range(0, row.getFieldCount())
        .<RexNode>mapToObj(i -> new RexInputRef(from + i, row.getFieldList().get(i).getType()))
        .toList();
  }

  private static QueryBlock joined(Join join) {
    QueryBlock left = collect(join.getLeft());
    QueryBlock right = collect(join.getRight());
    int width = left.leaves.stream().mapToInt(l -> l.getRowType().getFieldCount()).sum();
    List<RexNode> outputs = new ArrayList<>(left.outputs);
    right.outputs.forEach(e -> outputs.add(RexUtil.shift(e, width)));
    List<RexNode> conditions = new ArrayList<>(left.conditions);
    right.conditions.forEach(e -> conditions.add(RexUtil.shift(e, width)));
    for (RexNode condition : RelOptUtil.conjunctions(join.getCondition())) {
      conditions.add(over(condition, outputs));
    }
    return new QueryBlock(
        concat(left.leaves, right.leaves),
        concat(left.digests, right.digests),
        conditions,
        outputs);
  }

  private static <T> List<T> concat(List<T> first, List<T> second) {
    List<T> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }

  /// The expression with each column replaced by what it is computed from.
  static RexNode over(RexNode expression, List<RexNode> columns) {
    return expression.accept(
        new RexShuttle() {
          @Override
          public RexNode visitInputRef(RexInputRef ref) {
            return columns.get(ref.getIndex());
          }
        });
  }

  /// The same with the leaves in the order of their digests.
  private QueryBlock inOrder() {
    List<Integer> order =
        IntStream.range(0, leaves.size())
            .boxed()
            .sorted(Comparator.comparing(digests::get))
            .toList();
    List<RexNode> moved = new ArrayList<>();
    leaves.forEach(leaf -> moved.addAll(refs(leaf.getRowType(), 0)));
    int target = 0;
    for (int leaf : order) {
      int source = leaves.subList(0, leaf).stream().mapToInt(QueryBlock::width).sum();
      List<RexNode> columns = refs(leaves.get(leaf).getRowType(), target);
      for (RexNode column : columns) {
        moved.set(source++, column);
      }
      target += columns.size();
    }
    return new QueryBlock(
        order.stream().map(leaves::get).toList(),
        order.stream().map(digests::get).toList(),
        conditions.stream().map(e -> over(e, moved)).toList(),
        outputs.stream().map(e -> over(e, moved)).toList());
  }

  private static int width(RelNode leaf) {
    return leaf.getRowType().getFieldCount();
  }
}
