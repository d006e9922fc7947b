package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.cache.ColumnCache;
import io.bauplan.exec.cache.ColumnKey;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.exec.scan.store.RangeReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/// Which rows of a row group may satisfy a scan's filter, by the bounds of its pages. Found out by
/// the first task that reads of the group. Thread-safe.
final class GroupRows {
  /// Fewer bytes behind a network are fetched sooner than the index that might save some.
  private static final long MIN_REMOTE_BYTES = 1 << 20;

  /// The rows, and the pages of columns, by leaf, as far as their places are known.
  ///
  /// @param runs null = all
  record Chosen(@Nullable RowRuns runs, Map<Integer, PageTable> tables) {
    static final Chosen ALL = new Chosen(null, Map.of());
    static final Chosen NONE = new Chosen(RowRuns.NONE, Map.of());

    /// Those of a range; null = all.
    @Nullable RowRuns within(RowRange range) {
      RowRuns chosen = runs;
      if (chosen == null) {
        return null;
      }
      RowRuns inside = chosen.and(RowRuns.of(range.offset(), range.offset() + range.rowCount()));
      return inside.rowCount() == range.rowCount() ? null : inside;
    }

    /// Pages of a column without wanted rows, as far as they end within a range.
    PageTable.Extent skipped(SchemaNode leaf, RowRange range) {
      PageTable table = tables.get(leaf.leaf());
      RowRuns wanted = runs;
      long end = range.offset() + range.rowCount();
      int pages = 0;
      long bytes = 0;
      if (table != null && wanted != null) {
        int page = table.pageOf(range.offset());
        for (; page < table.size() && table.endRow(page) <= end; page++) {
          if (!wanted.hasAny(table.firstRows()[page], table.endRow(page))) {
            pages++;
            bytes += table.bytes()[page];
          }
        }
      }
      return new PageTable.Extent(pages, bytes);
    }
  }

  private final ParquetFile file;
  private final Footer.RowGroup group;
  private final RowGroupFilter filter;
  private final List<RowGroupReader.Wanted> wanted;
  private @Nullable Chosen chosen;

  GroupRows(
      ParquetFile file,
      Footer.RowGroup group,
      RowGroupFilter filter,
      List<RowGroupReader.Wanted> wanted) {
    this.file = file;
    this.group = group;
    this.filter = filter;
    this.wanted = wanted;
  }

  /// For one of the group's ranges: all, where the cache has it.
  Chosen of(RowRange range, ScanContext context) {
    return isCached(range, context) ? Chosen.ALL : chosen(context);
  }

  private boolean isCached(RowRange range, ScanContext context) {
    return isCached(range, context, ColumnCache::has);
  }

  /// Whether the cache has all that is wanted of a range in memory.
  boolean isHeld(RowRange range, ScanContext context) {
    return isCached(range, context, ColumnCache::holds);
  }

  private boolean isCached(
      RowRange range, ScanContext context, BiPredicate<ColumnCache, ColumnKey> has) {
    Optional<ColumnCache> cache = file.cache();
    return cache.isPresent()
        && context.cached()
        && wanted.stream()
            .allMatch(
                each ->
                    each.shape() == null
                        || has.test(cache.get(), file.key(each, each.shape(), range)));
  }

  private synchronized Chosen chosen(ScanContext context) {
    Chosen known = chosen;
    if (known == null) {
      known = find(context);
      chosen = known;
    }
    return known;
  }

  private Chosen find(ScanContext context) {
    if (file.remote() && bytes() < MIN_REMOTE_BYTES) {
      return Chosen.ALL;
    }
    List<SchemaNode> leaves = filter.leaves();
    List<SchemaNode> tested =
        leaves.stream()
            .filter(leaf -> chunk(leaf).columnIndex().isThere() && isPaged(leaf))
            .toList();
    boolean hashed = leaves.stream().anyMatch(leaf -> chunk(leaf).bloomOffset() > 0);
    if (tested.isEmpty() && !hashed) {
      return Chosen.ALL;
    }
    try (RangeReader reader = file.endReader()) {
      Chosen paged = tested.isEmpty() ? Chosen.ALL : byPages(tested, reader, context);
      boolean none = paged.runs != null && paged.runs.isEmpty();
      return none || !hashed || filter.mayEqual(hashes(reader, context)) ? paged : Chosen.NONE;
    }
  }

  private RowGroupFilter.Hashes hashes(RangeReader reader, ScanContext context) {
    return (leaf, hashes) -> {
      long offset = chunk(leaf).bloomOffset();
      return offset == 0
          || BloomFilterReader.of(reader, offset, context.figures().bytesRead()).mayHaveAny(hashes);
    };
  }

  private Chosen byPages(List<SchemaNode> tested, RangeReader reader, ScanContext context) {
    List<SchemaNode> read = new ArrayList<>(tested);
    for (RowGroupReader.Wanted each : wanted) {
      if (each.shape() instanceof ColumnShape.Primitive(SchemaNode leaf, boolean ignored)
          && isPaged(leaf)
          && !read.contains(leaf)) {
        read.add(leaf);
      }
    }
    List<Place> places = new ArrayList<>();
    tested.forEach(leaf -> places.add(chunk(leaf).columnIndex()));
    // Another round trip would cost more than these few bytes.
    (file.remote() ? read : tested).forEach(leaf -> places.add(chunk(leaf).offsetIndex()));
    PageIndexReader index = read(reader, places, context);
    Map<Integer, PageBounds> bounds = new HashMap<>();
    Map<Integer, PageTable> tables = new HashMap<>();
    for (SchemaNode leaf : tested) {
      PageTable table = index.pages(chunk(leaf), group.rowCount());
      PageBounds found = table == null ? null : index.bounds(chunk(leaf), table);
      if (found != null) {
        bounds.put(leaf.leaf(), found);
      }
    }
    RowRuns runs = filter.rows(group, bounds);
    if (runs.rowCount() == group.rowCount()) {
      return Chosen.ALL;
    }
    if (!file.remote() && !runs.isEmpty()) {
      index = read(reader, read.stream().map(leaf -> chunk(leaf).offsetIndex()).toList(), context);
    }
    for (SchemaNode leaf : read) {
      PageTable table = index.pages(chunk(leaf), group.rowCount());
      if (table != null) {
        tables.put(leaf.leaf(), table);
      }
    }
    return new Chosen(runs, tables);
  }

  private static PageIndexReader read(RangeReader reader, List<Place> places, ScanContext context) {
    return PageIndexReader.of(reader, places, context.figures().bytesRead());
  }

  private Footer.Chunk chunk(SchemaNode leaf) {
    return group.chunks().get(leaf.leaf());
  }

  private boolean isPaged(SchemaNode leaf) {
    return leaf.maxRepetition() == 0 && chunk(leaf).offsetIndex().isThere();
  }

  private long bytes() {
    long sum = 0;
    for (RowGroupReader.Wanted each : wanted) {
      sum += each.shape() == null ? 0 : ColumnBinding.bytes(each.shape(), group);
    }
    return sum;
  }
}
