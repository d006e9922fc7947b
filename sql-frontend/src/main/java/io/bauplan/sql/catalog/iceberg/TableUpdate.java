package io.bauplan.sql.catalog.iceberg;

import com.google.common.util.concurrent.MoreExecutors;
import io.bauplan.sql.catalog.CatalogUpkeep.ColumnSketch;
import io.bauplan.sql.catalog.TableAlteration;
import io.bauplan.sql.catalog.TableChange;
import io.bauplan.sql.catalog.TableDefinition;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.plan.WriteTarget;
import io.bauplan.sql.plan.WrittenFile;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.OverwriteFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.ReplacePartitions;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.SnapshotUpdate;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Types.NestedField;

/// One change of one table on the way to a commit: metadata staged in memory, then written to a new
/// file whose location the caller commits. Whoever makes one calls [#write] and commits, or
/// [#discard]s it. Not thread-safe.
public final class TableUpdate {
  private static final long ANY_SNAPSHOT = -2;
  private static final long NO_SNAPSHOT = -1;

  private final TableRef name;
  private final TableStore store;
  private final RecordingFileIO io;
  private final StagedTableOperations staged;
  private final int version;

  private TableUpdate(TableRef name, TableStore store, TableMetadata metadata, int version) {
    this.name = name;
    this.store = store;
    this.io = new RecordingFileIO(store.io());
    this.staged = new StagedTableOperations(metadata, io);
    this.version = version;
  }

  /// A change of the table whose metadata is at `metadataLocation`.
  public static TableUpdate of(TableRef name, TableStore store, String metadataLocation) {
    return new TableUpdate(
        name, store, store.metadata(metadataLocation), TableStore.nextVersion(metadataLocation));
  }

  /// A new table.
  public static TableUpdate create(TableStore store, TableDefinition definition, String warehouse) {
    return new TableUpdate(definition.name(), store, TableFactory.create(definition, warehouse), 0);
  }

  /// A table in place of the one at `metadataLocation`, keeping its history.
  public static TableUpdate replace(
      TableStore store, TableDefinition definition, String metadataLocation) {
    TableMetadata base = store.metadata(metadataLocation);
    return new TableUpdate(
        definition.name(),
        store,
        TableFactory.replace(base, definition),
        TableStore.nextVersion(metadataLocation));
  }

  /// What the catalog keeps of a table that another engine wrote.
  public static WrittenTable written(TableStore store, String metadataLocation) {
    try {
      return written(store.metadataNow(metadataLocation), metadataLocation);
    } catch (NotFoundException e) {
      throw new EngineException(
          ErrorCode.FILE_NOT_FOUND,
          "there is no metadata file " + metadataLocation,
          null,
          "give the newest *.metadata.json of the table",
          e);
    } catch (EngineException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new EngineException(
          ErrorCode.MALFORMED_FILE,
          metadataLocation + " is not the metadata of an Iceberg table: " + e.getMessage(),
          null,
          "give the newest *.metadata.json of the table",
          e);
    }
  }

  public WriteTarget writeTarget() {
    return IcebergCatalogTable.writeTarget(name, staged.current());
  }

  public long currentSnapshotId() {
    Snapshot current = staged.current().currentSnapshot();
    return current == null ? NO_SNAPSHOT : current.snapshotId();
  }

  public void apply(TableChange change, Map<String, String> summary) {
    checkTarget(change.target());
    PartitionSpec spec = spec(change.target());
    switch (change) {
      case TableChange.Append(WriteTarget ignored, List<WrittenFile> files, Set<String> copied) -> {
        Set<String> there = CopiedFiles.of(staged.current());
        if (copied.stream().anyMatch(there::contains)) {
          throw changed("has got rows of the same files since the statement started");
        }
        append(files, spec, order(change.target()), both(summary, CopiedFiles.summary(copied)));
      }
      case TableChange.Replace(WriteTarget ignored, List<WrittenFile> files, long expected) -> {
        if (expected != ANY_SNAPSHOT && expected != currentSnapshotId()) {
          throw changed("has changed since the statement read it");
        }
        OverwriteFiles overwrite =
            table().newOverwrite().overwriteByRowFilter(Expressions.alwaysTrue());
        files.forEach(
            file -> overwrite.addFile(DataFileRecords.of(file, spec, order(change.target()))));
        commit(overwrite, both(summary, CopiedFiles.forgetting()));
      }
      case TableChange.ReplacePartitions(
              WriteTarget ignored,
              List<WrittenFile> files,
              long expected) -> {
        ReplacePartitions replace = table().newReplacePartitions();
        files.forEach(
            file -> replace.addFile(DataFileRecords.of(file, spec, order(change.target()))));
        if (expected != ANY_SNAPSHOT) {
          replace.validateNoConflictingData().validateNoConflictingDeletes();
          if (expected != NO_SNAPSHOT) {
            replace.validateFromSnapshot(expected);
          }
        }
        commit(replace, summary);
      }
      case TableChange.RowDelta delta -> rowDelta(delta, spec, summary);
      case TableChange.Compact compact -> compact(compact, spec, summary);
    }
  }

