package io.bauplan.sql.catalog.iceberg;

import java.util.HashSet;
import java.util.Set;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.PartitionStatisticsFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.CloseableIterable;

/// Collects every file that table metadata reaches: itself, the manifest lists, manifests, data and
/// delete files of all its snapshots, and statistics. Not thread-safe.
public final class TableFileWalk {
  private final TableStore store;
  private final Set<String> reached = new HashSet<>();
  private final Set<String> visited = new HashSet<>();

  public TableFileWalk(TableStore store) {
    this.store = store;
  }

  /// What a file that is not there means.
  public enum OnMissing {
    /// A head's metadata must be whole: nothing is deleted where it is not.
    FAIL,
    /// A state of the past may have been swept before.
    SKIP
  }

  /// The files reached so far, by [#normal].
  public Set<String> reached() {
    return reached;
  }

  /// One spelling for locations that differ in their scheme's spelling only.
  public static String normal(String location) {
    String path = location.replaceFirst("^s3[an]://", "s3://");
    if (path.startsWith("file:")) {
      path = path.substring("file:".length());
    }
    return path.startsWith("/") ? path.replaceAll("/{2,}", "/") : path;
  }

  /// Adds a file that is reached by itself, such as a view's.
  public void add(String location) {
    reached.add(normal(location));
  }

  public void visit(String metadataLocation, OnMissing onMissing) {
    if (!visited.add(metadataLocation)) {
      return;
    }
    try {
      if (isCovered(metadataLocation)) {
        return;
      }
      TableMetadata metadata = store.metadataNow(metadataLocation);
      add(metadataLocation);
      for (Snapshot snapshot : metadata.snapshots()) {
        visit(metadata, snapshot);
      }
      metadata.statisticsFiles().stream().map(StatisticsFile::path).forEach(this::add);
      metadata.partitionStatisticsFiles().stream()
          .map(PartitionStatisticsFile::path)
          .forEach(this::add);
    } catch (NotFoundException e) {
      if (onMissing == OnMissing.FAIL) {
        throw StorageErrors.reading(metadataLocation, e);
      }
    } catch (RuntimeException e) {
      throw e instanceof io.bauplan.sql.error.EngineException
          ? e
          : StorageErrors.reading(metadataLocation, e);
    }
  }

  /// Adds what metadata names itself if its snapshots have all been visited, as those of the past
  /// mostly have with the head's.
  private boolean isCovered(String metadataLocation) {
    if (visited.size() == 1 || !NamedFiles.canRead(metadataLocation)) {
      return false;
    }
    NamedFiles named = NamedFiles.read(metadataLocation, store.io());
    if (!named.listed() || !visited.containsAll(named.manifestLists())) {
      return false;
    }
    add(metadataLocation);
    named.statistics().forEach(this::add);
    return true;
  }

  /// Successive metadata files name nearly the same snapshots: each is read once.
  private void visit(TableMetadata metadata, Snapshot snapshot) {
    if (snapshot.manifestListLocation() != null) {
      if (!visited.add(snapshot.manifestListLocation())) {
        return;
      }
      add(snapshot.manifestListLocation());
    }
    for (ManifestFile manifest : snapshot.allManifests(store.io())) {
      add(manifest.path());
      if (visited.add(manifest.path())) {
        read(metadata, manifest);
      }
    }
  }

  private void read(TableMetadata metadata, ManifestFile manifest) {
    try (ManifestReader<? extends ContentFile<?>> files =
            manifest.content() == ManifestContent.DATA
                ? ManifestFiles.read(manifest, store.io(), metadata.specsById())
                : ManifestFiles.readDeleteManifest(manifest, store.io(), metadata.specsById());
        CloseableIterable<? extends ContentFile<?>> live = all(files)) {
      for (ContentFile<?> file : live) {
        add(file.location());
      }
    } catch (java.io.IOException e) {
      throw StorageErrors.reading(manifest.path(), new java.io.UncheckedIOException(e));
    }
  }

  private static CloseableIterable<? extends ContentFile<?>> all(
      ManifestReader<? extends ContentFile<?>> files) {
    return files;
  }
}
