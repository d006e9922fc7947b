package io.bauplan.sql.logical;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.bauplan.sql.logical.JoinGraph.Attached;
import io.bauplan.sql.logical.JoinGraph.Condition;
import io.bauplan.sql.logical.JoinGraph.Relation;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rel.logical.LogicalJoin;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;

/// A region's joins in the order of a plan, as a tree again. Every condition is applied where the
/// last relation that it needs comes in.
final class JoinEmitter {
  private final JoinGraph graph;
  private final RexBuilder rex;

  /// @param columns the numbers of the columns of `rel`
  private record Part(RelNode rel, List<Integer> columns) {}

  private JoinEmitter(JoinGraph graph, RexBuilder rex) {
    this.graph = graph;
    this.rex = rex;
  }

  /// @param type what the region's root gave
  static RelNode emit(JoinGraph graph, JoinPlan plan, RelDataType type, RexBuilder rex) {
    JoinEmitter emitter = new JoinEmitter(graph, rex);
    Part whole = emitter.filter(emitter.emit(plan), graph.always());
    List<RexNode> output = new ArrayList<>();
    for (int i = 0; i < graph.output().size(); i++) {
      RexNode column =
          rex.makeInputRef(whole.rel(), whole.columns().indexOf(graph.output().get(i)));
      RelDataType wanted = type.getFieldList().get(i).getType();
      output.add(
          column.getType().equals(wanted) ? column : rex.makeAbstractCast(wanted, column, false));
    }
    return RexUtil.isIdentity(output, whole.rel().getRowType())
            && whole.columns().size() == output.size()
        ? whole.rel()
        : LogicalProject.create(
            whole.rel(), ImmutableList.of(), output, type.getFieldNames(), ImmutableSet.of());
  }

  private Part emit(JoinPlan plan) {
    if (plan.isRelation()) {
      Relation relation = graph.relations().get(Long.numberOfTrailingZeros(plan.set()));
      return new Part(relation.rel(), numbers(relation));
    }
    JoinPlan left = Objects.requireNonNull(plan.left());
    JoinPlan right = Objects.requireNonNull(plan.right());
    if (right.isRelation()) {
      Relation relation = graph.relations().get(Long.numberOfTrailingZeros(right.set()));
      Attached attached = relation.attached();
      if (attached != null) {
        return filter(attach(emit(left), relation, attached), covered(left.set(), plan.set(), 0));
      }
    }
    Part first = emit(left);
    Part second = emit(right);
    List<Integer> columns = new ArrayList<>(first.columns());
    columns.addAll(second.columns());
    List<RexNode> conditions = new ArrayList<>(keys(first, second));
    conditions.addAll(covered(left.set(), plan.set(), right.set()));
    return new Part(
        join(first.rel(), second.rel(), conditions, columns, JoinRelType.INNER), columns);
  }

  private static List<Integer> numbers(Relation relation) {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < relation.columns(); i++) {
      numbers.add(relation.first() + i);
    }
    return numbers;
  }

  /// One equality for each class with columns on both sides.
  private List<RexNode> keys(Part first, Part second) {
    List<RexNode> keys = new ArrayList<>();
    for (List<Integer> members : graph.classes()) {
      int left = firstOf(members, first);
      int right = firstOf(members, second);
      if (left >= 0 && right >= 0) {
        keys.add(
            rex.makeCall(
                SqlStdOperatorTable.EQUALS, reference(left, first), reference(right, second)));
      }
    }
    return keys;
  }

  private static int firstOf(List<Integer> members, Part part) {
    for (int member : members) {
      if (part.columns().contains(member)) {
        return member;
      }
    }
    return -1;
  }

  private static RexNode reference(int number, Part part) {
    int index = part.columns().indexOf(number);
    return new RexInputRef(number, part.rel().getRowType().getFieldList().get(index).getType());
  }

  /// Conditions that the relations of `whole` satisfy and neither part could be asked for.
  private List<RexNode> covered(long left, long whole, long right) {
    List<RexNode> conditions = new ArrayList<>();
    for (Condition condition : graph.conditions()) {
      long mask = condition.mask();
      if ((mask & ~whole) == 0 && (mask & ~left) != 0 && (right == 0 || (mask & ~right) != 0)) {
        conditions.add(condition.node());
      }
    }
    return conditions;
  }

  private Part attach(Part left, Relation relation, Attached attached) {
    JoinRelType written = attached.join().getJoinType();
    JoinRelType type = written == JoinRelType.RIGHT ? JoinRelType.LEFT : written;
    List<Integer> both = new ArrayList<>(left.columns());
    both.addAll(numbers(relation));
    RelNode joined = join(left.rel(), relation.rel(), attached.on(), both, type);
    if (!type.projectsRight() && type != JoinRelType.LEFT_MARK) {
      return new Part(joined, left.columns());
    }
    if (type == JoinRelType.LEFT_MARK) {
      List<Integer> marked = new ArrayList<>(left.columns());
      marked.add(relation.first() + relation.columns() - 1);
      return new Part(joined, marked);
    }
    return new Part(joined, both);
  }

  private RelNode join(
      RelNode left,
      RelNode right,
      List<RexNode> conditions,
      List<Integer> columns,
      JoinRelType type) {
    List<RelDataType> types = new ArrayList<>();
    left.getRowType().getFieldList().forEach(field -> types.add(field.getType()));
    right.getRowType().getFieldList().forEach(field -> types.add(field.getType()));
    return LogicalJoin.create(
        left,
        right,
        ImmutableList.of(),
        RexUtil.composeConjunction(
            rex, conditions.stream().map(c -> located(c, columns, types)).toList()),
        ImmutableSet.of(),
        type);
  }

  private Part filter(Part part, List<RexNode> conditions) {
    if (conditions.isEmpty()) {
      return part;
    }
    List<RelDataType> types =
        part.rel().getRowType().getFieldList().stream().map(f -> f.getType()).toList();
    RexNode all =
        RexUtil.composeConjunction(
            rex, conditions.stream().map(c -> located(c, part.columns(), types)).toList());
    return new Part(LogicalFilter.create(part.rel(), all), part.columns());
  }

  private static RexNode located(RexNode node, List<Integer> columns, List<RelDataType> types) {
    return node.accept(
        new RexShuttle() {
          @Override
          public RexNode visitInputRef(RexInputRef ref) {
            int index = columns.indexOf(ref.getIndex());
            return new RexInputRef(index, types.get(index));
          }
        });
  }
}
