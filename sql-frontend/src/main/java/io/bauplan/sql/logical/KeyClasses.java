package io.bauplan.sql.logical;

import io.bauplan.sql.logical.JoinGraph.Relation;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.jspecify.annotations.Nullable;

/// Columns that equal each other, by inner joins on them: `a.x = b.x AND b.x = c.x` is one class of
/// three, and any two of the relations can be joined on it.
final class KeyClasses {
  private final List<List<RexInputRef>> classes = new ArrayList<>();

  /// Takes a condition that is an equality of two columns of inner-joined relations; false for any
  /// other.
  boolean add(RexNode condition, JoinGraph graph) {
    if (!(condition instanceof RexCall call)
        || call.getKind() != SqlKind.EQUALS
        || !(call.operands.get(0) instanceof RexInputRef left)
        || !(call.operands.get(1) instanceof RexInputRef right)
        || !SqlTypeUtil.equalSansNullability(left.getType(), right.getType())
        || !isInner(graph.relationOf(left.getIndex()))
        || !isInner(graph.relationOf(right.getIndex()))) {
      return false;
    }
    List<RexInputRef> first = find(left.getIndex());
    List<RexInputRef> second = find(right.getIndex());
    if (first == null) {
      if (second == null) {
        classes.add(new ArrayList<>(List.of(left, right)));
      } else {
        second.add(left);
      }
    } else if (second == null) {
      first.add(right);
    } else if (first != second) {
      first.addAll(second);
      classes.removeIf(c -> c == second);
    }
    return true;
  }

  private static boolean isInner(Relation relation) {
    return relation.isInner();
  }

  /// The class that a column is in.
  @Nullable List<RexInputRef> find(int column) {
    for (List<RexInputRef> members : classes) {
      for (RexInputRef member : members) {
        if (member.getIndex() == column) {
          return members;
        }
      }
    }
    return null;
  }

  List<List<RexInputRef>> members() {
    return classes;
  }

  /// By column number.
  List<List<Integer>> all() {
    return classes.stream()
        .map(members -> members.stream().map(RexInputRef::getIndex).toList())
        .toList();
  }
}
