package io.bauplan.sql.catalog.iceberg;

import io.bauplan.sql.catalog.TableChange;
import io.bauplan.sql.catalog.TableChange.Isolation;
import io.bauplan.sql.catalog.TableChange.RowDelta.Reads;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DeletedRows;
import io.bauplan.sql.plan.TableRef;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotChanges;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.expressions.Evaluator;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.InclusiveMetricsEvaluator;
import org.apache.iceberg.expressions.Projections;
import org.apache.iceberg.util.ContentFileUtil;
import org.jspecify.annotations.Nullable;

/// Puts row-level changes on top of the table as it is now. What was committed since the statement
/// read the table is looked through: a change of the same files, or rows that the statement should
/// have seen, is a conflict; the rest stands beside it.
final class RowDeltas {
  private final TableRef name;
  private final TableMetadata current;
  private final BaseTable table;

  /// @param current the table as it is now
  RowDeltas(TableRef name, TableMetadata current, BaseTable table) {
    this.name = name;
    this.current = current;
    this.table = table;
  }

  /// Adds the change to `update`.
  ///
  /// @param files the data files changed, as they are in the current snapshot
  void add(TableChange.RowDelta change, Map<String, FileScanTask> files, RowDelta update) {
    for (DeletedRows deleted : change.deletes()) {
      FileScanTask task = files.get(deleted.dataFile());
      if (task == null) {
        throw conflict("rewritten a data file with rows that the statement changes");
      }
      // The new delete file holds what these held.
      task.deletes().stream().filter(ContentFileUtil::isFileScoped).forEach(update::removeDeletes);
      if (deleted.deletes().isEmpty()) {
        update.removeRows(task.file());
      } else {
        update.addDeletes(deleteFile(task, deleted.deletes().get()));
      }
    }
  }

  private static DeleteFile deleteFile(FileScanTask task, DeletedRows.Positions positions) {
    FileMetadata.Builder builder =
        FileMetadata.deleteFileBuilder(task.spec())
            .ofPositionDeletes()
            .withPath(positions.location())
            .withFileSizeInBytes(positions.sizeBytes())
            .withRecordCount(positions.count())
            .withReferencedDataFile(task.file().location());
    if (task.spec().isPartitioned()) {
      builder.withPartition(task.file().partition());
    }
    return positions.isVector()
        ? builder
            .withFormat(FileFormat.PUFFIN)
            .withContentOffset(positions.contentOffset())
            .withContentSizeInBytes(positions.contentSizeBytes())
            .build()
        : builder.withFormat(FileFormat.PARQUET).build();
  }

  /// @throws EngineException `COMMIT_CONFLICT`
  void checkSince(TableChange.RowDelta change) {
    Reads reads = change.reads();
    List<Snapshot> since = snapshotsSince(reads.snapshotId());
    if (since.isEmpty()) {
      return;
    }
    Set<String> guarded =
        change.deletes().stream().map(DeletedRows::dataFile).collect(Collectors.toSet());
    if (reads.isolation() != Isolation.SNAPSHOT) {
      guarded.addAll(reads.files());
    }
    for (Snapshot snapshot : since) {
      if (DataOperations.REPLACE.equals(snapshot.operation())) {
        continue;
      }
      if (reads.isolation() == Isolation.UNCHANGED) {
        throw conflict("changed rows of the table, which the statement reads more than once");
      }
      SnapshotChanges changes = SnapshotChanges.builderFor(table).snapshot(snapshot).build();
      if (reads.isolation() == Isolation.SERIALIZABLE) {
        checkAdded(changes, reads);
      }
      checkDeleted(changes, guarded);
    }
  }

  private List<Snapshot> snapshotsSince(long snapshotId) {
    List<Snapshot> since = new ArrayList<>();
    @Nullable Snapshot snapshot = current.currentSnapshot();
    while (snapshot != null && snapshot.snapshotId() != snapshotId) {
      since.add(snapshot);
      Long parent = snapshot.parentId();
      snapshot = parent == null ? null : current.snapshot(parent);
    }
    if (snapshot == null && snapshotId != -1) {
      throw conflict("rolled the table back or replaced it");
    }
    return since;
  }

  /// Rows that were added since and that the statement looked for.
  private void checkAdded(SnapshotChanges changes, Reads reads) {
    Expression filter =
        reads
            .filter()
            .map(f -> new ScanFilters(current.schema(), reads.columns()).convert(f))
            .orElse(Expressions.alwaysTrue());
    for (DataFile file : changes.addedDataFiles()) {
      if (mayHold(file, filter)) {
        throw conflict("added rows that the statement looks for");
      }
    }
  }

  private boolean mayHold(DataFile file, Expression filter) {
    PartitionSpec spec = current.spec(file.specId());
    if (spec.isPartitioned()
        && !new Evaluator(spec.partitionType(), Projections.inclusive(spec).project(filter))
            .eval(file.partition())) {
      return false;
    }
    return new InclusiveMetricsEvaluator(current.schema(), filter).eval(file);
  }

  private void checkDeleted(SnapshotChanges changes, Set<String> guarded) {
    for (DataFile file : changes.removedDataFiles()) {
      if (guarded.contains(file.location())) {
        throw conflict("removed rows that the statement reads");
      }
    }
    for (DeleteFile file : changes.addedDeleteFiles()) {
      String dataFile = ContentFileUtil.referencedDataFileLocation(file);
      if (dataFile == null ? !guarded.isEmpty() : guarded.contains(dataFile)) {
        throw conflict("changed rows of the same data file");
      }
    }
  }

  private EngineException conflict(String what) {
    return new EngineException(
        ErrorCode.COMMIT_CONFLICT,
        "another statement has " + what + " meanwhile, in table " + name,
        null,
        "run the statement again",
        null);
  }

  static Set<String> changedFiles(TableChange.RowDelta change) {
    Set<String> files = new HashSet<>();
    change.deletes().forEach(deleted -> files.add(deleted.dataFile()));
    return files;
  }
}
