package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.cache.ColumnCache;
import io.bauplan.exec.cache.ColumnKey;
import io.bauplan.exec.scan.store.FetchPool;
import io.bauplan.exec.scan.store.LazyReader;
import io.bauplan.exec.scan.store.ObjectStore;
import io.bauplan.exec.scan.store.RangeReader;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// A file of a scan, whose footer is known.
///
/// @param info with an empty version for a table's file, which never changes
/// @param cache of its columns; empty = none
/// @param scanBytes of memory that all columns of the scan take, over all its files
record ParquetFile(
    ObjectStore store,
    ObjectStore.FileInfo info,
    Footer footer,
    Optional<ColumnCache> cache,
    AtomicLong scanBytes) {
  /// What is kept is written to memory that was not used before, which makes a scan a third slower:
  /// noticed where this is much, and where there is no network to wait for besides.
  private static final long LARGE_SCAN_BYTES = 16L << 20;

  /// Whether columns go to the cache when they are first asked for. Those of large scans of local
  /// files wait until they are asked for again.
  boolean kept() {
    return remote() || scanBytes.get() <= LARGE_SCAN_BYTES;
  }

  /// A reader of its bytes, opened when first used; the caller closes it.
  RangeReader reader() {
    return new LazyReader(store, info);
  }

  /// The same, where the end of the file is read.
  RangeReader endReader() {
    Footer.Known known = footer.index();
    return known.bytes().length == 0 ? reader() : new EndReader(reader(), known);
  }

  /// Where its bytes are fetched before they are read.
  Optional<FetchPool> fetches() {
    return store.fetches(info.location());
  }

  boolean remote() {
    return store.remote(info.location());
  }

  /// The place of a column in the cache: where it is in the file, and as what it is read.
  ColumnKey key(RowGroupReader.Wanted wanted, ColumnShape shape, RowRange range) {
    String ids = shape instanceof ColumnShape.Primitive ? "" : " " + wanted.ids();
    String piece = range.isAll() ? "" : " of " + range.rowCount() + " rows";
    return new ColumnKey(
        info.location(),
        info.version().isEmpty() ? "" : info.sizeBytes() + "-" + info.version(),
        range.firstRow(),
        shape.firstLeaf().leaf() + " " + shape.name() + " " + wanted.type().sql() + ids + piece);
  }
}
