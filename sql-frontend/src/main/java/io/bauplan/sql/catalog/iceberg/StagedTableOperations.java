package io.bauplan.sql.catalog.iceberg;

import io.bauplan.sql.plan.TableRef;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;

/// Lets Iceberg's updates (append, overwrite, schema update, ...) work on table metadata held in
/// memory. Nothing is visible to anyone until the owner writes the resulting metadata and commits
/// its location to the catalog. Not thread-safe.
final class StagedTableOperations implements TableOperations {
  private final FileIO io;
  private TableMetadata metadata;

  StagedTableOperations(TableMetadata metadata, FileIO io) {
    this.metadata = metadata;
    this.io = io;
  }

  /// A table over staged or read-only metadata, without Iceberg's metrics reports in the log.
  static BaseTable table(TableRef name, StagedTableOperations operations) {
    return new BaseTable(operations, name.dotted(), report -> {});
  }

  @Override
  public TableMetadata current() {
    return metadata;
  }

  @Override
  public TableMetadata refresh() {
    return metadata;
  }

  @Override
  public void commit(TableMetadata base, TableMetadata changed) {
    metadata = changed;
  }

  @Override
  public FileIO io() {
    return io;
  }

  @Override
  public String metadataFileLocation(String fileName) {
    return metadata.location() + "/metadata/" + fileName;
  }

  @Override
  public LocationProvider locationProvider() {
    return LocationProviders.locationsFor(metadata.location(), metadata.properties());
  }
}
