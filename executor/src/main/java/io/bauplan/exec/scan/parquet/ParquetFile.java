package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.cache.ColumnCache;
import io.bauplan.exec.cache.ColumnKey;
import io.bauplan.exec.scan.store.FetchPool;
import io.bauplan.exec.scan.store.LazyReader;
import io.bauplan.exec.scan.store.ObjectStore;
import io.bauplan.exec.scan.store.RangeReader;
import java.util.Optional;

/// A file whose footer is known.
///
/// @param info with an empty version for a table's file, which never changes
/// @param cache of its columns; empty = none
record ParquetFile(
    ObjectStore store, ObjectStore.FileInfo info, Footer footer, Optional<ColumnCache> cache) {

  /// A reader of its bytes, opened when first used; the caller closes it.
  RangeReader reader() {
    return new LazyReader(store, info);
  }

  /// Where its bytes are fetched before they are read.
  Optional<FetchPool> fetches() {
    return store.fetches(info.location());
  }

  boolean remote() {
    return store.remote(info.location());
  }

  /// The place of a column in the cache: where it is in the file, and as what it is read.
  ColumnKey key(RowGroupReader.Wanted wanted, ColumnShape shape, Footer.RowGroup group) {
    String ids = shape instanceof ColumnShape.Primitive ? "" : " " + wanted.ids();
    return new ColumnKey(
        info.location(),
        info.version().isEmpty() ? "" : info.sizeBytes() + "-" + info.version(),
        group.firstRow(),
        shape.firstLeaf().leaf() + " " + shape.name() + " " + wanted.type().sql() + ids);
  }
}
