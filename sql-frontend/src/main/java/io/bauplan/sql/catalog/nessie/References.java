package io.bauplan.sql.catalog.nessie;

import io.bauplan.sql.catalog.Commit;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.catalog.RefKind;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.NearestName;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.projectnessie.client.api.NessieApiV2;
import org.projectnessie.error.NessieBadRequestException;
import org.projectnessie.error.NessieConflictException;
import org.projectnessie.error.NessieNotFoundException;
import org.projectnessie.model.Branch;
import org.projectnessie.model.CommitMeta;
import org.projectnessie.model.Detached;
import org.projectnessie.model.LogResponse.LogEntry;
import org.projectnessie.model.Reference;
import org.projectnessie.model.Tag;

/// Branches, tags and commits.
final class References {
  private static final Pattern HASH = Pattern.compile("[0-9a-fA-F]{8,64}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z](?:(?!\\.\\.)[A-Za-z0-9./_-])*");

  private static final int FULL_HASH_CHARS = 64;

  /// Commits looked through for `branch~n`, `branch*time` and abbreviated hashes.
  private static final int MAX_LOG_COMMITS = 100_000;

  private final NessieApiV2 api;
  private final Object creation = new Object();

  References(NessieApiV2 api) {
    this.api = api;
  }

  static Reference detached(PinnedRef ref) {
    return Detached.of(ref.commit());
  }

  PinnedRef resolve(String text) {
    String reference = text.strip();
    int at = reference.indexOf('@');
    if (at == 0) {
      String hash = hash(reference.substring(1), text);
      return new PinnedRef("", RefKind.DETACHED, existing(hash));
    }
    if (at > 0) {
      PinnedRef head = head(reference.substring(0, at));
      return new PinnedRef(
          head.name(), head.kind(), onReference(head, reference.substring(at + 1)));
    }
    int tilde = reference.indexOf('~');
    if (tilde > 0) {
      PinnedRef head = head(reference.substring(0, tilde));
      return new PinnedRef(
          head.name(), head.kind(), ancestor(head, reference.substring(tilde + 1)));
    }
    int star = reference.indexOf('*');
    if (star > 0) {
      PinnedRef head = head(reference.substring(0, star));
      return new PinnedRef(head.name(), head.kind(), asOf(head, reference.substring(star + 1)));
    }
    return head(reference);
  }

  PinnedRef head(String name) {
    if (name.isEmpty() || !NAME.matcher(name).matches()) {
      throw missing(name);
    }
    try {
      return pinned(api.getReference().refName(name).get());
    } catch (NessieNotFoundException e) {
      throw missing(name);
    } catch (RuntimeException e) {
      throw NessieErrors.failed("read reference \"" + name + "\"", e);
    }
  }

  /// The head of a branch that is to be written to.
  PinnedRef branch(String name) {
    PinnedRef head = head(name);
    if (head.kind() != RefKind.BRANCH) {
      throw new EngineException(
          ErrorCode.INVALID_STATEMENT,
          "\"" + name + "\" is a tag: only branches can be written to");
    }
    return head;
  }

  EngineException missing(String name) {
    List<String> names = list().stream().map(PinnedRef::name).toList();
    return new EngineException(
        ErrorCode.REF_NOT_FOUND,
        "there is no branch or tag \"" + name + "\"",
        null,
        NearestName.hint(name, names).orElse(null),
        null);
  }

  private static String hash(String hash, String whole) {
    if (!HASH.matcher(hash).matches()) {
      throw new EngineException(
          ErrorCode.COMMIT_NOT_FOUND,
          "\""
              + whole
              + "\" does not name a commit: \""
              + hash
              + "\" is no commit hash (8 to 64"
              + " hexadecimal digits)");
    }
    return hash.toLowerCase(java.util.Locale.ROOT);
  }

  private String existing(String hash) {
    if (hash.length() < FULL_HASH_CHARS) {
      return abbreviated(hash);
    }
    try {
      api.getCommitLog().reference(Detached.of(hash)).maxRecords(1).get();
      return hash;
    } catch (NessieNotFoundException | IllegalArgumentException | NessieBadRequestException e) {
      throw noCommit(hash);
    } catch (RuntimeException e) {
      throw NessieErrors.failed("read commit " + hash, e);
    }
  }

