package io.bauplan.sql.catalog.nessie;

import io.bauplan.sql.catalog.CommitInfo;
import io.bauplan.sql.catalog.MergeOutcome;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.catalog.RefKind;
import io.bauplan.sql.plan.TableRef;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.projectnessie.error.NessieConflictException;
import org.projectnessie.error.NessieNotFoundException;
import org.projectnessie.model.Branch;
import org.projectnessie.model.Detached;
import org.projectnessie.model.MergeBehavior;
import org.projectnessie.model.MergeResponse;
import org.projectnessie.model.MergeResponse.ContentKeyConflict;
import org.projectnessie.model.MergeResponse.ContentKeyDetails;

/// Merges into branches, in one commit each. Never forced: Nessie's FORCE would drop the other side's rows.
final class Merges {
  private final NessieStore store;
  private final References references;
  private final Commits commits;

  Merges(NessieStore store, References references, Commits commits) {
    this.store = store;
    this.references = references;
    this.commits = commits;
  }

  MergeOutcome merge(PinnedRef source, String targetBranch, CommitInfo info) {
    ReentrantLock lock = commits.lock(targetBranch);
    lock.lock();
    try {
      PinnedRef target = references.branch(targetBranch);
      return merge(source, target, info);
    } finally {
      lock.unlock();
    }
  }

  private MergeOutcome merge(PinnedRef source, PinnedRef target, CommitInfo info) {
    String id = UUID.randomUUID().toString();
    MergeResponse response;
    try {
      response =
          store.api()
              .mergeRefIntoBranch()
              .branch(Branch.of(target.name(), target.commit()))
              .fromRef(
                  source.kind() == RefKind.BRANCH
                      ? Branch.of(source.name(), source.commit())
                      : Detached.of(source.commit()))
              .defaultMergeMode(MergeBehavior.NORMAL)
              .commitMeta(Commits.meta(info, id))
              .returnConflictAsResult(true)
              .merge();
    } catch (NessieConflictException e) {
      return new MergeOutcome.Conflict(List.of(), NessieErrors.reason(e));
    } catch (NessieNotFoundException e) {
      throw NessieErrors.failed("merge " + source + " into \"" + target.name() + "\"", e);
    } catch (RuntimeException e) {
      return failed(source, target, id, e);
    }
    if (!response.wasSuccessful()) {
      return conflict(source, target, response);
    }
    String merged = response.getResultantTargetHash();
    boolean changed = merged != null && !merged.equals(response.getEffectiveTargetHash());
    return new MergeOutcome.Merged(
        new PinnedRef(target.name(), RefKind.BRANCH, changed ? merged : target.commit()), changed);
  }

  private MergeOutcome failed(
      PinnedRef source, PinnedRef target, String id, RuntimeException cause) {
    String reason = NessieErrors.reason(cause);
    if (!NessieErrors.isUnknown(cause)) {
      // Nessie's way of saying that there is nothing to merge.
      if (reason.contains("No hashes to merge")) {
        return new MergeOutcome.Merged(target, false);
      }
      throw NessieErrors.failed("merge " + source + " into \"" + target.name() + "\"", cause);
    }
    return commits
        .findById(target, id)
        .<MergeOutcome>map(head -> new MergeOutcome.Merged(head, true))
        .orElseGet(
            () ->
                new MergeOutcome.Unknown(
                    "the catalog did not say whether " + source + " was merged into \""
                        + target.name() + "\": " + reason));
  }

  private static MergeOutcome conflict(
      PinnedRef source, PinnedRef target, MergeResponse response) {
    List<TableRef> tables =
        response.getDetails().stream()
            .filter(details -> isConflict(details))
            .map(details -> Contents.name(details.getKey()))
            .distinct()
            .toList();
    return new MergeOutcome.Conflict(
        tables,
        "both \"" + source.name() + "\" and \"" + target.name() + "\" have changed "
            + String.join(", ", tables.stream().map(TableRef::dotted).toList()));
  }

  @SuppressWarnings("deprecation") // Servers before 0.6x fill the older field only.
  private static boolean isConflict(ContentKeyDetails details) {
    return details.getConflict() != null
        || details.getConflictType() == ContentKeyConflict.UNRESOLVABLE;
  }
}
