/// What has no vectorized form runs here, through Calcite's own code over the same batches: slower,
/// never wrong, and named in the query's figures. The only package of this module that may see
/// Calcite.
@NullMarked
package io.bauplan.exec.fallback;

import org.jspecify.annotations.NullMarked;