  private static Map<String, String> both(Map<String, String> one, Map<String, String> other) {
    Map<String, String> all = new HashMap<>(one);
    all.putAll(other);
    return all;
  }

  private void compact(
      TableChange.Compact change, PartitionSpec spec, Map<String, String> summary) {
    Snapshot current = staged.current().currentSnapshot();
    Map<String, FileScanTask> live =
        current == null
            ? Map.of()
            : store.files(name, staged.current()).tasks(current, change.replaced());
    if (!live.keySet().containsAll(change.replaced())) {
      throw changed("has changed since its files were read");
    }
    RewriteFiles rewrite = table().newRewrite().validateFromSnapshot(change.snapshotId());
    live.forEach((file, task) -> rewrite.deleteFile(task.file()));
    change
        .files()
        .forEach(file -> rewrite.addFile(DataFileRecords.of(file, spec, order(change.target()))));
    commit(rewrite, summary);
  }

  private void rowDelta(
      TableChange.RowDelta change, PartitionSpec spec, Map<String, String> summary) {
    TableMetadata metadata = staged.current();
    RowDeltas deltas = new RowDeltas(name, metadata, table());
    deltas.checkSince(change);
    Snapshot current = metadata.currentSnapshot();
    Map<String, FileScanTask> files =
        current == null
            ? Map.of()
            : store.files(name, metadata).tasks(current, RowDeltas.changedFiles(change));
    RowDelta update = table().newRowDelta();
    if (current != null) {
      update.validateFromSnapshot(current.snapshotId());
    }
    change.files().forEach(file -> update.addRows(DataFileRecords.of(file, spec)));
    deltas.add(change, files, update);
    commit(update, summary);
  }

  public void append(WriteTarget target, List<WrittenFile> files, Map<String, String> summary) {
    append(files, spec(target), order(target), summary);
  }

  /// The order in which the rows of a statement's files are.
  private SortOrder order(WriteTarget target) {
    SortOrder order = staged.current().sortOrdersById().get(target.order().id());
    return order == null ? SortOrder.unsorted() : order;
  }

  private void append(
      List<WrittenFile> files, PartitionSpec spec, SortOrder order, Map<String, String> summary) {
    AppendFiles append = table().newAppend();
    files.forEach(file -> append.appendFile(DataFileRecords.of(file, spec, order)));
    commit(append, summary);
  }

  /// Adds data files as other snapshots recorded them.
  void appendRecorded(List<DataFile> files, Map<String, String> summary) {
    AppendFiles append = table().newAppend();
    files.forEach(append::appendFile);
    commit(append, summary);
  }

  public void alter(List<TableAlteration> changes) {
    new SchemaChanges(name, staged).apply(changes);
  }

  public void rollback(long snapshotId) {
    TableMetadata before = staged.current();
    if (before.snapshot(snapshotId) == null) {
      throw new EngineException(
          ErrorCode.COMMIT_NOT_FOUND,
          "table " + name + " has no snapshot " + snapshotId,
          null,
          "sys.snapshots lists those it has; older ones may have expired",
          null);
    }
    staged.commit(
        before,
        TableMetadata.buildFrom(before)
            .setBranchSnapshot(snapshotId, SnapshotRef.MAIN_BRANCH)
            .build());
  }

  public void setStatistics(long snapshotId, List<ColumnSketch> sketches) {
    TableMetadata before = staged.current();
    if (before.snapshot(snapshotId) == null) {
      throw changed("has lost the snapshot that was analyzed");
    }
    staged.commit(
        before,
        TableMetadata.buildFrom(before)
            .setStatistics(new StatisticsFiles(io).write(before, snapshotId, sketches))
            .build());
  }

