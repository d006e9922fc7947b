package io.bauplan.sql.catalog.iceberg;

import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.TableRef;
import java.util.UUID;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileIO;

/// Iceberg table metadata by its location. A location's content never changes, so whatever was read
/// once is kept. Thread-safe; borrows the FileIO.
public final class TableStore {
  /// Of table objects, counted in snapshots and columns, which is what their size depends on.
  private static final long MAX_CACHED_TABLE_WEIGHT = 200_000;

  private final FileIO io;
  private final SnapshotFiles.Cache snapshotFiles = new SnapshotFiles.Cache();
  private final BoundedCache<String, TableMetadata> metadataByLocation =
      new BoundedCache<>(MAX_CACHED_TABLE_WEIGHT, TableStore::weight);
  private final BoundedCache<TableKey, CatalogTable> tables =
      new BoundedCache<>(MAX_CACHED_TABLE_WEIGHT, table -> 10L + table.snapshots().size());

  private record TableKey(TableRef name, String metadataLocation) {}

  public TableStore(FileIO io) {
    this.io = io;
  }

  public FileIO io() {
    return io;
  }

  private static long weight(TableMetadata metadata) {
    return 10L + metadata.snapshots().size() + metadata.schema().columns().size();
  }

  public CatalogTable table(TableRef name, String metadataLocation) {
    return tables.get(
        new TableKey(name, metadataLocation),
        key -> new IcebergCatalogTable(name, metadata(metadataLocation), io, snapshotFiles));
  }

  SnapshotFiles files(TableRef name, TableMetadata metadata) {
    return new SnapshotFiles(name, metadata, io, snapshotFiles);
  }

  public TableMetadata metadata(String location) {
    return metadataByLocation.get(location, this::read);
  }

  /// Reads the file itself, whatever is kept.
  ///
  /// @throws NotFoundException where it does not exist
  TableMetadata metadataNow(String location) {
    return TableMetadataParser.read(io.newInputFile(location));
  }

  /// A file that was deleted.
  public void forget(String location) {
    metadataByLocation.remove(location);
    tables.removeIf(key -> key.metadataLocation().equals(location));
  }

  private TableMetadata read(String location) {
    try {
      return TableMetadataParser.read(io.newInputFile(location));
    } catch (NotFoundException e) {
      throw new EngineException(
          ErrorCode.COMMIT_NOT_FOUND,
          "this version of the table has expired: its metadata file " + location + " is gone",
          null,
          "what heads of branches and tags reach is kept, older commits for the retention time of"
              + " expire_snapshots and VACUUM; if this is a head, restore the file from a backup",
          e);
    } catch (EngineException e) {
      throw e;
    } catch (RuntimeException e) {
      throw StorageErrors.reading(location, e);
    }
  }

  /// Writes metadata to a new file beside that of its predecessor; returns what a reader of the
  /// file will see.
  TableMetadata write(TableMetadata metadata, int version, FileIO target) {
    String location =
        "%s/metadata/%05d-%s.metadata.json"
            .formatted(metadata.location(), version, UUID.randomUUID());
    try {
      TableMetadataParser.write(metadata, target.newOutputFile(location));
    } catch (EngineException e) {
      throw e;
    } catch (RuntimeException e) {
      throw StorageErrors.writing(location, e);
    }
    TableMetadata written =
        TableMetadata.buildFrom(metadata).discardChanges().withMetadataLocation(location).build();
    metadataByLocation.put(location, written);
    return written;
  }

  /// The number that the file after `location` carries.
  static int nextVersion(String location) {
    String name = location.substring(location.lastIndexOf('/') + 1);
    int dash = name.indexOf('-');
    try {
      return dash > 0 ? Integer.parseInt(name.substring(0, dash)) + 1 : 1;
    } catch (NumberFormatException e) {
      return 1;
    }
  }
}
