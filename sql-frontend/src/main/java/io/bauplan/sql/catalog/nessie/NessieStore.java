package io.bauplan.sql.catalog.nessie;

import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.iceberg.BoundedCache;
import io.bauplan.sql.catalog.iceberg.FunctionFiles;
import io.bauplan.sql.catalog.iceberg.TableStore;
import io.bauplan.sql.catalog.iceberg.ViewFiles;
import io.bauplan.sql.plan.TableRef;
import org.apache.iceberg.io.FileIO;
import org.projectnessie.client.api.NessieApiV2;

/// What the parts of one open catalog share. Thread-safe.
///
/// @param warehouse folder or URI under which tables live
final class NessieStore {
  private static final long MAX_CACHED_VIEWS = 1_000;

  private final NessieApiV2 api;
  private final FileIO io;
  private final String warehouse;
  private final TableStore tables;
  private final ViewFiles views;
  private final FunctionFiles functions;
  private final BoundedCache<ViewKey, CatalogEntry.View> viewsByLocation =
      new BoundedCache<>(MAX_CACHED_VIEWS, view -> 1);

  private record ViewKey(TableRef name, String location) {}

  NessieStore(NessieApiV2 api, FileIO io, String warehouse) {
    this.api = api;
    this.io = io;
    this.warehouse = warehouse;
    this.tables = new TableStore(io);
    this.views = new ViewFiles(io);
    this.functions = new FunctionFiles(io);
  }

  NessieApiV2 api() {
    return api;
  }

  FileIO io() {
    return io;
  }

  String warehouse() {
    return warehouse;
  }

  TableStore tables() {
    return tables;
  }

  ViewFiles views() {
    return views;
  }

  CatalogEntry.View view(TableRef name, String location) {
    return viewsByLocation.get(
        new ViewKey(name, location), key -> views.read(key.name(), key.location()));
  }

  FunctionFiles functions() {
    return functions;
  }
}