  private String abbreviated(String hash) {
    for (PinnedRef reference : list()) {
      Optional<String> found = startingWith(reference, hash);
      if (found.isPresent()) {
        return found.get();
      }
    }
    throw noCommit(hash);
  }

  private static EngineException noCommit(String hash) {
    return new EngineException(ErrorCode.COMMIT_NOT_FOUND, "there is no commit " + hash);
  }

  private String onReference(PinnedRef head, String text) {
    String hash = hash(text, head.name() + "@" + text);
    if (hash.equals(head.commit())) {
      return hash;
    }
    return startingWith(head, hash)
        .orElseThrow(
            () ->
                new EngineException(
                    ErrorCode.COMMIT_NOT_FOUND,
                    "\"" + head.name() + "\" has no commit " + hash + " in its history"));
  }

  private Optional<String> startingWith(PinnedRef head, String hash) {
    try (Stream<LogEntry> log = entries(head)) {
      return log.flatMap(
              entry ->
                  Stream.of(
                      Optional.ofNullable(entry.getCommitMeta().getHash()),
                      Optional.ofNullable(entry.getParentCommitHash())))
          .flatMap(Optional::stream)
          .filter(candidate -> candidate.startsWith(hash))
          .findFirst();
    }
  }

  private Stream<LogEntry> entries(PinnedRef head) {
    try {
      return api.getCommitLog().reference(detached(head)).stream().limit(MAX_LOG_COMMITS);
    } catch (NessieNotFoundException e) {
      throw new EngineException(
          ErrorCode.COMMIT_NOT_FOUND, "there is no commit " + head.commit(), e);
    } catch (RuntimeException e) {
      throw NessieErrors.failed("read the log of " + head, e);
    }
  }

  private String ancestor(PinnedRef head, String text) {
    int steps;
    try {
      steps = text.isEmpty() ? 1 : Integer.parseInt(text);
    } catch (NumberFormatException e) {
      steps = -1;
    }
    if (steps < 0) {
      throw new EngineException(
          ErrorCode.COMMIT_NOT_FOUND,
          "\"" + head.name() + "~" + text + "\": a number of commits must follow ~");
    }
    if (steps == 0) {
      return head.commit();
    }
    try (Stream<LogEntry> log = entries(head)) {
      Optional<LogEntry> child = log.skip(steps - 1L).findFirst();
      String parent = child.map(LogEntry::getParentCommitHash).orElse(null);
      if (parent == null) {
        throw new EngineException(
            ErrorCode.COMMIT_NOT_FOUND,
            "\"" + head.name() + "\" has fewer than " + steps + " commits");
      }
      return parent;
    }
  }

  private String asOf(PinnedRef head, String text) {
    Instant time = instant(text);
    try (Stream<LogEntry> log = entries(head)) {
      return log.map(LogEntry::getCommitMeta)
          .filter(meta -> meta.getCommitTime() != null && !meta.getCommitTime().isAfter(time))
          .map(meta -> String.valueOf(meta.getHash()))
          .findFirst()
          .orElseThrow(
              () ->
                  new EngineException(
                      ErrorCode.COMMIT_NOT_FOUND,
                      "\"" + head.name() + "\" has no commit at or before " + text,
                      null,
                      "SHOW LOGS lists its commits.",
                      null));
    }
  }

  private static Instant instant(String text) {
    String iso = text.strip().replace(' ', 'T');
    try {
      if (iso.indexOf('T') < 0) {
        return LocalDate.parse(iso).atStartOfDay().toInstant(ZoneOffset.UTC);
      }
      boolean zoned =
          iso.endsWith("Z") || iso.indexOf('+') > 0 || iso.lastIndexOf('-') > iso.indexOf('T');
      return zoned
          ? OffsetDateTime.parse(iso).toInstant()
          : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
    } catch (DateTimeParseException e) {
      throw new EngineException(
          ErrorCode.INVALID_DATETIME,
          "\"" + text + "\" is not a time",
          null,
          "write it as 2026-01-31T12:00:00Z",
          e);
    }
  }

  List<PinnedRef> list() {
    try (Stream<Reference> references = api.getAllReferences().stream()) {
      return references.map(References::pinned).toList();
    } catch (NessieNotFoundException | RuntimeException e) {
      throw NessieErrors.failed("list the branches and tags", e);
    }
  }

