package io.bauplan.sql.plan;

import java.util.List;
import java.util.Map;

/// One data file of a scan, as metadata only.
///
/// @param location URI or absolute path
/// @param sizeBytes length of the file
/// @param recordCount rows before deletes; -1 = unknown
/// @param identityPartition values of identity partition columns by field id, which need not be
///     read and which may be absent from files that other engines wrote; values in the text form of
///     `Transforms.identity`
/// @param deletes delete files that apply to it
public record ScanFile(
    String location,
    DataFileFormat format,
    long sizeBytes,
    long recordCount,
    Map<Integer, String> identityPartition,
    List<DeleteFile> deletes) {
  public ScanFile {
    identityPartition = Map.copyOf(identityPartition);
    deletes = List.copyOf(deletes);
  }

  /// A position-delete, equality-delete or deletion-vector file.
  ///
  /// @param equalityFieldIds the key of an equality delete, otherwise empty
  /// @param contentOffset of the blob in a Puffin file, for deletion vectors; otherwise -1
  /// @param contentSizeBytes likewise
  public record DeleteFile(
      Kind kind,
      String location,
      long sizeBytes,
      List<Integer> equalityFieldIds,
      long contentOffset,
      long contentSizeBytes) {
    public enum Kind {
      POSITION,
      EQUALITY,
      DELETION_VECTOR
    }
  }
}
