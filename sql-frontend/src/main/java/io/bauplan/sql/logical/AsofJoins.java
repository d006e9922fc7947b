package io.bauplan.sql.logical;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.AsofJoin;
import org.apache.calcite.rel.core.JoinInfo;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.RelFactories;
import org.apache.calcite.rel.logical.LogicalAsofJoin;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.rex.RexWindowBounds;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.tools.RelBuilder;
import org.apache.calcite.util.ImmutableBitSet;

/// `a ASOF JOIN b ON a.k = b.k AND a.t >= b.t` as a window and a hash join: the rows of both sides
/// in the order of their times, the greatest time of `b` so far beside each row of `a`, and then
/// the row of `b` with that key and time (one of them, where several have the same). Sorts once
/// instead of comparing pairs.
final class AsofJoins extends RelHomogeneousShuttle {
  private AsofJoins() {}

  static RelNode apply(RelNode rel) {
    return rel.accept(new AsofJoins());
  }

  @Override
  public RelNode visit(LogicalAsofJoin join) {
    return visit((RelNode) join);
  }

  @Override
  public RelNode visit(RelNode other) {
    RelNode visited = super.visit(other);
    return visited instanceof AsofJoin join ? rewrite(join) : visited;
  }

  /// How the times compare, the left side's first.
  private record Match(RexNode left, RexNode right, boolean before, boolean inclusive) {}

  private static RelNode rewrite(AsofJoin join) {
    JoinInfo keys = JoinInfo.of(join.getLeft(), join.getRight(), join.getCondition());
    if (!keys.isEqui()) {
      throw new EngineException(
          ErrorCode.NOT_SUPPORTED,
          "ASOF JOIN compares its keys with = only, columns of the one side with columns of the"
              + " other",
          null,
          "Compute expressions in sub-queries first.",
          null);
    }
    RelBuilder builder = RelFactories.LOGICAL_BUILDER.create(join.getCluster(), null);
    Match match = match(join, builder);
    RelNode left = side(join.getLeft(), keys.leftKeys, match.left(), builder);
    RelNode right = side(join.getRight(), keys.rightKeys, match.right(), builder);
    RelNode timed = timed(left, right, join, keys, match, builder);
    builder.push(timed).push(firsts(right, join, keys, builder));
    int count = keys.leftKeys.size();
    int lefts = join.getLeft().getRowType().getFieldCount();
    int rights = join.getRight().getRowType().getFieldCount();
    List<RexNode> equal = new ArrayList<>();
    for (int i = 0; i <= count; i++) {
      equal.add(builder.equals(builder.field(2, 0, lefts + i), builder.field(2, 1, rights + i)));
    }
    builder.join(
        join.getJoinType() == JoinRelType.LEFT_ASOF ? JoinRelType.LEFT : JoinRelType.INNER, equal);
    List<RexNode> fields = new ArrayList<>();
    for (int i = 0; i < lefts; i++) {
      fields.add(builder.field(i));
    }
    for (int i = 0; i < rights; i++) {
      fields.add(builder.field(lefts + count + 1 + i));
    }
    RelNode joined = builder.project(fields, join.getRowType().getFieldNames(), true).build();
    return RelOptUtil.createCastRel(joined, join.getRowType(), true);
  }

  private static Match match(AsofJoin join, RelBuilder builder) {
    RexCall condition = (RexCall) join.getMatchCondition();
    int lefts = join.getLeft().getRowType().getFieldCount();
    RexNode first = condition.getOperands().get(0);
    RexNode second = condition.getOperands().get(1);
    ImmutableBitSet columns = RelOptUtil.InputFinder.bits(first);
    boolean reversed = !columns.isEmpty() && columns.nth(0) >= lefts;
    SqlKind kind = reversed ? condition.getKind().reverse() : condition.getKind();
    RexNode left = reversed ? second : first;
    RexNode right = RexUtil.shift(reversed ? first : second, -lefts);
    RelDataType common =
        Objects.requireNonNullElse(
            builder.getTypeFactory().leastRestrictive(List.of(left.getType(), right.getType())),
            left.getType());
    return new Match(
        cast(left, common, builder),
        cast(right, common, builder),
        kind == SqlKind.GREATER_THAN || kind == SqlKind.GREATER_THAN_OR_EQUAL,
        kind == SqlKind.GREATER_THAN_OR_EQUAL || kind == SqlKind.LESS_THAN_OR_EQUAL);
  }

