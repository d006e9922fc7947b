package io.bauplan.exec.run;

import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.TableRef;

/// How the models that read a finished node get its rows.
sealed interface NodeResult {
  /// As a view that is planned together with its reader.
  record Inlined(String name, String sql) implements NodeResult {}

  /// From the worker's memory.
  record Intermediate(String id, RowType columns) implements NodeResult {}

  /// From the table on the run branch.
  record Stored(TableRef table) implements NodeResult {}

  /// Nobody reads it.
  record Checked() implements NodeResult {}
}
