package io.bauplan.exec.scan.parquet;

import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// What the end of a Parquet file says about it.
///
/// @param leaves the schema's leaf columns, in the order of every row group's chunks
record Footer(
    long rowCount,
    SchemaNode root,
    List<SchemaNode> leaves,
    List<RowGroup> rowGroups,
    String createdBy) {

  /// @param firstRow position of its first row in the file
  record RowGroup(long firstRow, long rowCount, List<Chunk> chunks) {}

  /// One leaf column of one row group: bytes `[offset, offset + compressedBytes)` of the file.
  ///
  /// @param columnIndex bounds of its pages
  /// @param offsetIndex places of its pages
  record Chunk(
      int codec,
      long valueCount,
      long offset,
      long compressedBytes,
      long uncompressedBytes,
      @Nullable Statistics statistics,
      Place columnIndex,
      Place offsetIndex) {}

  /// Bounds in the physical type's plain form; null = unknown.
  ///
  /// @param ordered bounds follow the logical type's order (the newer fields of the format)
  record Statistics(
      byte @Nullable [] min, byte @Nullable [] max, OptionalLong nullCount, boolean ordered) {}
}
