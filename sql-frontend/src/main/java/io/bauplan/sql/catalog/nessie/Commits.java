package io.bauplan.sql.catalog.nessie;

import io.bauplan.sql.catalog.CommitInfo;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.catalog.RefKind;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Stream;
import org.projectnessie.client.api.NessieApiV2;
import org.projectnessie.error.NessieConflictException;
import org.projectnessie.error.NessieNotFoundException;
import org.projectnessie.model.Branch;
import org.projectnessie.model.CommitMeta;
import org.projectnessie.model.Detached;
import org.projectnessie.model.ImmutableCommitMeta;
import org.projectnessie.model.LogResponse.LogEntry;
import org.projectnessie.model.Operation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Commits to branches. A change is computed on a head, committed against it, and where somebody
/// else changed the same names meanwhile computed anew on the next head.
///
/// Nessie refuses a commit when a key it writes has changed since the head it was computed on;
/// changes of other keys in between do no harm. Commits of this process to one branch wait for each
/// other, so that they are seldom computed twice.
final class Commits {
  private static final Logger LOG = LoggerFactory.getLogger(Commits.class);

  /// Carried by every commit of ours, to find it again when the answer was lost.
  static final String ID_PROPERTY = "bauplan.commit";

  private static final int MAX_ATTEMPTS = 50;
  private static final long MAX_PAUSE_MILLIS = 500;

  /// How often and how long apart a branch's log is read after an answer was lost.
  private static final int OUTCOME_READS = 5;

  private static final long OUTCOME_PAUSE_MILLIS = 200;
  private static final int OUTCOME_LOG_COMMITS = 1_000;

  private final NessieApiV2 api;
  private final References references;
  private final Map<String, ReentrantLock> branches = new ConcurrentHashMap<>();

  /// A change as computed on a head. Exactly one of `discard` (certainly not committed) and nothing
  /// is called afterwards.
  ///
  /// @param discard removes the files that the change wrote
  record Change<T>(List<Operation> operations, T result, Runnable discard) {}

  /// Computes a change on a head.
  interface Computation<T> {
    Change<T> on(PinnedRef head);
  }

  /// What a commit left: its result and the branch's new head.
  record Committed<T>(T result, PinnedRef head) {}

  enum OnConflict {
    RETRY,
    FAIL
  }

  Commits(NessieApiV2 api, References references) {
    this.api = api;
    this.references = references;
  }

  <T> Committed<T> commit(
      String branch, CommitInfo info, OnConflict onConflict, Computation<T> computation) {
    ReentrantLock lock = lock(branch);
    lock.lock();
    try {
      for (int attempt = 1; ; attempt++) {
        PinnedRef head = references.branch(branch);
        Change<T> change = computation.on(head);
        if (change.operations().isEmpty()) {
          return new Committed<>(change.result(), head);
        }
        Optional<PinnedRef> moved = tryCommit(head, change, info);
        if (moved.isPresent()) {
          return new Committed<>(change.result(), moved.get());
        }
        change.discard().run();
        if (onConflict == OnConflict.FAIL || attempt == MAX_ATTEMPTS) {
          throw new EngineException(
              ErrorCode.COMMIT_CONFLICT,
              "somebody else changed the same on branch \"" + branch + "\" meanwhile",
              null,
              "run the statement again",
              null);
        }
        LOG.debug("catalog.commit retry branch={} attempt={}", branch, attempt);
        pause(Math.min(MAX_PAUSE_MILLIS, 5L << Math.min(attempt, 7)));
      }
    } finally {
      lock.unlock();
    }
  }

  /// Commits operations whose files are written already, on whichever head `computation` accepts.
  /// The caller removes the files when [#discardIfCertain] says so.
  void commitOn(String branch, CommitInfo info, Function<PinnedRef, List<Operation>> computation) {
    commit(
        branch,
        info,
        OnConflict.RETRY,
        head -> new Change<>(computation.apply(head), "", () -> {}));
  }