  private static RexNode cast(RexNode node, RelDataType type, RelBuilder builder) {
    return builder.getRexBuilder().ensureType(type, node, false);
  }

  /// The columns of a side, then its keys, then its time.
  private static RelNode side(RelNode input, List<Integer> keys, RexNode time, RelBuilder builder) {
    builder.push(input);
    List<RexNode> fields = new ArrayList<>(builder.fields());
    keys.forEach(key -> fields.add(builder.field(key)));
    fields.add(time);
    return builder.project(fields, List.of(), true).build();
  }

  /// The rows of the left side with the time of their match, or NULL, as their last column.
  private static RelNode timed(
      RelNode left, RelNode right, AsofJoin join, JoinInfo keys, Match match, RelBuilder builder) {
    int lefts = join.getLeft().getRowType().getFieldCount();
    int rights = join.getRight().getRowType().getFieldCount();
    int count = keys.leftKeys.size();
    // left columns, keys, time, time of the right side, 1 for the right side
    builder.push(left);
    List<RexNode> fields = new ArrayList<>(builder.fields());
    RexNode time = builder.field(lefts + count);
    fields.add(nothing(time.getType(), builder));
    fields.add(builder.literal(0));
    builder.project(fields, List.of(), true);
    RelDataType row = builder.peek().getRowType();
    builder.push(right);
    builder.filter(builder.isNotNull(builder.field(rights + count)));
    fields.clear();
    for (int i = 0; i < lefts; i++) {
      fields.add(nothing(row.getFieldList().get(i).getType(), builder));
    }
    for (int i = 0; i <= count; i++) {
      fields.add(builder.field(rights + i));
    }
    fields.add(builder.field(rights + count));
    fields.add(builder.literal(1));
    builder.project(fields, List.of(), true);
    builder.union(true, 2);
    RexNode order = builder.field(lefts + count);
    RexNode which = builder.field(lefts + count + 2);
    List<RexNode> partition = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      partition.add(builder.field(lefts + i));
    }
    RexNode found =
        builder
            .aggregateCall(
                match.before() ? SqlStdOperatorTable.MAX : SqlStdOperatorTable.MIN,
                builder.field(lefts + count + 1))
            .over()
            .partitionBy(partition)
            .orderBy(
                match.before() ? order : builder.desc(order),
                match.inclusive() ? builder.desc(which) : which)
            .rowsBetween(RexWindowBounds.UNBOUNDED_PRECEDING, RexWindowBounds.CURRENT_ROW)
            .toRex();
    fields.clear();
    for (int i = 0; i < lefts + count; i++) {
      fields.add(builder.field(i));
    }
    fields.add(found);
    fields.add(order);
    fields.add(which);
    builder.project(fields, List.of(), true);
    builder.filter(builder.equals(builder.field(lefts + count + 2), builder.literal(0)));
    fields.clear();
    for (int i = 0; i < lefts + count; i++) {
      fields.add(builder.field(i));
    }
    RexNode matched = builder.field(lefts + count);
    fields.add(
        builder.call(
            SqlStdOperatorTable.CASE,
            builder.isNull(builder.field(lefts + count + 1)),
            nothing(matched.getType(), builder),
            matched));
    return builder.project(fields, List.of(), true).build();
  }

  private static RexNode nothing(RelDataType type, RelBuilder builder) {
    return builder
        .getRexBuilder()
        .makeNullLiteral(builder.getTypeFactory().createTypeWithNullability(type, true));
  }

  /// One row of the right side for each of its keys and times.
  private static RelNode firsts(RelNode right, AsofJoin join, JoinInfo keys, RelBuilder builder) {
    int rights = join.getRight().getRowType().getFieldCount();
    builder.push(right);
    List<RexNode> partition = new ArrayList<>();
    for (int i = 0; i <= keys.rightKeys.size(); i++) {
      partition.add(builder.field(rights + i));
    }
    List<RexNode> fields = new ArrayList<>(builder.fields());
    fields.add(
        builder
            .aggregateCall(SqlStdOperatorTable.ROW_NUMBER)
            .over()
            .partitionBy(partition)
            .orderBy(builder.field(rights + keys.rightKeys.size()))
            .toRex());
    builder.project(fields, List.of(), true);
    int number = fields.size() - 1;
    builder.filter(builder.equals(builder.field(number), builder.literal(1)));
    return builder.project(builder.fields().subList(0, number), List.of(), true).build();
  }
}
