package io.bauplan.exec.run;

import java.util.List;

/// What happens during a run, as values that serialise to JSON.
public sealed interface RunEvent {
  /// The DAG is known and inputs are pinned.
  ///
  /// @param nodes in an order in which parents come first
  record Started(
      String jobId,
      String project,
      String target,
      String inputCommit,
      String runBranch,
      List<Node> nodes)
      implements RunEvent {}

  /// @param kind `sql`, `python`, `expectation`
  /// @param parents names of models and tables it reads
  /// @param materialization `NONE`, `REPLACE`, `APPEND`, `OVERWRITE_PARTITIONS`
  record Node(
      String model,
      String kind,
      List<String> parents,
      String materialization,
      String environment) {}

  record ModelStarted(String model) implements RunEvent {}

  /// Something worth a line: an environment being built, an interpreter substituted, a warning.
  record Note(String model, String text) implements RunEvent {}

  /// A print, live.
  record Output(String model, String stream, String line) implements RunEvent {}

  record Progress(String model, long rows, long bytes) implements RunEvent {}

  /// @param table full name of the table written; empty when not materialized
  /// @param interpreter what really ran; empty for SQL
  record ModelFinished(
      String model,
      long rows,
      long bytes,
      long millis,
      String table,
      String interpreter,
      String details)
      implements RunEvent {}

  record ExpectationChecked(String expectation, boolean passed, String message)
      implements RunEvent {}

  /// First (or last) rows of a result, already as text; null cells are NULL.
  record Preview(String model, List<String> columns, List<List<String>> rows, long totalRows)
      implements RunEvent {}

  /// @param message the error as shown to the user
  record ModelFailed(String model, String sqlState, String message, String traceback)
      implements RunEvent {}

  record Finished(RunResult result) implements RunEvent {}
}
