package io.bauplan.exec.run;

import java.util.List;

/// How a run ended.
///
/// @param status `SUCCEEDED`, `FAILED`, `CANCELLED` or `UNKNOWN` (the merge's outcome could not be
///     read)
/// @param commit the target's commit after the merge; empty when nothing was published
/// @param keptBranch the run branch, kept for inspection after a failure; empty otherwise
/// @param error the first error as shown to the user; empty on success
public record RunResult(
    String jobId,
    Status status,
    String target,
    String commit,
    String keptBranch,
    List<String> published,
    String error,
    String sqlState,
    long millis) {
  public enum Status {
    SUCCEEDED,
    FAILED,
    CANCELLED,
    UNKNOWN
  }
}
