package io.bauplan.sql.catalog.iceberg;

import io.bauplan.sql.catalog.CatalogTable.MetadataRows;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.RowType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.HistoryEntry;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.util.SnapshotUtil;
import org.jspecify.annotations.Nullable;

/// What Iceberg's metadata say about a table, as tables: their names and columns are those of
/// Iceberg's own, partitions as text.
record MetadataTables(TableMetadata metadata, FileIO io) {
  private static final long MICROS_PER_MILLI = 1000;

  Optional<MetadataRows> rows(String kind) {
    return Optional.ofNullable(
        switch (kind) {
          case "snapshots" -> snapshots();
          case "history" -> history();
          case "files" -> files();
          case "partitions" -> partitions();
          case "manifests" -> manifests();
          case "refs" -> refs();
          default -> null;
        });
  }

  private static final class Rows {
    private final List<Column> columns = new ArrayList<>();
    private final List<List<@Nullable Object>> rows = new ArrayList<>();

    Rows of(DataType type, String... names) {
      for (String name : names) {
        columns.add(new Column(name, type, true));
      }
      return this;
    }

    void add(@Nullable Object... values) {
      rows.add(new ArrayList<>(Arrays.asList(values)));
    }

    MetadataRows made() {
      return new MetadataRows(new RowType(columns), rows);
    }
  }

  private MetadataRows snapshots() {
    Rows rows =
        new Rows()
            .of(DataType.TIMESTAMP_TZ, "committed_at")
            .of(DataType.INT64, "snapshot_id", "parent_id")
            .of(DataType.VARCHAR, "operation", "manifest_list", "summary");
    for (Snapshot snapshot : metadata.snapshots()) {
      rows.add(
          snapshot.timestampMillis() * MICROS_PER_MILLI,
          snapshot.snapshotId(),
          snapshot.parentId(),
          snapshot.operation(),
          snapshot.manifestListLocation(),
          new TreeMap<>(snapshot.summary())
              .entrySet().stream()
                  .map(entry -> entry.getKey() + "=" + entry.getValue())
                  .collect(Collectors.joining(", ")));
    }
    return rows.made();
  }

  private MetadataRows history() {
    Rows rows =
        new Rows()
            .of(DataType.TIMESTAMP_TZ, "made_current_at")
            .of(DataType.INT64, "snapshot_id", "parent_id")
            .of(DataType.BOOLEAN, "is_current_ancestor");
    Snapshot current = metadata.currentSnapshot();
    List<Long> ancestors = new ArrayList<>();
    if (current != null) {
      SnapshotUtil.ancestorsOf(current.snapshotId(), metadata::snapshot)
          .forEach(snapshot -> ancestors.add(snapshot.snapshotId()));
    }
    for (HistoryEntry entry : metadata.snapshotLog()) {
      Snapshot snapshot = metadata.snapshot(entry.snapshotId());
      rows.add(
          entry.timestampMillis() * MICROS_PER_MILLI,
          entry.snapshotId(),
          snapshot == null ? null : snapshot.parentId(),
          ancestors.contains(entry.snapshotId()));
    }
    return rows.made();
  }

  private MetadataRows refs() {
    Rows rows =
        new Rows()
            .of(DataType.VARCHAR, "name", "type")
            .of(DataType.INT64, "snapshot_id", "max_reference_age_in_ms")
            .of(DataType.INT32, "min_snapshots_to_keep")
            .of(DataType.INT64, "max_snapshot_age_in_ms");
    for (Map.Entry<String, SnapshotRef> entry : new TreeMap<>(metadata.refs()).entrySet()) {
      SnapshotRef ref = entry.getValue();
      Integer kept = ref.minSnapshotsToKeep();
      rows.add(
          entry.getKey(),
          ref.isBranch() ? "BRANCH" : "TAG",
          ref.snapshotId(),
          ref.maxRefAgeMs(),
          kept == null ? null : kept.longValue(),
          ref.maxSnapshotAgeMs());
    }
    return rows.made();
  }

