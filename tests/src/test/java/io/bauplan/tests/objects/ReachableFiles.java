package io.bauplan.tests.objects;

import io.bauplan.exec.engine.Engine;
import io.bauplan.sql.catalog.Catalog.EntryName;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.catalog.iceberg.WarehouseFileIO;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;

/// The files that the heads of all references need, read with Iceberg's library from the metadata
/// that the catalog names: what a sweep must leave, and the only files of tables it may leave.
final class ReachableFiles {
  private final WarehouseFileIO io = new WarehouseFileIO();
  private final Set<String> found = new HashSet<>();

  private ReachableFiles() {}

  static Set<String> ofHeads(Engine engine) throws IOException {
    ReachableFiles files = new ReachableFiles();
    for (PinnedRef reference : engine.catalog().references()) {
      for (EntryName entry : engine.catalog().list(reference, Optional.empty())) {
        if (engine.catalog().find(reference, entry.name()).orElse(null)
            instanceof CatalogEntry.Table table) {
          files.addTable(table.table().metadataLocation());
        }
      }
    }
    return files.found;
  }

  /// The files that are there.
  static Set<String> onDisk(Path data) throws IOException {
    try (Stream<Path> all = Files.walk(data)) {
      return all.filter(Files::isRegularFile).map(Path::toString).collect(Collectors.toSet());
    }
  }

  private void addTable(String location) throws IOException {
    if (!found.add(path(location))) {
      return;
    }
    TableMetadata metadata = TableMetadataParser.read(io.newInputFile(location));
    for (Snapshot snapshot : metadata.snapshots()) {
      found.add(path(snapshot.manifestListLocation()));
      for (ManifestFile manifest : snapshot.allManifests(io)) {
        if (found.add(path(manifest.path()))) {
          addFiles(metadata, manifest);
        }
      }
    }
  }

  private void addFiles(TableMetadata metadata, ManifestFile manifest) throws IOException {
    try (ManifestReader<?> files =
        manifest.content() == ManifestContent.DATA
            ? ManifestFiles.read(manifest, io, metadata.specsById())
            : ManifestFiles.readDeleteManifest(manifest, io, metadata.specsById())) {
      for (ContentFile<?> file : files) {
        found.add(path(file.location()));
      }
    }
  }

  private static String path(String location) {
    return location.startsWith("file:") ? location.substring("file:".length()) : location;
  }
}
