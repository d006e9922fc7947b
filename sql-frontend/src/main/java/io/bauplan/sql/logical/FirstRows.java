package io.bauplan.sql.logical;

import java.math.BigDecimal;
import java.util.List;
import org.apache.calcite.rel.RelCollation;
import org.apache.calcite.rel.RelCollations;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.core.Union;
import org.apache.calcite.rel.logical.LogicalSort;
import org.apache.calcite.rel.metadata.RelMdUtil;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;

/// The first rows of a union are among the first rows of its inputs, those of an outer join among
/// the first rows of the side that it keeps whole. Once from the top down: Calcite's rules for it,
/// applied until nothing changes, would sort an input once more, for ever, where what is known of
/// its rows makes a sort of it another one.
final class FirstRows extends RelHomogeneousShuttle {
  private FirstRows() {}

  static RelNode apply(RelNode rel) {
    return rel.accept(new FirstRows());
  }

  @Override
  public RelNode visit(LogicalSort sort) {
    return super.visit((RelNode) (sort.fetch == null ? sort : below(sort)));
  }

  private static Sort below(Sort sort) {
    RelCollation order = sort.getCollation();
    RexNode count = count(sort);
    return switch (sort.getInput()) {
      case Union union when union.all -> {
        List<RelNode> inputs =
            union.getInputs().stream().map(input -> first(input, order, count)).toList();
        yield over(sort, union.copy(union.getTraitSet(), inputs));
      }
      case Join join when keeps(join, JoinRelType.LEFT, order) ->
          over(
              sort,
              join.copy(
                  join.getTraitSet(),
                  List.of(first(join.getLeft(), order, count), join.getRight())));
      case Join join when keeps(join, JoinRelType.RIGHT, order) -> {
        RelCollation own = RelCollations.shift(order, -join.getLeft().getRowType().getFieldCount());
        yield over(
            sort,
            join.copy(
                join.getTraitSet(), List.of(join.getLeft(), first(join.getRight(), own, count))));
      }
      default -> sort;
    };
  }

  private static Sort over(Sort sort, RelNode input) {
    return sort.copy(sort.getTraitSet(), input, sort.getCollation());
  }

  /// How many of the first rows decide.
  private static RexNode count(Sort sort) {
    BigDecimal fetch = RexLiteral.bigDecimalValue(sort.fetch);
    BigDecimal offset =
        sort.offset == null ? BigDecimal.ZERO : RexLiteral.bigDecimalValue(sort.offset);
    return sort.getCluster().getRexBuilder().makeExactLiteral(fetch.add(offset));
  }

  private static RelNode first(RelNode input, RelCollation order, RexNode count) {
    return RelMdUtil.checkInputForCollationAndLimit(
            input.getCluster().getMetadataQuery(), input, order, null, count)
        ? input
        : LogicalSort.create(input, order, null, count);
  }

  /// Whether a join keeps all rows of the side that the order is of.
  private static boolean keeps(Join join, JoinRelType type, RelCollation order) {
    int left = join.getLeft().getRowType().getFieldCount();
    return join.getJoinType() == type
        && order.getFieldCollations().stream()
            .allMatch(key -> key.getFieldIndex() < left == (type == JoinRelType.LEFT));
  }
}
