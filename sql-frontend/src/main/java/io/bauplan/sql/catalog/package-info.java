/// The versioned catalog as the rest of the engine sees it: refs, commits, and at a commit
/// namespaces, tables, views and functions. `catalog.nessie` and `catalog.iceberg` implement it; no
/// class of theirs appears here. Everything in this package touches metadata only.
@NullMarked
package io.bauplan.sql.catalog;

import org.jspecify.annotations.NullMarked;
