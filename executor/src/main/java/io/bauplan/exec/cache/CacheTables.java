package io.bauplan.exec.cache;

import io.bauplan.sql.session.SystemTables;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `sys.cache_entries`: what the column cache holds. `sys.cache_tiers`: how its tiers are.
public final class CacheTables {
  private CacheTables() {}

  /// @param cache empty = the table has no rows
  public static List<SystemTables.SystemTable> of(Optional<ColumnCache> cache) {
    return List.of(
        new SystemTables.SystemTable(
            "sys",
            "cache_entries",
            SystemTables.columns(
                "file", "first_row BIGINT", "column_name", "tier", "bytes BIGINT", "hits BIGINT"),
            request -> rows(cache.map(ColumnCache::entries).orElse(List.of()))),
        new SystemTables.SystemTable(
            "sys",
            "cache_tiers",
            SystemTables.columns(
                "tier",
                "budget_bytes BIGINT",
                "bytes BIGINT",
                "columns BIGINT",
                "hits BIGINT",
                "misses BIGINT",
                "evictions BIGINT",
                "refused BIGINT",
                "problem"),
            request -> cache.map(CacheTables::tiers).orElse(List.of())));
  }

  /// What memory does not have is looked for on disk, and what is not there either in storage.
  private static List<List<@Nullable Object>> tiers(ColumnCache cache) {
    ColumnCache.Statistics now = cache.statistics();
    SharedColumns.Statistics shared = cache.shared().statistics();
    List<List<@Nullable Object>> rows = new ArrayList<>();
    rows.add(
        SystemTables.row(
            "memory",
            now.budgetBytes(),
            now.memoryBytes(),
            (long) now.entries(),
            now.hits(),
            now.diskHits() + now.misses(),
            now.evictions(),
            null,
            null));
    // Within the budget of memory.
    rows.add(
        SystemTables.row(
            "shared",
            now.budgetBytes(),
            shared.bytes(),
            (long) shared.entries(),
            shared.hits(),
            shared.misses(),
            null,
            shared.refused(),
            shared.problem().isEmpty() ? null : shared.problem()));
    if (now.diskBudgetBytes() > 0) {
      rows.add(
          SystemTables.row(
              "disk",
              now.diskBudgetBytes(),
              now.diskBytes(),
              (long) now.diskEntries(),
              now.diskHits(),
              now.misses(),
              null,
              now.diskRefused(),
              now.diskProblem().isEmpty() ? null : now.diskProblem()));
    }
    return rows;
  }

  private static List<List<@Nullable Object>> rows(List<ColumnCache.Entry> entries) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (ColumnCache.Entry entry : entries) {
      rows.add(
          SystemTables.row(
              entry.file(),
              entry.firstRow() < 0 ? null : entry.firstRow(),
              entry.column().isEmpty() ? null : entry.column(),
              entry.tier(),
              entry.sizeBytes(),
              entry.hits()));
    }
    return rows;
  }
}
