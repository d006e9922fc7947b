package io.bauplan.exec.engine;

import io.bauplan.exec.run.RunBranches;
import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.CommitInfo;
import io.bauplan.sql.catalog.MergeOutcome;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.catalog.RefKind;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.plan.TableRef;
import java.util.Optional;
import java.util.stream.Collectors;

/// Statements on branches and tags.
final class References {
  private final Catalog catalog;

  References(Catalog catalog) {
    this.catalog = catalog;
  }

  StatementResult create(PlannedStatement.CreateReference create) {
    Optional<PinnedRef> present = find(create.name());
    if (present.isPresent()) {
      switch (create.existing()) {
        case KEEP -> {
          return new StatementResult.Updated(0, "Kept " + create.name() + ", which exists");
        }
        case REPLACE -> {
          catalog.assign(present.get(), create.from());
          return new StatementResult.Updated(0, "Moved " + create.name() + " to " + create.from());
        }
        case FAIL ->
            throw new EngineException(
                ErrorCode.REF_EXISTS,
                "a " + word(present.get().kind()) + " named " + create.name() + " already exists");
      }
    }
    PinnedRef made =
        switch (create.kind()) {
          case BRANCH -> catalog.createBranch(create.name(), create.from());
          case TAG -> catalog.createTag(create.name(), create.from());
          case DETACHED ->
              throw new EngineException(ErrorCode.INVALID_STATEMENT, "a commit cannot be created");
        };
    return new StatementResult.Updated(
        0, "Created " + word(create.kind()) + " " + made.name() + " at " + short12(made.commit()));
  }

  StatementResult drop(PlannedStatement.DropReference drop) {
    Optional<PinnedRef> present = find(drop.name());
    if (present.isEmpty() && drop.ifExists()) {
      return new StatementResult.Updated(0, "No " + word(drop.kind()) + " " + drop.name());
    }
    PinnedRef reference = present.orElseGet(() -> catalog.resolve(drop.name()));
    requireKind(reference, drop.kind());
    if (reference.name().equals(Catalog.DEFAULT_BRANCH)) {
      throw new EngineException(
          ErrorCode.INVALID_STATEMENT,
          "the branch " + Catalog.DEFAULT_BRANCH + " cannot be dropped");
    }
    catalog.deleteReference(reference);
    return new StatementResult.Updated(0, "Dropped " + word(drop.kind()) + " " + drop.name());
  }

  StatementResult assign(PlannedStatement.AssignReference assign) {
    PinnedRef reference = catalog.resolve(assign.name());
    requireKind(reference, assign.kind());
    catalog.assign(reference, assign.to());
    return new StatementResult.Updated(
        0, assign.name() + " is now at " + short12(assign.to().commit()));
  }

  StatementResult merge(PlannedStatement.MergeBranch merge) {
    RunBranches.requireMergeable(catalog, merge.source());
    if (merge.dryRun()) {
      PinnedRef target = catalog.resolve(merge.target());
      String changed =
          catalog.changedBetween(target, merge.source()).stream()
              .map(TableRef::dotted)
              .collect(Collectors.joining(", "));
      return new StatementResult.Updated(
          0, changed.isEmpty() ? "Nothing to merge" : "Would bring: " + changed);
    }
    MergeOutcome outcome =
        catalog.merge(
            merge.source(),
            merge.target(),
            CommitInfo.of("Merge " + merge.source().name() + " into " + merge.target()));
    return switch (outcome) {
      case MergeOutcome.Merged(PinnedRef target, boolean changed) ->
          new StatementResult.Updated(
              0,
              changed
                  ? "Merged into " + target.name() + ", now at " + short12(target.commit())
                  : "Nothing to merge into " + target.name());
      case MergeOutcome.Conflict conflict ->
          throw new EngineException(
                  ErrorCode.COMMIT_CONFLICT,
                  "both "
                      + merge.source().name()
                      + " and "
                      + merge.target()
                      + " changed "
                      + conflict.conflicting().stream()
                          .map(TableRef::dotted)
                          .collect(Collectors.joining(", ")))
              .withHint("merge " + merge.target() + "'s tables by hand, or start a new branch");
      case MergeOutcome.Unknown unknown ->
          throw new EngineException(ErrorCode.COMMIT_STATE_UNKNOWN, unknown.message())
              .withHint("look at SHOW LOGS AT BRANCH " + merge.target() + " before trying again");
    };
  }

  private Optional<PinnedRef> find(String name) {
    return catalog.references().stream().filter(other -> other.name().equals(name)).findFirst();
  }

  private static void requireKind(PinnedRef reference, RefKind kind) {
    if (reference.kind() != kind) {
      throw new EngineException(
          ErrorCode.REF_NOT_FOUND,
          reference.name() + " is a " + word(reference.kind()) + ", not a " + word(kind));
    }
  }

  private static String word(RefKind kind) {
    return switch (kind) {
      case BRANCH -> "branch";
      case TAG -> "tag";
      case DETACHED -> "commit";
    };
  }

  private static String short12(String commit) {
    return commit.length() <= 12 ? commit : commit.substring(0, 12);
  }
}
