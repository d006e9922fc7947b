package io.bauplan.sql.catalog.nessie;

import io.bauplan.sql.catalog.Catalog.EntryKind;
import io.bauplan.sql.catalog.Catalog.OnExisting;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.TableRef;
import java.util.List;
import java.util.Optional;
import org.projectnessie.model.Content;
import org.projectnessie.model.ContentKey;

/// Decides which stored name a write goes to.
final class Names {
  private final Contents contents;
  private final Entries entries;

  Names(Contents contents, Entries entries) {
    this.contents = contents;
    this.entries = entries;
  }

  PinnedRef head(NessieStore store, String branch) {
    return new References(store.api()).branch(branch);
  }

  /// The stored key of something that must exist as that kind.
  ContentKey existing(PinnedRef head, TableRef name, EntryKind kind) {
    return contents
        .canonical(head.commit(), Contents.key(name))
        .filter(key -> kindOf(head, key).filter(kind::equals).isPresent())
        .orElseThrow(() -> entries.missing(head, name, kind));
  }

  private Optional<EntryKind> kindOf(PinnedRef head, ContentKey key) {
    return contents
        .get(head.commit(), key)
        .flatMap(content -> Optional.ofNullable(Entries.kind(content.getType())));
  }

  /// What a new entry would replace. Fails where something is there that must not be replaced.
  <C extends Content> Optional<C> forCreation(
      PinnedRef head, TableRef name, EntryKind kind, OnExisting onExisting, Class<C> type) {
    Optional<ContentKey> there = contents.canonical(head.commit(), Contents.key(name));
    if (there.isEmpty()) {
      return Optional.empty();
    }
    Content content = contents.get(head.commit(), there.get()).orElseThrow();
    EntryKind existing = Entries.kind(content.getType());
    String what = existing == null ? "namespace" : Entries.word(existing);
    if (existing != kind || onExisting == OnExisting.FAIL) {
      throw new EngineException(
          ErrorCode.TABLE_EXISTS,
          "there already is a "
              + what
              + " "
              + Contents.name(there.get())
              + " on \""
              + head.name()
              + "\"",
          null,
          existing == kind
              ? "use CREATE OR REPLACE, or another name"
              : "drop it first, or use another name",
          null);
    }
    return Optional.of(type.cast(content));
  }

  /// The full spelling that a new entry gets: that of an existing entry or namespace, otherwise as
  /// given.
  TableRef created(PinnedRef head, TableRef name) {
    Optional<ContentKey> there = contents.canonical(head.commit(), Contents.key(name));
    if (there.isPresent()) {
      return Contents.name(there.get());
    }
    List<String> namespace = name.namespace();
    if (namespace.isEmpty()) {
      return name;
    }
    return contents
        .canonical(head.commit(), Contents.key(namespace))
        .map(key -> new TableRef(key.getElements(), name.name()))
        .orElse(name);
  }

  /// Fails when a key's content differs between two heads of a branch.
  void checkUnchanged(PinnedRef now, PinnedRef before, ContentKey key) {
    boolean same =
        now.commit().equals(before.commit())
            || contents.get(now.commit(), key).equals(contents.get(before.commit(), key));
    if (!same) {
      throw new EngineException(
          ErrorCode.COMMIT_CONFLICT,
          Contents.name(key) + " was created or changed by somebody else meanwhile",
          null,
          "run the statement again",
          null);
    }
  }
}
