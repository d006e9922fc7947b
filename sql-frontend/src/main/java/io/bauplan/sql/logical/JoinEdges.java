package io.bauplan.sql.logical;

import io.bauplan.sql.logical.JoinGraph.Attached;
import io.bauplan.sql.logical.JoinGraph.Condition;
import io.bauplan.sql.logical.JoinGraph.Relation;
import java.util.ArrayList;
import java.util.List;

/// Which relations of a graph conditions connect: simple edges as neighbours of each relation, and
/// hyperedges between sets.
final class JoinEdges {
  private record HyperEdge(long left, long right) {}

  private final long[] neighbours;
  private final List<HyperEdge> hyperEdges = new ArrayList<>();

  JoinEdges(JoinGraph graph) {
    neighbours = new long[graph.relations().size()];
    for (List<Integer> members : graph.classes()) {
      long all = 0;
      for (int column : members) {
        all |= graph.relationOf(column).mask();
      }
      for (int column : members) {
        Relation relation = graph.relationOf(column);
        neighbours[relation.index()] |= all & ~relation.mask();
      }
    }
    for (Condition condition : graph.conditions()) {
      if (condition.isEquality()) {
        add(condition.left(), condition.right());
      } else if (Long.bitCount(condition.mask()) == 2) {
        long first = Long.lowestOneBit(condition.mask());
        add(first, condition.mask() & ~first);
      }
    }
    for (Relation relation : graph.relations()) {
      Attached attached = relation.attached();
      if (attached != null) {
        add(attached.requires(), relation.mask());
      }
    }
  }

  private void add(long left, long right) {
    if (Long.bitCount(left) == 1 && Long.bitCount(right) == 1) {
      neighbours[Long.numberOfTrailingZeros(left)] |= right;
      neighbours[Long.numberOfTrailingZeros(right)] |= left;
    } else {
      hyperEdges.add(new HyperEdge(left, right));
    }
  }

  boolean connect(long first, long second) {
    for (long rest = first; rest != 0; rest &= rest - 1) {
      if ((neighbours[Long.numberOfTrailingZeros(rest)] & second) != 0) {
        return true;
      }
    }
    for (HyperEdge edge : hyperEdges) {
      if (within(edge.left(), first) && within(edge.right(), second)
          || within(edge.right(), first) && within(edge.left(), second)) {
        return true;
      }
    }
    return false;
  }

  /// Relations next to a set, of each hyperedge's far side one for all, without those excluded.
  long neighbourhood(long set, long excluded) {
    long barred = set | excluded;
    long near = 0;
    for (long rest = set; rest != 0; rest &= rest - 1) {
      near |= neighbours[Long.numberOfTrailingZeros(rest)];
    }
    near &= ~barred;
    for (HyperEdge edge : hyperEdges) {
      if (within(edge.left(), set) && (edge.right() & barred) == 0) {
        near |= Long.lowestOneBit(edge.right());
      } else if (within(edge.right(), set) && (edge.left() & barred) == 0) {
        near |= Long.lowestOneBit(edge.left());
      }
    }
    return near;
  }

  private static boolean within(long part, long set) {
    return (part & ~set) == 0;
  }
}
