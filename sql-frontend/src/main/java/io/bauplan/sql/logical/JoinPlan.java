package io.bauplan.sql.logical;

import io.bauplan.sql.logical.JoinGraph.Attached;
import io.bauplan.sql.logical.JoinGraph.Condition;
import io.bauplan.sql.logical.JoinGraph.Relation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A way to join a set of relations.
///
/// @param rows what it gives
/// @param cost of all its joins, see [Costs]
/// @param left null = one relation
record JoinPlan(
    long set, double rows, double cost, @Nullable JoinPlan left, @Nullable JoinPlan right) {

  boolean isRelation() {
    return left == null;
  }

  /// What joins cost: the rows that they produce, a little for the rows held in memory, and for
  /// nested loops the pairs of rows that are compared.
  static final class Costs {
    private static final double HELD_ROW = 0.05;
    private static final double COMPARED_PAIR = 0.1;

    private final JoinGraph graph;
    private final JoinCardinality cardinality;
    private final double[] ownRows;
    private final long[][] classes;

    Costs(JoinGraph graph, JoinCardinality joins, Cardinality cardinality) {
      this.graph = graph;
      this.cardinality = joins;
      this.ownRows = new double[graph.relations().size()];
      for (Relation relation : graph.relations()) {
        ownRows[relation.index()] = JoinCardinality.own(relation, cardinality);
      }
      this.classes = new long[graph.classes().size()][];
      for (int i = 0; i < classes.length; i++) {
        classes[i] =
            graph.classes().get(i).stream()
                .mapToLong(column -> graph.relationOf(column).mask())
                .toArray();
      }
    }

    JoinGraph graph() {
      return graph;
    }

    List<JoinPlan> relations() {
      List<JoinPlan> plans = new ArrayList<>();
      for (Relation relation : graph.relations()) {
        plans.add(new JoinPlan(relation.mask(), ownRows[relation.index()], 0, null, null));
      }
      return plans;
    }

    /// The join of two plans, with an attached relation on the right; null where one of them cannot
    /// be joined to the other yet.
    @Nullable JoinPlan join(JoinPlan first, JoinPlan second) {
      if (attached(first) != null) {
        return attached(second) == null ? join(second, first) : null;
      }
      Attached attached = attached(second);
      if (attached != null && (attached.requires() & ~first.set()) != 0) {
        return null;
      }
      double rows = cardinality.rows(first.set() | second.set());
      double held = attached == null ? Math.min(first.rows(), second.rows()) : second.rows();
      double pairs = hasKey(first.set(), second.set(), attached) ? 0 : first.rows() * second.rows();
      double cost = first.cost() + second.cost() + rows + HELD_ROW * held + COMPARED_PAIR * pairs;
      return new JoinPlan(first.set() | second.set(), rows, cost, first, second);
    }

    private @Nullable Attached attached(JoinPlan plan) {
      return plan.isRelation()
          ? graph.relations().get(Long.numberOfTrailingZeros(plan.set())).attached()
          : null;
    }

    private boolean hasKey(long first, long second, @Nullable Attached attached) {
      if (attached != null) {
        return attached.join().analyzeCondition().leftKeys.size() > 0;
      }
      for (long[] members : classes) {
        long all = 0;
        for (long member : members) {
          all |= member;
        }
        if ((all & first) != 0 && (all & second) != 0) {
          return true;
        }
      }
      for (Condition condition : graph.conditions()) {
        if (condition.isEquality()
            && (covers(first, condition.left()) && covers(second, condition.right())
                || covers(first, condition.right()) && covers(second, condition.left()))) {
          return true;
        }
      }
      return false;
    }

    private static boolean covers(long set, long part) {
      return (part & ~set) == 0;
    }
  }
}
