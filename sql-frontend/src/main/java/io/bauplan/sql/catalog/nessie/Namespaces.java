package io.bauplan.sql.catalog.nessie;

import io.bauplan.sql.catalog.CommitInfo;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.NearestName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.projectnessie.model.Content;
import org.projectnessie.model.ContentKey;
import org.projectnessie.model.Namespace;
import org.projectnessie.model.Operation;

/// Namespaces: contents of their own, which must be there before what is in them.
final class Namespaces {
  private final Contents contents;
  private final Commits commits;

  Namespaces(Contents contents, Commits commits) {
    this.contents = contents;
    this.commits = commits;
  }

  List<List<String>> list(PinnedRef at) {
    return contents.names(at.commit()).keys().entrySet().stream()
        .filter(entry -> entry.getValue().equals(Content.Type.NAMESPACE))
        .map(entry -> List.copyOf(entry.getKey().getElements()))
        .sorted(Comparator.comparing(levels -> String.join(".", levels)))
        .toList();
  }

  void create(String branch, List<String> namespace, CommitInfo info) {
    commits.commit(
        branch,
        info,
        Commits.OnConflict.RETRY,
        head -> {
          Optional<ContentKey> there = contents.canonical(head.commit(), Contents.key(namespace));
          if (there.isPresent()) {
            throw new EngineException(
                ErrorCode.DUPLICATE_NAME,
                "there already is a "
                    + word(head, there.get())
                    + " "
                    + Contents.name(there.get())
                    + " on \""
                    + branch
                    + "\"");
          }
          List<Operation> operations = missing(contents, head, namespace);
          return new Commits.Change<>(operations, "", () -> {});
        });
  }

  private String word(PinnedRef head, ContentKey key) {
    return contents.get(head.commit(), key).filter(Namespace.class::isInstance).isPresent()
        ? "namespace"
        : "table or view";
  }

  void drop(String branch, List<String> namespace, CommitInfo info) {
    commits.commit(
        branch,
        info,
        Commits.OnConflict.RETRY,
        head -> {
          ContentKey key = existing(head, namespace);
          List<String> inside =
              contents.names(head.commit()).keys().keySet().stream()
                  .filter(other -> !other.equals(key) && other.startsWith(key))
                  .map(other -> Contents.name(other).dotted())
                  .sorted()
                  .limit(4)
                  .toList();
          if (!inside.isEmpty()) {
            throw new EngineException(
                ErrorCode.NAMESPACE_NOT_EMPTY,
                "namespace "
                    + String.join(".", namespace)
                    + " is not empty: it holds "
                    + String.join(", ", inside),
                null,
                "drop what is in it first",
                null);
          }
          return new Commits.Change<>(List.of(Operation.Delete.of(key)), "", () -> {});
        });
  }

  private ContentKey existing(PinnedRef head, List<String> namespace) {
    return contents
        .canonical(head.commit(), Contents.key(namespace))
        .filter(
            key -> contents.get(head.commit(), key).filter(Namespace.class::isInstance).isPresent())
        .orElseThrow(
            () -> {
              String wanted = String.join(".", namespace);
              List<String> names =
                  list(head).stream().map(levels -> String.join(".", levels)).toList();
              return new EngineException(
                  ErrorCode.NAMESPACE_NOT_FOUND,
                  "there is no namespace " + wanted + " on \"" + head.name() + "\"",
                  null,
                  NearestName.hint(wanted, names).orElse(null),
                  null);
            });
  }

  /// Puts of those of a namespace's levels that are not there.
  static List<Operation> missing(Contents contents, PinnedRef head, List<String> namespace) {
    List<Operation> operations = new ArrayList<>();
    for (int depth = 1; depth <= namespace.size(); depth++) {
      ContentKey key = Contents.key(namespace.subList(0, depth));
      Optional<Content> there = contents.get(head.commit(), key);
      if (there.isEmpty()) {
        operations.add(Operation.Put.of(key, Namespace.of(key.getElements())));
      } else if (!(there.get() instanceof Namespace)) {
        throw new EngineException(
            ErrorCode.DUPLICATE_NAME,
            Contents.name(key) + " is a table or view and cannot be a namespace as well");
      }
    }
    return operations;
  }
}
