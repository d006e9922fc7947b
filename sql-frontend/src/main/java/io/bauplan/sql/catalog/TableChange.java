package io.bauplan.sql.catalog;

import io.bauplan.sql.plan.WriteTarget;
import io.bauplan.sql.plan.WrittenFile;
import java.util.List;

/// A change of one table's data, committed at once.
public sealed interface TableChange {
  WriteTarget target();

  List<WrittenFile> files();

  /// Adds rows. Concurrent appends to the same branch are retried on the new head.
  record Append(WriteTarget target, List<WrittenFile> files) implements TableChange {}

  /// The table's rows become exactly those of `files`. Fails with a conflict when the table has
  /// changed since `expectedSnapshotId` (-2 = do not check).
  record Replace(WriteTarget target, List<WrittenFile> files, long expectedSnapshotId)
      implements TableChange {}

  /// Replaces exactly those partitions that `files` has rows for.
  record ReplacePartitions(WriteTarget target, List<WrittenFile> files) implements TableChange {}
}
