package io.bauplan.sql.session;

import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.logical.Reads;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PlannedStatement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The plans of the queries that were asked last, so that a repeated one is not planned again.
///
/// A plan is the answer to its whole key: the text, the session (who asks, with which settings) and
/// the commit that names resolve at. Files that are read in place are looked at again: a plan is
/// good for as long as they are the same in number, length and columns. Plans that something else
/// has a say in, such as a clock or a system table's rows, are never given here. Thread-safe.
final class PlanCache {
  /// Plan nodes and files of all plans together.
  static final int MAX_WEIGHT = 100_000;

  /// A plan above it is not kept: whoever reads so many files does not wait for the planner.
  static final int MAX_PLAN_WEIGHT = 10_000;

  /// Characters of a text.
  static final int MAX_TEXT_CHARS = 100_000;

  private record Key(String sql, Session session, PinnedRef at) {}

  private record Entry(PlannedStatement.Query query, List<Reads.Files> files, int weight) {}

  private final LinkedHashMap<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
  private int weight;

  Optional<PlannedStatement.Query> find(
      String sql, Session session, PinnedRef at, FileSchemas schemas) {
    Entry entry;
    synchronized (this) {
      entry = entries.get(new Key(sql, session, at));
    }
    return entry != null && entry.files.stream().allMatch(read -> same(read, schemas))
        ? Optional.of(entry.query)
        : Optional.empty();
  }

  private static boolean same(Reads.Files read, FileSchemas schemas) {
    try {
      return schemas.describe(read.format(), read.uri(), read.options()).equals(read.described());
    } catch (EngineException e) {
      // Planning says what is wrong, and where.
      return false;
    }
  }

  void add(
      String sql,
      Session session,
      PinnedRef at,
      PlannedStatement.Query query,
      List<Reads.Files> files) {
    int added = weight(query.plan());
    if (added > MAX_PLAN_WEIGHT || sql.length() > MAX_TEXT_CHARS) {
      return;
    }
    synchronized (this) {
      Entry before = entries.put(new Key(sql, session, at), new Entry(query, files, added));
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
    } else if (plan instanceof PhysicalPlan.FileScan scan) {
      weight += 2 * (scan.files().size() + scan.fileColumns().size());
    } else if (plan instanceof PhysicalPlan.Values values) {
      weight += values.rows().size();
    }
    for (PhysicalPlan input : plan.inputs()) {
      weight = Math.min(MAX_PLAN_WEIGHT, weight) + weight(input);
    }
    return weight;
  }
}
