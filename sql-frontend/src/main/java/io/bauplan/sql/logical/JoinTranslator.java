package io.bauplan.sql.logical;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.Comparison.Operator;
import io.bauplan.sql.plan.Expressions;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PhysicalPlan.HashJoin;
import io.bauplan.sql.plan.PhysicalPlan.JoinKind;
import io.bauplan.sql.plan.PhysicalPlan.NestedLoopJoin;
import io.bauplan.sql.plan.RowType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexUtil;

/// Joins: hash joins wherever there is an equality, with the smaller side as build side; otherwise
/// nested loops.
final class JoinTranslator {
  /// A semi join that builds on its left side gives its rows out at the end only, and holds all of
  /// their columns: its right side must be larger by so much.
  private static final double EXISTENCE_WEIGHT = 2;

  private final PhysicalTranslator plans;

  JoinTranslator(PhysicalTranslator plans) {
    this.plans = plans;
  }

  static JoinKind kind(JoinRelType type) {
    return switch (type) {
      case INNER -> JoinKind.INNER;
      case LEFT -> JoinKind.LEFT;
      case RIGHT -> JoinKind.RIGHT;
      case FULL -> JoinKind.FULL;
      case SEMI -> JoinKind.SEMI;
      case ANTI -> JoinKind.ANTI;
      case LEFT_MARK -> JoinKind.MARK;
      case ASOF, LEFT_ASOF ->
          throw new EngineException(ErrorCode.NOT_SUPPORTED, "ASOF joins are not supported yet");
    };
  }

  PhysicalPlan join(Join join) {
    List<Integer> leftKeys = new ArrayList<>();
    List<Integer> rightKeys = new ArrayList<>();
    List<Boolean> filterNulls = new ArrayList<>();
    List<RexNode> others = new ArrayList<>();
    RelOptUtil.splitJoinCondition(
        join.getLeft(),
        join.getRight(),
        join.getCondition(),
        leftKeys,
        rightKeys,
        filterNulls,
        others);
    PhysicalPlan left = plans.node(join.getLeft());
    PhysicalPlan right = plans.node(join.getRight());
    JoinKind kind = kind(join.getJoinType());
    RexNode rest = RexUtil.composeConjunction(join.getCluster().getRexBuilder(), others);
    List<Expression> residuals =
        unhashed(kind, left.output(), right.output(), leftKeys, rightKeys, filterNulls);
    residuals.addAll(
        rowEqualities(left.output(), right.output(), leftKeys, rightKeys, filterNulls));
    if (!rest.isAlwaysTrue()) {
      residuals.add(ExpressionTranslator.translate(rest));
    }
    Optional<Expression> residual =
        residuals.isEmpty() ? Optional.empty() : Optional.of(ExpressionTranslator.and(residuals));
    RowType output = PhysicalTranslator.row(join);
    if (leftKeys.isEmpty()) {
      return nestedLoop(join, left, right, kind, residual, output);
    }
    List<Boolean> nullSafe = filterNulls.stream().map(filter -> !filter).toList();
    HashJoin hash =
        new HashJoin(
            left,
            right,
            kind,
            leftKeys,
            rightKeys,
            nullSafe,
            residual,
            output,
            plans.metadata().getRowCount(join));
    PhysicalPlan typed = withEqualKeyTypes(hash);
    return typed instanceof HashJoin same && swap(join) ? swapped(same) : typed;
  }

