package io.bauplan.sql.plan;

import java.util.Optional;

/// What a worker reports of one data file that a statement deleted rows from.
///
/// @param dataFile location as the scan named it
/// @param deletes where the deleted positions are; empty = nothing of the data file is left to read
public record DeletedRows(String dataFile, Optional<Positions> deletes) {

  /// A file, or a part of one, with all positions that are deleted of the data file, those of older
  /// delete files included.
  ///
  /// @param count of positions
  /// @param contentOffset of the deletion vector in its Puffin file; -1 = a position delete file
  /// @param contentSizeBytes likewise
  public record Positions(
      String location, long sizeBytes, long count, long contentOffset, long contentSizeBytes) {
    public boolean isVector() {
      return contentOffset >= 0;
    }
  }
}
