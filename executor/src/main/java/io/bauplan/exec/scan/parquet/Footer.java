package io.bauplan.exec.scan.parquet;

import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// What the end of a Parquet file says about it.
///
/// @param leaves the schema's leaf columns, in the order of every row group's chunks
/// @param index what came with the footer of the page index; empty for files that are near
record Footer(
    long rowCount,
    SchemaNode root,
    List<SchemaNode> leaves,
    List<RowGroup> rowGroups,
    String createdBy,
    Known index) {
  /// Bytes of the file.
  record Known(long offset, byte[] bytes) {
    static final Known NOTHING = new Known(0, new byte[0]);
  }

  /// Where the page index begins; -1 = there is none.
  long indexOffset() {
    long first = Long.MAX_VALUE;
    for (RowGroup group : rowGroups) {
      for (Chunk chunk : group.chunks) {
        first = chunk.columnIndex.isThere() ? Math.min(first, chunk.columnIndex.offset()) : first;
        first = chunk.offsetIndex.isThere() ? Math.min(first, chunk.offsetIndex.offset()) : first;
      }
    }
    return first == Long.MAX_VALUE ? -1 : first;
  }

  /// @param firstRow position of its first row in the file
  record RowGroup(long firstRow, long rowCount, List<Chunk> chunks) {}

  /// One leaf column of one row group: bytes `[offset, offset + compressedBytes)` of the file.
  ///
  /// @param columnIndex bounds of its pages
  /// @param offsetIndex places of its pages
  /// @param bloomOffset of its bloom filter; 0 = it has none
  record Chunk(
      int codec,
      long valueCount,
      long offset,
      long compressedBytes,
      long uncompressedBytes,
      @Nullable Statistics statistics,
      Place columnIndex,
      Place offsetIndex,
      long bloomOffset) {}

  /// Bounds in the physical type's plain form; null = unknown.
  ///
  /// @param ordered bounds follow the logical type's order (the newer fields of the format)
  record Statistics(
      byte @Nullable [] min, byte @Nullable [] max, OptionalLong nullCount, boolean ordered) {}
}
