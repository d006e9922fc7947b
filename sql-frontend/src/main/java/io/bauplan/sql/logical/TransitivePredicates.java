package io.bauplan.sql.logical;

import io.bauplan.sql.logical.JoinGraph.Attached;
import io.bauplan.sql.logical.JoinGraph.Relation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.type.SqlTypeUtil;

/// A comparison with constants holds of every column that equals the compared one: from
/// `a.x = b.x AND a.x < 5` follows `b.x < 5`. Also into the right side of a semi-, anti- or left
/// join, whose other rows could match nothing, and out of a semi-join's.
final class TransitivePredicates {
  private final KeyClasses classes;
  private final RexBuilder rex;
  private final Set<String> known = new HashSet<>();
  private final Map<Integer, List<RexNode>> derived = new HashMap<>();

  TransitivePredicates(KeyClasses classes, RexBuilder rex) {
    this.classes = classes;
    this.rex = rex;
  }

  /// What follows for each relation, over column numbers.
  Map<Integer, RexNode> derive(JoinGraph graph) {
    equalitiesWithin(graph);
    for (Relation relation : graph.relations()) {
      for (RexNode predicate : predicates(relation.rel())) {
        RexInputRef column = ColumnRange.comparedColumn(predicate);
        if (column != null) {
          known.add(RexUtil.shift(predicate, relation.first()).toString());
        }
      }
    }
    for (Relation relation : graph.relations()) {
      for (RexNode predicate : predicates(relation.rel())) {
        RexInputRef column = ColumnRange.comparedColumn(predicate);
        if (column != null && mayLeave(relation)) {
          spread(
              RexUtil.shift(predicate, relation.first()),
              column.getIndex() + relation.first(),
              graph);
        }
      }
    }
    Map<Integer, RexNode> result = new HashMap<>();
    derived.forEach((index, nodes) -> result.put(index, RexUtil.composeConjunction(rex, nodes)));
    return result;
  }

  /// Two columns of one relation that equal a third.
  private void equalitiesWithin(JoinGraph graph) {
    for (List<RexInputRef> members : classes.members()) {
      for (int i = 0; i < members.size(); i++) {
        for (int j = i + 1; j < members.size(); j++) {
          Relation relation = graph.relationOf(members.get(i).getIndex());
          if (relation == graph.relationOf(members.get(j).getIndex())) {
            add(relation, rex.makeCall(SqlStdOperatorTable.EQUALS, members.get(i), members.get(j)));
          }
        }
      }
    }
  }

  private static boolean mayLeave(Relation relation) {
    Attached attached = relation.attached();
    return attached == null || attached.join().getJoinType() == JoinRelType.SEMI;
  }

  private void spread(RexNode predicate, int column, JoinGraph graph) {
    for (RexInputRef equal : equals(column, graph)) {
      RexNode moved = replace(predicate, column, equal);
      if (moved != null && known.add(moved.toString())) {
        add(graph.relationOf(equal.getIndex()), moved);
        spread(moved, equal.getIndex(), graph);
      }
    }
  }

  private void add(Relation relation, RexNode predicate) {
    derived.computeIfAbsent(relation.index(), key -> new ArrayList<>()).add(predicate);
  }

  /// Columns that a predicate on a column may move to.
  private List<RexInputRef> equals(int column, JoinGraph graph) {
    List<RexInputRef> equal = new ArrayList<>();
    List<RexInputRef> members = classes.find(column);
    if (members != null) {
      equal.addAll(members);
    }
    Relation home = graph.relationOf(column);
    for (Relation relation : graph.relations()) {
      Attached attached = relation.attached();
      if (attached == null || attached.join().getJoinType() == JoinRelType.LEFT_MARK) {
        continue;
      }
      for (RexNode on : attached.on()) {
        if (on instanceof RexCall call
            && call.getKind() == SqlKind.EQUALS
            && call.operands.get(0) instanceof RexInputRef left
            && call.operands.get(1) instanceof RexInputRef right) {
          RexInputRef inside = graph.relationOf(left.getIndex()) == relation ? left : right;
          RexInputRef outside = inside == left ? right : left;
          if (outside.getIndex() == column && graph.relationOf(inside.getIndex()) == relation) {
            equal.add(inside);
          } else if (home == relation
              && inside.getIndex() == column
              && graph.relationOf(outside.getIndex()).isInner()) {
            equal.add(outside);
          }
        }
      }
    }
    equal.removeIf(ref -> ref.getIndex() == column);
    return equal;
  }

  private static @org.jspecify.annotations.Nullable RexNode replace(
      RexNode predicate, int column, RexInputRef by) {
    boolean[] sameType = {true};
    RexNode replaced =
        predicate.accept(
            new RexShuttle() {
              @Override
              public RexNode visitInputRef(RexInputRef ref) {
                sameType[0] &= SqlTypeUtil.equalSansNullability(ref.getType(), by.getType());
                return by;
              }
            });
    return sameType[0] ? replaced : null;
  }

  /// Conditions that every row of a tree satisfies, over its columns.
  private static List<RexNode> predicates(RelNode rel) {
    if (rel instanceof Filter filter) {
      List<RexNode> all = new ArrayList<>(RelOptUtil.conjunctions(filter.getCondition()));
      all.addAll(predicates(filter.getInput()));
      return all;
    }
    if (!(rel instanceof Project project)) {
      return List.of();
    }
    List<RexNode> all = new ArrayList<>();
    for (RexNode predicate : predicates(project.getInput())) {
      RexInputRef column = ColumnRange.comparedColumn(predicate);
      for (int i = 0; column != null && i < project.getProjects().size(); i++) {
        if (project.getProjects().get(i).equals(column)) {
          RexNode moved =
              replace(predicate, column.getIndex(), new RexInputRef(i, column.getType()));
          if (moved != null) {
            all.add(moved);
          }
        }
      }
    }
    return all;
  }
}