  /// Runs `discard` unless the failure leaves open whether the commit was made.
  static void discardIfCertain(Runnable discard, RuntimeException failure) {
    if (!(failure instanceof EngineException known)
        || known.code() != ErrorCode.COMMIT_STATE_UNKNOWN) {
      discard.run();
    }
  }

  /// Writers of this process to one branch take turns. Reentrant. The locks stay: a name's is a few
  /// bytes.
  ReentrantLock lock(String branch) {
    return branches.computeIfAbsent(branch, ignored -> new ReentrantLock());
  }

  /// Empty = refused because of a conflicting change.
  private Optional<PinnedRef> tryCommit(PinnedRef head, Change<?> change, CommitInfo info) {
    String id = UUID.randomUUID().toString();
    try {
      Branch moved =
          api.commitMultipleOperations()
              .branch(Branch.of(head.name(), head.commit()))
              .commitMeta(meta(info, id))
              .operations(change.operations())
              .commit();
      return Optional.of(References.pinned(moved));
    } catch (NessieConflictException e) {
      return Optional.empty();
    } catch (NessieNotFoundException e) {
      change.discard().run();
      throw references.missing(head.name());
    } catch (RuntimeException e) {
      if (!NessieErrors.isUnknown(e)) {
        change.discard().run();
        throw NessieErrors.failed("commit to branch \"" + head.name() + "\"", e);
      }
      return Optional.of(outcome(head, id, e));
    }
  }

  static CommitMeta meta(CommitInfo info, String id) {
    String message = info.message().isBlank() ? "change" : info.message();
    ImmutableCommitMeta.Builder meta = CommitMeta.builder().message(message);
    if (!info.author().isEmpty()) {
      meta.author(info.author());
    }
    info.properties().forEach(meta::putProperties);
    return meta.putProperties(ID_PROPERTY, id).build();
  }

  private PinnedRef outcome(PinnedRef before, String id, RuntimeException cause) {
    return findById(before, id)
        .orElseThrow(
            () ->
                new EngineException(
                    ErrorCode.COMMIT_STATE_UNKNOWN,
                    "the catalog did not say whether the commit to branch \""
                        + before.name()
                        + "\" was made: "
                        + NessieErrors.reason(cause),
                    null,
                    "look for \""
                        + ID_PROPERTY
                        + " = "
                        + id
                        + "\" in the branch's log before trying"
                        + " again",
                    cause));
  }

  /// Looks for a commit of ours on a branch, a few times, since a request whose answer was lost may
  /// still be under way.
  Optional<PinnedRef> findById(PinnedRef before, String id) {
    for (int read = 0; read < OUTCOME_READS; read++) {
      if (Thread.currentThread().isInterrupted()) {
        // Cancelling does not make the outcome known.
        return Optional.empty();
      }
      if (read > 0) {
        pauseUninterrupted(OUTCOME_PAUSE_MILLIS);
      }
      try {
        PinnedRef head = references.head(before.name());
        try (Stream<LogEntry> log =
            api.getCommitLog().reference(Detached.of(head.commit())).stream()) {
          Optional<String> found =
              log.limit(OUTCOME_LOG_COMMITS)
                  .map(LogEntry::getCommitMeta)
                  .takeWhile(meta -> !before.commit().equals(meta.getHash()))
                  .filter(meta -> id.equals(meta.getProperties().get(ID_PROPERTY)))
                  .map(meta -> String.valueOf(meta.getHash()))
                  .findFirst();
          if (found.isPresent()) {
            return Optional.of(new PinnedRef(before.name(), RefKind.BRANCH, found.get()));
          }
        }
      } catch (NessieNotFoundException | RuntimeException e) {
        LOG.debug("catalog.outcome unreadable branch={}", before.name(), e);
      }
    }
    return Optional.empty();
  }

  private static void pauseUninterrupted(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(ErrorCode.CANCELLED, "cancelled while committing", e);
    }
  }
}
