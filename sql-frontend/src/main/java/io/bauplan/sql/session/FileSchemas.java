package io.bauplan.sql.session;

import io.bauplan.sql.plan.DataFileFormat;
import io.bauplan.sql.plan.PhysicalPlan;
import java.util.Map;

/// Asked by the planner for files read in place. Looking into data files is a worker's work: the
/// worker implements this, the planner sees the answer only.
@FunctionalInterface
public interface FileSchemas {
  /// Expands a path, glob or URI to its files and infers their common columns. The plan returned
  /// projects all columns and has no filter.
  ///
  /// @throws io.bauplan.sql.error.EngineException `FILE_NOT_FOUND` or `MALFORMED_FILE`
  PhysicalPlan.FileScan describe(DataFileFormat format, String uri, Map<String, String> options);

  /// The files that a path stands for, by location, with a key of location, length and ETag or
  /// modification time each: another key is another content.
  default Map<String, String> keys(String uri) {
    throw new UnsupportedOperationException("no files here: " + uri);
  }
}
