/// The physical plan: our own sealed records, which cross from the control plane to a worker. No
/// class of Calcite, Iceberg or Nessie appears here; everything is a value and serialises to JSON.
@NullMarked
package io.bauplan.sql.plan;

import org.jspecify.annotations.NullMarked;
