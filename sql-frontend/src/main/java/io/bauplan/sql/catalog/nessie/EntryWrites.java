package io.bauplan.sql.catalog.nessie;

import io.bauplan.sql.catalog.Catalog.EntryKind;
import io.bauplan.sql.catalog.Catalog.OnExisting;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CommitInfo;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.catalog.iceberg.ViewFiles;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.udf.api.FunctionDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.projectnessie.model.Content;
import org.projectnessie.model.ContentKey;
import org.projectnessie.model.IcebergView;
import org.projectnessie.model.Operation;
import org.projectnessie.model.UDF;

/// Creates views and functions; drops and renames whatever there is.
final class EntryWrites {
  private final NessieStore store;
  private final Contents contents;
  private final Commits commits;
  private final Names names;

  EntryWrites(NessieStore store, Contents contents, Commits commits, Entries entries) {
    this.store = store;
    this.contents = contents;
    this.commits = commits;
    this.names = new Names(contents, entries);
  }

  void createView(String branch, CatalogEntry.View view, OnExisting onExisting, CommitInfo info) {
    commits.commit(
        branch,
        info,
        Commits.OnConflict.RETRY,
        head -> {
          @Nullable String id =
              names
                  .forCreation(head, view.name(), EntryKind.VIEW, onExisting, IcebergView.class)
                  .map(Content::getId)
                  .orElse(null);
          TableRef name = names.created(head, view.name());
          ViewFiles.WrittenView written = store.views().write(view, store.warehouse());
          IcebergView content =
              id == null
                  ? IcebergView.of(
                      written.metadataLocation(), written.versionId(), written.schemaId())
                  : IcebergView.of(
                      id, written.metadataLocation(), written.versionId(), written.schemaId());
          return put(head, name, content, written.metadataLocation());
        });
  }

  void createFunction(
      String branch,
      TableRef function,
      FunctionDefinition definition,
      OnExisting onExisting,
      CommitInfo info) {
    commits.commit(
        branch,
        info,
        Commits.OnConflict.RETRY,
        head -> {
          @Nullable String id =
              names
                  .forCreation(head, function, EntryKind.FUNCTION, onExisting, UDF.class)
                  .map(Content::getId)
                  .orElse(null);
          TableRef name = names.created(head, function);
          String location = store.functions().write(name, definition, store.warehouse());
          return put(head, name, FunctionContent.of(location, id), location);
        });
  }

  private Commits.Change<String> put(
      PinnedRef head, TableRef name, Content content, String writtenFile) {
    List<Operation> operations =
        new ArrayList<>(Namespaces.missing(contents, head, name.namespace()));
    operations.add(Operation.Put.of(Contents.key(name), content));
    return new Commits.Change<>(operations, "", () -> store.io().deleteFile(writtenFile));
  }

  void drop(String branch, TableRef name, EntryKind kind, CommitInfo info) {
    commits.commit(
        branch,
        info,
        Commits.OnConflict.RETRY,
        head -> {
          ContentKey key = names.existing(head, name, kind);
          return new Commits.Change<>(List.of(Operation.Delete.of(key)), "", () -> {});
        });
  }

  void rename(String branch, TableRef from, TableRef to, CommitInfo info) {
    commits.commit(
        branch,
        info,
        Commits.OnConflict.RETRY,
        head -> {
          ContentKey key = renamed(head, from);
          Content content = contents.get(head.commit(), key).orElseThrow();
          Optional<ContentKey> taken = contents.canonical(head.commit(), Contents.key(to));
          if (taken.isPresent() && !taken.get().equals(key)) {
            throw new EngineException(
                ErrorCode.TABLE_EXISTS,
                "there already is a " + Contents.name(taken.get()) + " on \"" + branch + "\"");
          }
          TableRef target = taken.isPresent() ? to : names.created(head, to);
          List<Operation> operations =
              new ArrayList<>(Namespaces.missing(contents, head, target.namespace()));
          operations.add(Operation.Delete.of(key));
          // The content keeps its id: to Nessie it is the same table under another name.
          operations.add(Operation.Put.of(Contents.key(target), content));
          return new Commits.Change<>(operations, "", () -> {});
        });
  }

  private ContentKey renamed(PinnedRef head, TableRef from) {
    Optional<ContentKey> key = contents.canonical(head.commit(), Contents.key(from));
    boolean isView =
        key.flatMap(stored -> contents.get(head.commit(), stored))
            .filter(IcebergView.class::isInstance)
            .isPresent();
    return names.existing(head, from, isView ? EntryKind.VIEW : EntryKind.TABLE);
  }
}
