package io.bauplan.sql.session;

import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PlannedStatement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The plans of the queries that were asked last, so that a repeated one is not planned again.
///
/// A plan is the answer to its whole key: the text, the session (who asks, with which settings) and
/// the commit that names resolve at. Plans that something else has a say in, such as a clock, a
/// file's listing or a system table's rows, are never given here. Thread-safe.
final class PlanCache {
  /// Plan nodes and files of all plans together.
  static final int MAX_WEIGHT = 100_000;

  /// A plan above it is not kept: whoever reads so many files does not wait for the planner.
  static final int MAX_PLAN_WEIGHT = 10_000;

  /// Characters of a text.
  static final int MAX_TEXT_CHARS = 100_000;

  private record Key(String sql, Session session, PinnedRef at) {}

  private record Entry(PlannedStatement.Query query, int weight) {}

  private final LinkedHashMap<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
  private int weight;

  synchronized Optional<PlannedStatement.Query> find(String sql, Session session, PinnedRef at) {
    return Optional.ofNullable(entries.get(new Key(sql, session, at))).map(Entry::query);
  }

  void add(String sql, Session session, PinnedRef at, PlannedStatement.Query query) {
    int added = weight(query.plan());
    if (added > MAX_PLAN_WEIGHT || sql.length() > MAX_TEXT_CHARS) {
      return;
    }
    synchronized (this) {
      Entry before = entries.put(new Key(sql, session, at), new Entry(query, added));
      weight += added - (before == null ? 0 : before.weight);
      while (weight > MAX_WEIGHT) {
        Map.Entry<Key, Entry> oldest = entries.entrySet().iterator().next();
        weight -= oldest.getValue().weight;
        entries.remove(oldest.getKey());
      }
    }
  }

  private static int weight(PhysicalPlan plan) {
    int weight = 1;
    if (plan instanceof PhysicalPlan.TableScan scan) {
      weight += scan.files().size();
    } else if (plan instanceof PhysicalPlan.Values values) {
      weight += values.rows().size();
    }
    for (PhysicalPlan input : plan.inputs()) {
      weight = Math.min(MAX_PLAN_WEIGHT, weight) + weight(input);
    }
    return weight;
  }
}
