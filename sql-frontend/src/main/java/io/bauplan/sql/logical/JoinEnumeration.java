package io.bauplan.sql.logical;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The cheapest order of a graph's joins, bushy trees included, by dynamic programming over
/// connected sub-graphs and their connected complements (Moerkotte and Neumann, "Dynamic
/// Programming Strikes Back", 2008). Graphs that are too large for it, and parts that nothing
/// connects, are joined greedily: always the two whose join costs least.
final class JoinEnumeration {
  /// Pairs of sub-graphs looked at before the greedy way is taken.
  private static final int MAX_PAIRS = 20_000;

  private final JoinPlan.Costs costs;
  private final JoinEdges edges;
  private final Map<Long, JoinPlan> best = new HashMap<>();
  private final int count;
  private int pairs;

  private JoinEnumeration(JoinPlan.Costs costs) {
    this.costs = costs;
    this.edges = new JoinEdges(costs.graph());
    this.count = costs.graph().relations().size();
  }

  static JoinPlan best(JoinPlan.Costs costs) {
    return new JoinEnumeration(costs).best();
  }

  /// One relation after the other, as they are written; those that nothing connects to the ones
  /// before wait until something does.
  static JoinPlan asWritten(JoinPlan.Costs costs) {
    JoinEdges edges = new JoinEdges(costs.graph());
    List<JoinPlan> waiting = new ArrayList<>(costs.relations());
    JoinPlan joined = waiting.removeFirst();
    while (!waiting.isEmpty()) {
      JoinPlan next = first(costs, joined, waiting, edges::connect);
      if (next == null) {
        next = first(costs, joined, waiting, (left, right) -> true);
      }
      if (next == null) {
        throw new IllegalStateException("relations that cannot be joined: " + waiting);
      }
      joined = next;
      long done = next.set();
      waiting.removeIf(plan -> (plan.set() & done) != 0);
    }
    return joined;
  }

  /// How two sets of relations go together.
  private interface Connection {
    boolean connect(long left, long right);
  }

  private static @Nullable JoinPlan first(
      JoinPlan.Costs costs, JoinPlan joined, List<JoinPlan> waiting, Connection connection) {
    for (JoinPlan plan : waiting) {
      JoinPlan next =
          connection.connect(joined.set(), plan.set()) ? costs.join(joined, plan) : null;
      if (next != null) {
        return next;
      }
    }
    return null;
  }

  private JoinPlan best() {
    List<JoinPlan> relations = costs.relations();
    relations.forEach(plan -> best.put(plan.set(), plan));
    for (int i = count - 1; i >= 0 && pairs <= MAX_PAIRS; i--) {
      long start = 1L << i;
      emitSubGraph(start);
      growSubGraph(start, upTo(i));
    }
    JoinPlan whole = best.get(upTo(count - 1));
    if (whole != null && pairs <= MAX_PAIRS) {
      return whole;
    }
    return greedily(pairs > MAX_PAIRS ? relations : largest());
  }

  /// The relations up to a number.
  private static long upTo(int index) {
    return index == Long.SIZE - 1 ? -1 : (1L << (index + 1)) - 1;
  }

  private void growSubGraph(long set, long excluded) {
    long near = edges.neighbourhood(set, excluded);
    for (long part = -near & near; part != 0; part = (part - near) & near) {
      if (best.containsKey(set | part)) {
        emitSubGraph(set | part);
      }
      if (pairs > MAX_PAIRS) {
        return;
      }
    }
    for (long part = -near & near; part != 0; part = (part - near) & near) {
      growSubGraph(set | part, excluded | near);
      if (pairs > MAX_PAIRS) {
        return;
      }
    }
  }

  private void emitSubGraph(long set) {
    long excluded = set | upTo(Long.numberOfTrailingZeros(set));
    long near = edges.neighbourhood(set, excluded);
    for (long rest = near; rest != 0 && pairs <= MAX_PAIRS; ) {
      long other = Long.highestOneBit(rest);
      rest &= ~other;
      if (edges.connect(set, other)) {
        pair(set, other);
      }
      growComplement(set, other, excluded | near & (other | (other - 1)));
    }
  }

  private void growComplement(long set, long other, long excluded) {
    long near = edges.neighbourhood(other, excluded);
    for (long part = -near & near; part != 0; part = (part - near) & near) {
      if (best.containsKey(other | part) && edges.connect(set, other | part)) {
        pair(set, other | part);
      }
      if (pairs > MAX_PAIRS) {
        return;
      }
    }
    for (long part = -near & near; part != 0; part = (part - near) & near) {
      growComplement(set, other | part, excluded | near);
      if (pairs > MAX_PAIRS) {
        return;
      }
    }
  }

  private void pair(long first, long second) {
    pairs++;
    JoinPlan left = best.get(first);
    JoinPlan right = best.get(second);
    JoinPlan joined = left == null || right == null ? null : costs.join(left, right);
    if (joined != null) {
      best.merge(joined.set(), joined, (a, b) -> b.cost() < a.cost() ? b : a);
    }
  }

  /// The best plans of parts that cover all relations without meeting.
  private List<JoinPlan> largest() {
    List<JoinPlan> plans = new ArrayList<>(best.values());
    plans.sort(
        (a, b) -> {
          int size = Integer.compare(Long.bitCount(b.set()), Long.bitCount(a.set()));
          return size != 0 ? size : Long.compare(a.set(), b.set());
        });
    List<JoinPlan> parts = new ArrayList<>();
    long covered = 0;
    for (JoinPlan plan : plans) {
      if ((plan.set() & covered) == 0) {
        parts.add(plan);
        covered |= plan.set();
      }
    }
    return parts;
  }

  private JoinPlan greedily(List<JoinPlan> parts) {
    List<JoinPlan> plans = new ArrayList<>(parts);
    while (plans.size() > 1) {
      JoinPlan next = cheapest(plans, true);
      if (next == null) {
        next = cheapest(plans, false);
      }
      if (next == null) {
        throw new IllegalStateException("relations that cannot be joined: " + plans);
      }
      long joined = next.set();
      plans.removeIf(plan -> (plan.set() & joined) != 0);
      plans.add(next);
    }
    return plans.getFirst();
  }

  private @Nullable JoinPlan cheapest(List<JoinPlan> plans, boolean connected) {
    JoinPlan cheapest = null;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < plans.size(); i++) {
      for (int j = i + 1; j < plans.size(); j++) {
        JoinPlan first = plans.get(i);
        JoinPlan second = plans.get(j);
        if (connected && !edges.connect(first.set(), second.set())) {
          continue;
        }
        JoinPlan joined = costs.join(first, second);
        if (joined != null && joined.cost() - first.cost() - second.cost() < least) {
          cheapest = joined;
          least = joined.cost() - first.cost() - second.cost();
        }
      }
    }
    return cheapest;
  }
}
