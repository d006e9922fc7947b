/// What of the catalog is Iceberg's and not Nessie's: types, schemas, partition specs, table
/// metadata, scan planning, snapshots, view and function files, and the file systems these are kept
/// in. No class here knows of branches.
@NullMarked
package io.bauplan.sql.catalog.iceberg;

import org.jspecify.annotations.NullMarked;
