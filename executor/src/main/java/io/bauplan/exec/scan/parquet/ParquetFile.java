package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.cache.ColumnCache;
import io.bauplan.exec.cache.ColumnKey;
import io.bauplan.exec.scan.store.LazyReader;
import io.bauplan.exec.scan.store.ObjectStore;
import io.bauplan.exec.scan.store.RangeReader;
import java.util.Optional;

/// A file whose footer is known.
///
/// @param version empty for a table's file, which never changes
/// @param cache of its columns; empty = none
record ParquetFile(
    ObjectStore store,
    String location,
    long sizeBytes,
    String version,
    Footer footer,
    Optional<ColumnCache> cache) {

  /// A reader of its bytes, opened when first used; the caller closes it.
  RangeReader reader() {
    return new LazyReader(store, location, version.isEmpty() ? sizeBytes : -1);
  }

  boolean remote() {
    return store.remote(location);
  }

  /// The place of a column in the cache: where it is in the file, and as what it is read.
  ColumnKey key(RowGroupReader.Wanted wanted, ColumnShape shape, Footer.RowGroup group) {
    String ids = shape instanceof ColumnShape.Primitive ? "" : " " + wanted.ids();
    return new ColumnKey(
        location,
        version,
        group.firstRow(),
        shape.firstLeaf().leaf() + " " + shape.name() + " " + wanted.type().sql() + ids);
  }
}
