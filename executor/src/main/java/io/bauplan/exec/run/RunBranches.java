package io.bauplan.exec.run;

import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;

/// The private branches that runs work on. A run that failed leaves its branch, so that its author
/// can look; what is on it was never meant to be seen, so it is never merged by hand.
public final class RunBranches {
  /// Prefix of every run branch. A hash alone would be refused as a branch name.
  public static final String PREFIX = "run_";

  private RunBranches() {}

  static String name(String jobId) {
    return PREFIX + jobId;
  }

  /// Refuses the branch of an aborted run and every branch that contains its commits.
  public static void requireMergeable(Catalog catalog, PinnedRef source) {
    boolean own = source.name().startsWith(PREFIX);
    boolean derived = !own && containsRunCommit(catalog, source);
    if (own || derived) {
      throw new EngineException(
              ErrorCode.INVALID_STATEMENT,
              own
                  ? source.name() + " is the branch of a run that was not published"
                  : source.name() + " was made from the branch of a run that was not published")
          .withHint("mend the project and run it again; the branch can be read and queried");
    }
  }

  /// A run's own commits say so; after a successful merge the target has one merge commit, which
  /// does not.
  private static boolean containsRunCommit(Catalog catalog, PinnedRef source) {
    return catalog.log(source, LOG_DEPTH_COMMITS).stream()
        .anyMatch(commit -> commit.properties().containsKey(UNPUBLISHED_PROPERTY));
  }

  /// Commits of a branch that are looked at; a run makes one per model.
  private static final int LOG_DEPTH_COMMITS = 1000;

  /// Set on commits of a run branch, and not on the merge that publishes it.
  static final String UNPUBLISHED_PROPERTY = "bauplan.run.unpublished";
}
