package io.bauplan.sql.catalog;

import io.bauplan.sql.plan.DeletedRows;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.WriteTarget;
import io.bauplan.sql.plan.WrittenFile;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A change of one table's data, committed at once.
public sealed interface TableChange {
  WriteTarget target();

  List<WrittenFile> files();

  /// Adds rows. Concurrent appends to the same branch are retried on the new head.
  ///
  /// @param copied keys of the files that the rows were copied from; a conflict if the table has
  ///     rows of one of them already
  record Append(WriteTarget target, List<WrittenFile> files, Set<String> copied)
      implements TableChange {
    public Append(WriteTarget target, List<WrittenFile> files) {
      this(target, files, Set.of());
    }
  }

  /// The table's rows become exactly those of `files`. Fails with a conflict when the table has
  /// changed since `expectedSnapshotId` (-2 = do not check).
  record Replace(WriteTarget target, List<WrittenFile> files, long expectedSnapshotId)
      implements TableChange {}

  /// Replaces exactly those partitions that `files` has rows for. Fails with a conflict when one of
  /// them has changed since `expectedSnapshotId` (-2 = do not check).
  record ReplacePartitions(WriteTarget target, List<WrittenFile> files, long expectedSnapshotId)
      implements TableChange {}

  /// The same rows in other files. Fails with a conflict when one of the files replaced is gone, or
  /// has lost rows since `snapshotId`.
  ///
  /// @param replaced locations of data files
  record Compact(WriteTarget target, List<WrittenFile> files, Set<String> replaced, long snapshotId)
      implements TableChange {}

  /// Deletes rows of some data files and adds others. Put on top of what was committed since it was
  /// read, unless that touches the same: then it fails with a conflict.
  record RowDelta(
      WriteTarget target, List<WrittenFile> files, List<DeletedRows> deletes, Reads reads)
      implements TableChange {

    /// What a statement read of the table that it changes.
    ///
    /// @param snapshotId -1 = the table had none
    /// @param columns of the filter
    /// @param filter which rows it looked for; rows that were added since and may satisfy it are a
    ///     conflict under [Isolation#SERIALIZABLE]
    /// @param files whose rows decided what to do, other than those deleted from; a conflict under
    ///     [Isolation#SERIALIZABLE] if rows of them were deleted since
    /// @param isolation as the table's properties say
    public record Reads(
        long snapshotId,
        List<ScanColumn> columns,
        Optional<Expression> filter,
        Set<String> files,
        Isolation isolation) {}
  }

  enum Isolation {
    /// Only a change of the same data files is a conflict.
    SNAPSHOT,
    SERIALIZABLE,
    /// The statement read the table in more than one way: any change of its rows is a conflict.
    UNCHANGED
  }
}
