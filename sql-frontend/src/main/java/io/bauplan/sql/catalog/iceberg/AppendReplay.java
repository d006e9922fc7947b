package io.bauplan.sql.catalog.iceberg;

import io.bauplan.sql.plan.TableRef;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.jspecify.annotations.Nullable;

/// Reconciles two histories of one table that did nothing but append since they parted: what the
/// source added is appended to the target. Whatever else either did (schema, properties, deletes,
/// overwrites) is left to be a conflict.
public final class AppendReplay {
  private final TableRef name;
  private final TableStore store;

  public AppendReplay(TableRef name, TableStore store) {
    this.name = name;
    this.store = store;
  }

  /// What the catalog itself says of the version at which the histories parted. Its files may be
  /// gone: no head reaches them when the branch that both came from was dropped or went on.
  ///
  /// @param snapshotId -1 for a table that had none
  public record Base(long snapshotId, int schemaId, int specId) {}

  /// The target with the source's rows added, to be written and committed by the caller; empty
  /// where the histories cannot be reconciled so. Locations are those of metadata of heads.
  public Optional<TableUpdate> replay(Base base, String sourceLocation, String targetLocation) {
    TableMetadata source = store.metadata(sourceLocation);
    TableMetadata target = store.metadata(targetLocation);
    if (!sameShape(base, source, target)) {
      return Optional.empty();
    }
    Optional<List<Snapshot>> sourceAppends = appendsSince(base, source);
    Optional<List<Snapshot>> targetAppends = appendsSince(base, target);
    if (sourceAppends.isEmpty() || targetAppends.isEmpty()) {
      return Optional.empty();
    }
    Set<String> copied = CopiedFiles.of(sourceAppends.get());
    if (!Collections.disjoint(copied, CopiedFiles.of(targetAppends.get()))) {
      // Both copied the same file: its rows would be there twice.
      return Optional.empty();
    }
    // A file that the target has already was brought there by an earlier replay.
    Set<String> there = new HashSet<>();
    added(targetAppends.get()).forEach(file -> there.add(file.location()));
    List<DataFile> missing = new ArrayList<>();
    for (DataFile file : added(sourceAppends.get())) {
      if (there.add(file.location())) {
        PartitionSpec spec = target.spec(file.specId());
        // Row ids are given anew: those of the source may be taken in the target.
        missing.add(DataFiles.builder(spec).copy(file).withFirstRowId(null).build());
      }
    }
    TableUpdate update = TableUpdate.of(name, store, targetLocation);
    if (!missing.isEmpty()) {
      update.appendRecorded(missing, CopiedFiles.summary(copied));
    }
    return Optional.of(update);
  }

  private static boolean sameShape(Base base, TableMetadata source, TableMetadata target) {
    return source.uuid().equals(target.uuid())
        && source.formatVersion() == target.formatVersion()
        && source.currentSchemaId() == base.schemaId()
        && target.currentSchemaId() == base.schemaId()
        && source.schema().sameSchema(target.schema())
        && source.defaultSpecId() == base.specId()
        && target.defaultSpecId() == base.specId()
        && source.specsById().equals(target.specsById())
        && source.properties().equals(target.properties());
  }

  /// The snapshots after the base's, oldest first, if all of them are appends and still listed.
  private static Optional<List<Snapshot>> appendsSince(Base base, TableMetadata later) {
    List<Snapshot> appends = new ArrayList<>();
    long id = later.currentSnapshot() == null ? -1 : later.currentSnapshot().snapshotId();
    while (id != base.snapshotId()) {
      @Nullable Snapshot snapshot = later.snapshot(id);
      if (snapshot == null || !DataOperations.APPEND.equals(snapshot.operation())) {
        return Optional.empty();
      }
      appends.addFirst(snapshot);
      Long parent = snapshot.parentId();
      id = parent == null ? -1 : parent;
    }
    return Optional.of(appends);
  }

  private List<DataFile> added(List<Snapshot> snapshots) {
    List<DataFile> files = new ArrayList<>();
    try {
      for (Snapshot snapshot : snapshots) {
        snapshot.addedDataFiles(store.io()).forEach(file -> files.add(file.copy()));
      }
    } catch (RuntimeException e) {
      throw StorageErrors.reading("the manifests of table " + name, e);
    }
    return files;
  }
}