  /// Takes out keys of decimals that may be too large for the type that they compare in, where a
  /// NULL for these would matter: if NULLs are equal, or say that the answer is unknown.
  private static List<Expression> unhashed(
      JoinKind kind,
      RowType left,
      RowType right,
      List<Integer> leftKeys,
      List<Integer> rightKeys,
      List<Boolean> filterNulls) {
    List<Expression> conditions = new ArrayList<>();
    for (int i = leftKeys.size() - 1; i >= 0; i--) {
      DataType l = left.column(leftKeys.get(i)).type();
      DataType r = right.column(rightKeys.get(i)).type();
      DataType common = TypeRules.common(l, r);
      boolean nullsMatter = !filterNulls.get(i) || kind == JoinKind.MARK;
      if (nullsMatter && (WideDecimals.isWider(l, common) || WideDecimals.isWider(r, common))) {
        int leftKey = leftKeys.remove(i);
        int rightKey = rightKeys.remove(i);
        Operator operator = filterNulls.remove(i) ? Operator.EQUAL : Operator.NOT_DISTINCT_FROM;
        conditions.add(pair(operator, left, right, leftKey, rightKey));
      }
    }
    return conditions;
  }

  private static Expression pair(
      Operator operator, RowType left, RowType right, int leftKey, int rightKey) {
    Column l = left.column(leftKey);
    Column r = right.column(rightKey);
    return ExpressionTranslator.compare(
        operator,
        new Expression.InputRef(leftKey, l.type(), l.nullable()),
        new Expression.InputRef(left.size() + rightKey, r.type(), r.nullable()));
  }

  /// Keys that are rows are equal in a hash table also where both hold a NULL; to `=` they are not.
  private static List<Expression> rowEqualities(
      RowType left,
      RowType right,
      List<Integer> leftKeys,
      List<Integer> rightKeys,
      List<Boolean> filterNulls) {
    List<Expression> equalities = new ArrayList<>();
    for (int i = 0; i < leftKeys.size(); i++) {
      int leftKey = leftKeys.get(i);
      if (filterNulls.get(i) && left.column(leftKey).type() instanceof DataType.StructType) {
        equalities.add(pair(Operator.EQUAL, left, right, leftKey, rightKeys.get(i)));
      }
    }
    return equalities;
  }

  /// Whether the left side is the better build side and the kind of join allows it.
  private boolean swap(Join join) {
    boolean possible =
        switch (join.getJoinType()) {
          case INNER, LEFT, RIGHT, FULL, SEMI, ANTI -> true;
          case LEFT_MARK, ASOF, LEFT_ASOF -> false;
        };
    double left = plans.metadata().getRowCount(join.getLeft());
    return possible
        && (join.getJoinType().projectsRight() ? left : left * EXISTENCE_WEIGHT)
            < plans.metadata().getRowCount(join.getRight());
  }

  private static PhysicalPlan swapped(HashJoin join) {
    int leftSize = join.left().output().size();
    int rightSize = join.right().output().size();
    JoinKind kind =
        switch (join.kind()) {
          case LEFT -> JoinKind.RIGHT;
          case RIGHT -> JoinKind.LEFT;
          case SEMI -> JoinKind.RIGHT_SEMI;
          case ANTI -> JoinKind.RIGHT_ANTI;
          case RIGHT_SEMI -> JoinKind.SEMI;
          case RIGHT_ANTI -> JoinKind.ANTI;
          case INNER, FULL, MARK -> join.kind();
        };
    boolean existence = kind == JoinKind.RIGHT_SEMI || kind == JoinKind.RIGHT_ANTI;
    HashJoin other =
        new HashJoin(
            join.right(),
            join.left(),
            kind,
            join.rightKeys(),
            join.leftKeys(),
            join.nullSafe(),
            join.residual()
                .map(e -> Expressions.remap(e, i -> i < leftSize ? i + rightSize : i - leftSize)),
            existence ? join.output() : new RowType(swappedColumns(join.output(), leftSize)),
            join.estimatedRows());
    return existence ? other : Projections.select(other, swappedBack(leftSize, rightSize));
  }

  private PhysicalPlan nestedLoop(
      Join join,
      PhysicalPlan left,
      PhysicalPlan right,
      JoinKind kind,
      Optional<Expression> condition,
      RowType output) {
    NestedLoopJoin loops =
        new NestedLoopJoin(
            left, right, kind, condition, output, plans.metadata().getRowCount(join));
    return kind == JoinKind.INNER && swap(join) ? swapped(loops) : loops;
  }

