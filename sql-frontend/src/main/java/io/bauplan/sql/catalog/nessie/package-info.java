/// [io.bauplan.sql.catalog.Catalog] over Nessie's API, version 2: embedded on RocksDB in the
/// warehouse's folder, or a remote server; the same code from [NessieCatalogs] on.
@NullMarked
package io.bauplan.sql.catalog.nessie;

import org.jspecify.annotations.NullMarked;
