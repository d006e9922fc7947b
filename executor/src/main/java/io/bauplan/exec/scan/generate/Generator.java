package io.bauplan.exec.scan.generate;

import io.bauplan.exec.scan.ScanTask;
import io.bauplan.sql.plan.RowType;
import java.util.List;

/// Rows made by rule.
interface Generator {
  RowType rowType();

  long rowCount();

  /// Tasks for some of the columns, found by name.
  List<ScanTask> tasks(RowType output);
}