  /// Removes snapshots from the history. The current one and those that Iceberg references name
  /// always stay.
  ///
  /// @return how many
  public int expire(long olderThanMillis, int retainLast) {
    TableMetadata before = staged.current();
    Set<Long> kept = new HashSet<>();
    before.refs().values().forEach(ref -> kept.add(ref.snapshotId()));
    Snapshot newest = before.currentSnapshot();
    for (int i = 0; newest != null && i < Math.max(1, retainLast); i++) {
      kept.add(newest.snapshotId());
      newest = newest.parentId() == null ? null : before.snapshot(newest.parentId());
    }
    List<Long> expired =
        before.snapshots().stream()
            .filter(s -> s.timestampMillis() < olderThanMillis && !kept.contains(s.snapshotId()))
            .map(Snapshot::snapshotId)
            .toList();
    if (!expired.isEmpty()) {
      staged.commit(
          before,
          TableMetadata.buildFrom(before)
              .setProperties(CopiedFiles.property(before))
              .removeSnapshots(expired)
              .build());
    }
    return expired.size();
  }

  TableMetadata metadata() {
    return staged.current();
  }

  private BaseTable table() {
    return StagedTableOperations.table(name, staged);
  }

  private void commit(SnapshotUpdate<?> update, Map<String, String> summary) {
    summary.forEach(update::set);
    if (WarehouseFileIO.isLocal(staged.current().location())) {
      // Waiting for a pool costs more than local files do: Iceberg polls it every 10 ms.
      update.scanManifestsWith(MoreExecutors.newDirectExecutorService());
    }
    try {
      update.commit();
    } catch (EngineException e) {
      throw e;
    } catch (ValidationException e) {
      throw changed("has changed since the statement read it: " + e.getMessage());
    } catch (RuntimeException e) {
      throw StorageErrors.writing("the manifests of table " + name, e);
    }
  }

  /// The files must go where they were meant to: a table of that name that was made anew since has
  /// another folder or other columns.
  private void checkTarget(WriteTarget target) {
    TableMetadata metadata = staged.current();
    boolean sameColumns =
        target.columns().stream()
            .allMatch(
                column ->
                    metadata.schemas().stream()
                        .anyMatch(schema -> hasField(schema, column.fieldId())));
    if (!sameColumns || !target.dataLocation().equals(IcebergCatalogTable.dataLocation(metadata))) {
      throw changed("was created anew since the statement started");
    }
    // What was written may hold NULLs there.
    for (ScanColumn column : target.columns()) {
      NestedField now = metadata.schema().findField(column.fieldId());
      if (now != null && now.isRequired() && column.column().nullable()) {
        throw changed("has a new NOT NULL on column \"" + now.name() + "\"");
      }
    }
  }

  private static boolean hasField(Schema schema, int fieldId) {
    return schema.findField(fieldId) != null;
  }

  private PartitionSpec spec(WriteTarget target) {
    PartitionSpec spec = staged.current().specsById().get(target.partitionSpecId());
    if (spec == null) {
      throw changed("has another partitioning since the statement started");
    }
    return spec;
  }

  private EngineException changed(String how) {
    return new EngineException(
        ErrorCode.COMMIT_CONFLICT,
        "table " + name + " " + how,
        null,
        "run the statement again",
        null);
  }

  /// Writes the metadata file. The caller commits its location and then this is over.
  public WrittenTable write() {
    TableMetadata metadata = store.write(staged.current(), version, io);
    return written(metadata, metadata.metadataFileLocation());
  }

  private static WrittenTable written(TableMetadata metadata, String location) {
    Snapshot current = metadata.currentSnapshot();
    return new WrittenTable(
        location,
        current == null ? NO_SNAPSHOT : current.snapshotId(),
        metadata.currentSchemaId(),
        metadata.defaultSpecId(),
        metadata.defaultSortOrderId());
  }

  /// Removes every metadata file written for this change. Only when it is certain that no commit
  /// names them.
  public void discard() {
    io.discard();
  }

  /// What the catalog keeps of a table.
  public record WrittenTable(
      String metadataLocation, long snapshotId, int schemaId, int specId, int sortOrderId) {}
}
