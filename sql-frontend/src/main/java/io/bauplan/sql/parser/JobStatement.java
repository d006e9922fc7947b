package io.bauplan.sql.parser;

import io.bauplan.sql.error.SourcePosition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;

/// Pipelines, procedures and upkeep.
public sealed interface JobStatement extends Statement {
  /// `RUN PIPELINE 'dir' [ON BRANCH b] [WITH (p = v)] [DRY RUN] [STRICT]`.
  record RunPipeline(
      String directory,
      Optional<Version> branch,
      Map<String, String> parameters,
      boolean dryRun,
      boolean strict,
      SourcePosition position)
      implements JobStatement {}

  /// `RERUN JOB 'id'`.
  record RerunJob(String job, SourcePosition position) implements JobStatement {}

  /// `CALL system.procedure(name => value, ...)`.
  record Call(
      SqlIdentifier procedure,
      List<Argument> arguments,
      Optional<Version> at,
      SourcePosition position)
      implements JobStatement {}

  /// @param name empty when positional
  record Argument(Optional<String> name, SqlNode value) {}

  /// `VACUUM t`, `OPTIMIZE t`, `ANALYZE TABLE t (columns)`.
  ///
  /// @param columns of `ANALYZE`; none = all
  record Maintain(
      Upkeep kind,
      SqlIdentifier table,
      List<String> columns,
      Map<String, String> options,
      SourcePosition position)
      implements JobStatement {}

  /// What to do to a table.
  enum Upkeep {
    VACUUM,
    OPTIMIZE,
    ANALYZE
  }
}
