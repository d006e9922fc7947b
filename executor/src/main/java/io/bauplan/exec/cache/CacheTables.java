package io.bauplan.exec.cache;

import io.bauplan.sql.session.SystemTables;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `sys.cache_entries`: what the column cache holds.
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
            request -> rows(cache.map(ColumnCache::entries).orElse(List.of()))));
  }

  private static List<List<@Nullable Object>> rows(List<ColumnCache.Entry> entries) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (ColumnCache.Entry entry : entries) {
      ColumnKey key = entry.key();
      rows.add(
          SystemTables.row(
              key.file(),
              key.firstRow(),
              key.column().split(" ")[1],
              entry.tier(),
              entry.sizeBytes(),
              entry.hits()));
    }
    return rows;
  }
}