  static PinnedRef pinned(Reference reference) {
    RefKind kind =
        switch (reference.getType()) {
          case BRANCH -> RefKind.BRANCH;
          case TAG -> RefKind.TAG;
        };
    return new PinnedRef(reference.getName(), kind, String.valueOf(reference.getHash()));
  }

  PinnedRef create(String name, RefKind kind, PinnedRef from) {
    checkNewName(name);
    Reference wanted =
        kind == RefKind.TAG ? Tag.of(name, from.commit()) : Branch.of(name, from.commit());
    try {
      String source = from.name().isEmpty() ? Detached.REF_NAME : from.name();
      // Nessie lets two that create the same name at the same commit at once both succeed.
      synchronized (creation) {
        return pinned(api.createReference().sourceRefName(source).reference(wanted).create());
      }
    } catch (NessieConflictException e) {
      throw new EngineException(
          ErrorCode.REF_EXISTS, "there already is a branch or tag \"" + name + "\"", e);
    } catch (NessieNotFoundException | RuntimeException e) {
      throw NessieErrors.failed("create \"" + name + "\" from " + from, e);
    }
  }

  private static void checkNewName(String name) {
    String reason = null;
    if (!NAME.matcher(name).matches() || name.endsWith(".") || name.endsWith("/")) {
      reason =
          "a name starts with a letter, goes on with letters, digits, and . / _ -, and does not end"
              + " with . or /";
    } else if (HASH.matcher(name).matches()) {
      reason = "it reads like a commit hash; put a prefix before it";
    } else if (name.equalsIgnoreCase(Detached.REF_NAME) || name.equalsIgnoreCase("HEAD")) {
      reason = "the name is reserved";
    }
    if (reason != null) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT,
          "\"" + name + "\" cannot be the name of a branch or tag: " + reason);
    }
  }

  void delete(PinnedRef reference) {
    try {
      api.deleteReference().reference(named(reference)).delete();
    } catch (NessieConflictException e) {
      throw moved(reference, e);
    } catch (NessieNotFoundException e) {
      throw missing(reference.name());
    } catch (RuntimeException e) {
      throw NessieErrors.failed("delete \"" + reference.name() + "\"", e);
    }
  }

  PinnedRef assign(PinnedRef reference, PinnedRef to) {
    try {
      Reference target = to.kind() == RefKind.DETACHED ? Detached.of(to.commit()) : named(to);
      return pinned(
          api.assignReference().reference(named(reference)).assignTo(target).assignAndGet());
    } catch (NessieConflictException e) {
      throw moved(reference, e);
    } catch (NessieNotFoundException | RuntimeException e) {
      throw NessieErrors.failed("assign \"" + reference.name() + "\" to " + to, e);
    }
  }

  private static EngineException moved(PinnedRef reference, Exception cause) {
    return new EngineException(
        ErrorCode.COMMIT_CONFLICT,
        "\"" + reference.name() + "\" is no longer at commit " + reference.commit(),
        null,
        "look at its log and try again",
        cause);
  }

  static Reference named(PinnedRef reference) {
    return switch (reference.kind()) {
      case BRANCH -> Branch.of(reference.name(), reference.commit());
      case TAG -> Tag.of(reference.name(), reference.commit());
      case DETACHED ->
          throw new EngineException(
              ErrorCode.INVALID_ARGUMENT, reference + " is neither a branch nor a tag");
    };
  }

  List<Commit> log(PinnedRef reference, int limit) {
    try (Stream<LogEntry> log = entries(reference)) {
      return log.limit(limit).map(References::commit).toList();
    }
  }

  private static Commit commit(LogEntry entry) {
    CommitMeta meta = entry.getCommitMeta();
    Map<String, String> properties = new HashMap<>();
    meta.getAllProperties().forEach((key, values) -> properties.put(key, String.join(",", values)));
    Instant time = meta.getCommitTime();
    return new Commit(
        String.valueOf(meta.getHash()),
        List.copyOf(meta.getParentCommitHashes()),
        time == null ? Instant.EPOCH : time,
        String.join(", ", meta.getAllAuthors()),
        meta.getMessage(),
        Map.copyOf(properties));
  }
}