  private List<ManifestFile> currentManifests() {
    Snapshot current = metadata.currentSnapshot();
    return current == null ? List.of() : current.allManifests(io);
  }

  private MetadataRows manifests() {
    Rows rows =
        new Rows()
            .of(DataType.INT32, "content")
            .of(DataType.VARCHAR, "path")
            .of(DataType.INT64, "length")
            .of(DataType.INT32, "partition_spec_id")
            .of(DataType.INT64, "added_snapshot_id")
            .of(DataType.INT32, "added_files_count", "existing_files_count", "deleted_files_count");
    for (ManifestFile manifest : currentManifests()) {
      rows.add(
          (long) manifest.content().id(),
          manifest.path(),
          manifest.length(),
          (long) manifest.partitionSpecId(),
          manifest.snapshotId(),
          count(manifest.addedFilesCount()),
          count(manifest.existingFilesCount()),
          count(manifest.deletedFilesCount()));
    }
    return rows.made();
  }

  private static @Nullable Long count(@Nullable Integer count) {
    return count == null ? null : count.longValue();
  }

  /// Every data file and delete file of the current snapshot.
  private void forEachFile(Consumer<ContentFile<?>> consumer) {
    for (ManifestFile manifest : currentManifests()) {
      try (ManifestReader<? extends ContentFile<?>> files =
          manifest.content() == ManifestContent.DATA
              ? ManifestFiles.read(manifest, io, metadata.specsById())
              : ManifestFiles.readDeleteManifest(manifest, io, metadata.specsById())) {
        files.forEach(consumer);
      } catch (IOException e) {
        throw StorageErrors.reading(manifest.path(), e);
      }
    }
  }

  private @Nullable String partition(ContentFile<?> file) {
    var spec = metadata.spec(file.specId());
    return spec == null || spec.isUnpartitioned() ? null : spec.partitionToPath(file.partition());
  }

  private MetadataRows files() {
    Rows rows =
        new Rows()
            .of(DataType.INT32, "content")
            .of(DataType.VARCHAR, "file_path", "file_format")
            .of(DataType.INT32, "spec_id")
            .of(DataType.VARCHAR, "partition")
            .of(DataType.INT64, "record_count", "file_size_in_bytes")
            .of(DataType.INT32, "sort_order_id");
    forEachFile(
        file ->
            rows.add(
                (long) file.content().id(),
                file.location(),
                file.format().name(),
                (long) file.specId(),
                partition(file),
                file.recordCount(),
                file.fileSizeInBytes(),
                file.sortOrderId() == null ? null : (Long) file.sortOrderId().longValue()));
    return rows.made();
  }

  private static final class PartitionFigures {
    private long records;
    private long files;
    private long bytes;
    private long positionDeletes;
    private long equalityDeletes;

    void add(ContentFile<?> file) {
      if (file.content() == FileContent.DATA) {
        records += file.recordCount();
        files++;
        bytes += file.fileSizeInBytes();
      } else if (file.content() == FileContent.POSITION_DELETES) {
        positionDeletes++;
      } else {
        equalityDeletes++;
      }
    }
  }

  private MetadataRows partitions() {
    record Key(String partition, int spec) {}
    Map<Key, PartitionFigures> figures = new java.util.LinkedHashMap<>();
    forEachFile(
        file -> {
          String partition = partition(file);
          figures
              .computeIfAbsent(
                  new Key(partition == null ? "" : partition, file.specId()),
                  key -> new PartitionFigures())
              .add(file);
        });
    Rows rows =
        new Rows()
            .of(DataType.VARCHAR, "partition")
            .of(DataType.INT32, "spec_id")
            .of(
                DataType.INT64,
                "record_count",
                "file_count",
                "total_data_file_size_in_bytes",
                "position_delete_file_count",
                "equality_delete_file_count");
    figures.forEach(
        (key, sum) ->
            rows.add(
                key.partition().isEmpty() ? null : key.partition(),
                (long) key.spec(),
                sum.records,
                sum.files,
                sum.bytes,
                sum.positionDeletes,
                sum.equalityDeletes));
    return rows.made();
  }
}
