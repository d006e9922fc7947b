package io.bauplan.exec.job;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// A statement or a run: who asked for it, where, and what came of it.
///
/// @param reference branch, tag or commit that it reads, and writes where it writes
/// @param text of the statement, cut where it is very long; of a run the project's folder
/// @param project name of a run's project; empty otherwise
/// @param ended empty while it runs, and where nobody saw its end
/// @param rows given by a query, changed by a statement; of a run those of its last models
/// @param error as shown to the user; empty where there was none
/// @param commit of a run: the target's commit after the merge; empty where nothing was published
/// @param keptBranch of a run that failed: its branch, kept for inspection; empty otherwise
public record Job(
    String id,
    Kind kind,
    State state,
    String user,
    String reference,
    String namespace,
    String text,
    String project,
    Instant started,
    Optional<Instant> ended,
    long rows,
    String error,
    String sqlState,
    String commit,
    String keptBranch) {

  public enum Kind {
    /// A statement that answers with rows.
    QUERY,
    STATEMENT,
    RUN
  }

  public enum State {
    RUNNING,
    SUCCEEDED,
    FAILED,
    CANCELLED,
    /// A run whose merge was sent and whose outcome was not heard.
    UNKNOWN,
    /// The engine ended before the job did.
    ABORTED
  }

  /// A line that a job said.
  ///
  /// @param model the model or function; empty where it is the job itself
  /// @param stream `stdout`, `stderr` for prints; `note`, `state`, `error` for the engine's words
  public record LogLine(Instant time, String model, String stream, String text) {}

  public Optional<Duration> duration() {
    return ended.map(end -> Duration.between(started, end));
  }

  Job withKind(Kind newKind) {
    return new Job(
        id,
        newKind,
        state,
        user,
        reference,
        namespace,
        text,
        project,
        started,
        ended,
        rows,
        error,
        sqlState,
        commit,
        keptBranch);
  }

  Job withProject(String newProject) {
    return new Job(
        id,
        kind,
        state,
        user,
        reference,
        namespace,
        text,
        newProject,
        started,
        ended,
        rows,
        error,
        sqlState,
        commit,
        keptBranch);
  }

  Job aborted() {
    return new Job(
        id,
        kind,
        State.ABORTED,
        user,
        reference,
        namespace,
        text,
        project,
        started,
        Optional.empty(),
        rows,
        "the engine ended before the job did",
        sqlState,
        commit,
        keptBranch);
  }

  /// @param commit what a run published, and `keptBranch`; empty for statements
  Job ended(State newState, long newRows, Failure failure, String newCommit, String branch) {
    return new Job(
        id,
        kind,
        newState,
        user,
        reference,
        namespace,
        text,
        project,
        started,
        Optional.of(Instant.now()),
        newRows,
        failure.message(),
        failure.sqlState(),
        newCommit,
        branch);
  }

  /// Why a job ended as it did; empty texts where all went well.
  record Failure(String message, String sqlState) {
    static final Failure NONE = new Failure("", "");
  }
}
