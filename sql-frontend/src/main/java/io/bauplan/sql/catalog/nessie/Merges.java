package io.bauplan.sql.catalog.nessie;

import io.bauplan.sql.catalog.CommitInfo;
import io.bauplan.sql.catalog.MergeOutcome;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.catalog.RefKind;
import io.bauplan.sql.catalog.iceberg.AppendReplay;
import io.bauplan.sql.catalog.iceberg.TableUpdate;
import io.bauplan.sql.plan.TableRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.projectnessie.client.api.MergeReferenceBuilder;
import org.projectnessie.error.NessieConflictException;
import org.projectnessie.error.NessieNotFoundException;
import org.projectnessie.model.Branch;
import org.projectnessie.model.ContentKey;
import org.projectnessie.model.Detached;
import org.projectnessie.model.IcebergTable;
import org.projectnessie.model.MergeBehavior;
import org.projectnessie.model.MergeKeyBehavior;
import org.projectnessie.model.MergeResponse;
import org.projectnessie.model.MergeResponse.ContentKeyConflict;
import org.projectnessie.model.MergeResponse.ContentKeyDetails;

/// Merges into branches, in one commit each. Never forced: Nessie's FORCE would drop the other
/// side's rows. Tables to which both sides only appended are reconciled; everything else that both
/// changed is a conflict.
final class Merges {
  /// How often a merge is tried again because a table to be reconciled moved meanwhile.
  private static final int MAX_ATTEMPTS = 10;

  private final NessieStore store;
  private final References references;
  private final Contents contents;
  private final Commits commits;

  Merges(NessieStore store, References references, Contents contents, Commits commits) {
    this.store = store;
    this.references = references;
    this.contents = contents;
    this.commits = commits;
  }

  /// A table's two histories as one, which takes the place of the conflicting contents.
  private record Reconciled(
      ContentKey key, IcebergTable expected, IcebergTable content, TableUpdate update) {}

  MergeOutcome merge(PinnedRef source, String targetBranch, CommitInfo info) {
    ReentrantLock lock = commits.lock(targetBranch);
    lock.lock();
    try {
      for (int attempt = 1; ; attempt++) {
        PinnedRef target = references.branch(targetBranch);
        Attempt first = attempt(source, target, List.of(), info);
        if (first.outcome() != null) {
          return first.outcome();
        }
        MergeResponse conflict = first.conflict();
        Optional<List<Reconciled>> reconciled = reconcile(source, target, conflict);
        if (reconciled.isEmpty()) {
          return conflict(source, target, conflict);
        }
        Attempt second = attempt(source, target, reconciled.get(), info);
        if (!(second.outcome() instanceof MergeOutcome.Merged)
            && !(second.outcome() instanceof MergeOutcome.Unknown)) {
          reconciled.get().forEach(table -> table.update().discard());
        }
        if (second.outcome() != null) {
          return second.outcome();
        }
        if (attempt == MAX_ATTEMPTS) {
          return conflict(source, target, second.conflict());
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /// Either an outcome or a conflict that may perhaps be reconciled.
  private record Attempt(@Nullable MergeOutcome outcome, @Nullable MergeResponse response) {
    MergeResponse conflict() {
      return java.util.Objects.requireNonNull(response);
    }
  }

  private Attempt attempt(
      PinnedRef source, PinnedRef target, List<Reconciled> reconciled, CommitInfo info) {
    String id = UUID.randomUUID().toString();
    MergeResponse response;
    try {
      MergeReferenceBuilder merge =
          store
              .api()
              .mergeRefIntoBranch()
              .branch(Branch.of(target.name(), target.commit()))
              .fromRef(
                  source.kind() == RefKind.BRANCH
                      ? Branch.of(source.name(), source.commit())
                      : Detached.of(source.commit()))
              .defaultMergeMode(MergeBehavior.NORMAL)
              .commitMeta(Commits.meta(info, id))
              .returnConflictAsResult(true);
      for (Reconciled table : reconciled) {
        merge.mergeKeyBehavior(
            MergeKeyBehavior.of(
                table.key(), MergeBehavior.NORMAL, table.expected(), table.content()));
      }
      response = merge.merge();
    } catch (NessieConflictException e) {
      return new Attempt(new MergeOutcome.Conflict(List.of(), NessieErrors.reason(e)), null);
    } catch (NessieNotFoundException e) {
      throw NessieErrors.failed("merge " + source + " into \"" + target.name() + "\"", e);
    } catch (RuntimeException e) {
      return new Attempt(failed(source, target, id, e), null);
    }
    if (!response.wasSuccessful()) {
      return new Attempt(null, response);
    }
    String merged = response.getResultantTargetHash();
    boolean changed = merged != null && !merged.equals(response.getEffectiveTargetHash());
    PinnedRef head =
        new PinnedRef(target.name(), RefKind.BRANCH, changed ? merged : target.commit());
    return new Attempt(new MergeOutcome.Merged(head, changed), null);
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
                    "the catalog did not say whether "
                        + source
                        + " was merged into \""
                        + target.name()
                        + "\": "
                        + reason));
  }

  /// The conflicting tables, reconciled; empty when one of them cannot be.
  private Optional<List<Reconciled>> reconcile(
      PinnedRef source, PinnedRef target, MergeResponse response) {
    String base = response.getCommonAncestor();
    List<Reconciled> reconciled = new ArrayList<>();
    for (ContentKeyDetails details : response.getDetails()) {
      if (!isConflict(details)) {
        continue;
      }
      Optional<Reconciled> table =
          base == null
              ? Optional.empty()
              : reconcile(details.getKey(), base, source.commit(), target.commit());
      if (table.isEmpty()) {
        reconciled.forEach(other -> other.update().discard());
        return Optional.empty();
      }
      reconciled.add(table.get());
    }
    return reconciled.isEmpty() ? Optional.empty() : Optional.of(reconciled);
  }

  private Optional<Reconciled> reconcile(
      ContentKey key, String base, String source, String target) {
    @Nullable IcebergTable before = table(base, key);
    @Nullable IcebergTable theirs = table(source, key);
    @Nullable IcebergTable ours = table(target, key);
    if (before == null || theirs == null || ours == null) {
      return Optional.empty();
    }
    return new AppendReplay(Contents.name(key), store.tables())
        .replay(
            new AppendReplay.Base(before.getSnapshotId(), before.getSchemaId(), before.getSpecId()),
            theirs.getMetadataLocation(),
            ours.getMetadataLocation())
        .map(
            update ->
                new Reconciled(
                    key,
                    ours,
                    TableWrites.content(update.write(), Optional.of(ours.getId())),
                    update));
  }

  private @Nullable IcebergTable table(String commit, ContentKey key) {
    return contents.get(commit, key).orElse(null) instanceof IcebergTable table ? table : null;
  }

  private static MergeOutcome conflict(PinnedRef source, PinnedRef target, MergeResponse response) {
    List<TableRef> tables =
        response.getDetails().stream()
            .filter(Merges::isConflict)
            .map(details -> Contents.name(details.getKey()))
            .distinct()
            .toList();
    String from = source.name().isEmpty() ? source.toString() : "\"" + source.name() + "\"";
    return new MergeOutcome.Conflict(
        tables,
        "both "
            + from
            + " and \""
            + target.name()
            + "\" have changed "
            + String.join(", ", tables.stream().map(TableRef::dotted).toList()));
  }

  @SuppressWarnings("deprecation") // Some servers fill the older field only.
  private static boolean isConflict(ContentKeyDetails details) {
    return details.getConflict() != null
        || details.getConflictType() == ContentKeyConflict.UNRESOLVABLE;
  }
}
