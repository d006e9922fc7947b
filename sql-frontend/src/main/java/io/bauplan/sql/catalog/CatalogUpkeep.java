package io.bauplan.sql.catalog;

import io.bauplan.sql.plan.TableRef;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Maintenance of tables and of the files under them. One rule holds for all of it: a file is
/// deleted only if no head of any branch or tag reaches it, through any snapshot that its table
/// metadata lists, and no state that a branch or tag has had since the horizon does.
public interface CatalogUpkeep {
  /// What is kept of the past unless said otherwise.
  int DEFAULT_RETENTION_DAYS = 7;

  /// Makes an earlier snapshot the table's current one. Later ones stay in its history.
  void rollback(String branch, TableRef table, long snapshotId, CommitInfo info);

  /// Takes snapshots older than `olderThan` out of the table's history on a branch, but for the
  /// current one and the `retainLast` newest. Deletes no file.
  ///
  /// @return how many were taken out; with none nothing is committed
  int expireSnapshots(
      String branch, TableRef table, Instant olderThan, int retainLast, CommitInfo info);

  /// Records how many distinct values columns of a snapshot have; what was recorded of its other
  /// columns stays.
  void setStatistics(
      String branch, TableRef table, long snapshotId, List<ColumnSketch> sketches, CommitInfo info);

  /// @param theta the column's values as a compact theta sketch of Apache DataSketches, each by the
  ///     bytes by which Iceberg writes a single value
  record ColumnSketch(int fieldId, byte[] theta) {}

  /// Deletes the files that nothing reaches any more.
  ///
  /// @param table whose folder is swept; empty = the whole warehouse
  /// @param olderThan files changed later are kept: somebody may be writing them
  /// @param horizon states since then are kept
  Swept sweep(
      PinnedRef at, Optional<TableRef> table, Instant olderThan, Instant horizon, boolean dryRun);

  /// @param locations of the files deleted, or with a dry run of those that would be
  record Swept(List<String> locations, long bytes) {}
}