  /// The right side of nested loops is the one held in memory.
  private static PhysicalPlan swapped(NestedLoopJoin join) {
    int leftSize = join.left().output().size();
    int rightSize = join.right().output().size();
    NestedLoopJoin other =
        new NestedLoopJoin(
            join.right(),
            join.left(),
            join.kind(),
            join.condition()
                .map(e -> Expressions.remap(e, i -> i < leftSize ? i + rightSize : i - leftSize)),
            new RowType(swappedColumns(join.output(), leftSize)),
            join.estimatedRows());
    return Projections.select(other, swappedBack(leftSize, rightSize));
  }

  private static List<Column> swappedColumns(RowType row, int leftSize) {
    return Stream.concat(
            row.columns().subList(leftSize, row.size()).stream(),
            row.columns().subList(0, leftSize).stream())
        .toList();
  }

  private static List<Integer> swappedBack(int leftSize, int rightSize) {
    return IntStream.concat(
            IntStream.range(rightSize, rightSize + leftSize), IntStream.range(0, rightSize))
        .boxed()
        .toList();
  }

  /// Key pairs of different types get cast copies behind the inputs' columns, which the output
  /// leaves out.
  private static PhysicalPlan withEqualKeyTypes(HashJoin join) {
    List<Expression> left = Projections.references(join.left().output());
    List<Expression> right = Projections.references(join.right().output());
    int leftSize = left.size();
    int rightSize = right.size();
    List<Integer> leftKeys = new ArrayList<>();
    List<Integer> rightKeys = new ArrayList<>();
    for (int i = 0; i < join.leftKeys().size(); i++) {
      int l = join.leftKeys().get(i);
      int r = join.rightKeys().get(i);
      DataType common = TypeRules.common(left.get(l).type(), right.get(r).type());
      leftKeys.add(key(left, l, common));
      rightKeys.add(key(right, r, common));
    }
    if (left.size() == leftSize && right.size() == rightSize) {
      return join;
    }
    PhysicalPlan wideLeft = extended(join.left(), left);
    PhysicalPlan wideRight = extended(join.right(), right);
    int added = left.size() - leftSize;
    boolean both =
        switch (join.kind()) {
          case INNER, LEFT, RIGHT, FULL -> true;
          case SEMI, ANTI, MARK -> false;
          case RIGHT_SEMI, RIGHT_ANTI -> throw new IllegalStateException("swapped afterwards");
        };
    List<Column> columns = new ArrayList<>(join.output().columns());
    columns.addAll(leftSize, wideLeft.output().columns().subList(leftSize, left.size()));
    if (both) {
      columns.addAll(wideRight.output().columns().subList(rightSize, right.size()));
    }
    HashJoin wide =
        new HashJoin(
            wideLeft,
            wideRight,
            join.kind(),
            leftKeys,
            rightKeys,
            join.nullSafe(),
            join.residual().map(e -> Expressions.remap(e, i -> i < leftSize ? i : i + added)),
            new RowType(columns),
            join.estimatedRows());
    List<Integer> visible =
        IntStream.range(0, join.output().size())
            .map(i -> i < leftSize ? i : i + added)
            .boxed()
            .toList();
    return Projections.select(wide, visible);
  }

  private static int key(List<Expression> columns, int index, DataType type) {
    if (columns.get(index).type().equals(type)) {
      return index;
    }
    // What is too large for the type equals nothing of the other side, as NULL does.
    columns.add(WideDecimals.fitted(columns.get(index), type));
    return columns.size() - 1;
  }

  private static PhysicalPlan extended(PhysicalPlan input, List<Expression> columns) {
    List<Column> names = new ArrayList<>(input.output().columns());
    for (int i = names.size(); i < columns.size(); i++) {
      names.add(new Column("key" + i, columns.get(i).type(), columns.get(i).nullable()));
    }
    return names.size() == input.output().size()
        ? input
        : new PhysicalPlan.Project(input, columns, new RowType(names));
  }
}
