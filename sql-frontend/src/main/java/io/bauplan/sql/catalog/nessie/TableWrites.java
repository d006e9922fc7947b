package io.bauplan.sql.catalog.nessie;

import io.bauplan.sql.catalog.Catalog.EntryKind;
import io.bauplan.sql.catalog.Catalog.OnExisting;
import io.bauplan.sql.catalog.Catalog.TableWriter;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.CommitInfo;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.catalog.TableAlteration;
import io.bauplan.sql.catalog.TableChange;
import io.bauplan.sql.catalog.TableDefinition;
import io.bauplan.sql.catalog.iceberg.TableUpdate;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.plan.WriteTarget;
import io.bauplan.sql.plan.WrittenFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.projectnessie.model.Content;
import org.projectnessie.model.ContentKey;
import org.projectnessie.model.IcebergTable;
import org.projectnessie.model.Operation;

/// Creates tables and changes their rows and schemas.
final class TableWrites {
  private final NessieStore store;
  private final Contents contents;
  private final Commits commits;
  private final Entries entries;
  private final Names names;

  TableWrites(NessieStore store, Contents contents, Commits commits, Entries entries) {
    this.store = store;
    this.contents = contents;
    this.commits = commits;
    this.entries = entries;
    this.names = new Names(contents, entries);
  }

  /// Creates or replaces a table. With a writer the branch is not locked while it runs; when the
  /// name was taken meanwhile, the commit fails.
  CatalogTable create(
      String branch,
      TableDefinition definition,
      Optional<TableWriter> writer,
      OnExisting onExisting,
      CommitInfo info) {
    Prepared prepared = prepare(names.head(store, branch), definition, onExisting);
    try {
      if (writer.isPresent()) {
        WriteTarget target = prepared.update().writeTarget();
        List<WrittenFile> files = writer.get().write(target);
        prepared.update().append(target, files, summary(info));
      }
      return commitPrepared(branch, prepared, info);
    } catch (RuntimeException e) {
      Commits.discardIfCertain(prepared.update()::discard, e);
      throw e;
    }
  }

  /// @param existing the content that is replaced
  private record Prepared(
      PinnedRef head, TableRef name, Optional<IcebergTable> existing, TableUpdate update) {}

  private Prepared prepare(PinnedRef head, TableDefinition definition, OnExisting onExisting) {
    Optional<IcebergTable> existing =
        names.forCreation(head, definition.name(), EntryKind.TABLE, onExisting, IcebergTable.class);
    TableRef name = names.created(head, definition.name());
    TableDefinition named = definition.withName(name);
    TableUpdate update =
        existing.isPresent()
            ? TableUpdate.replace(store.tables(), named, existing.get().getMetadataLocation())
            : TableUpdate.create(store.tables(), named, store.warehouse());
    return new Prepared(head, name, existing, update);
  }

  private CatalogTable commitPrepared(String branch, Prepared prepared, CommitInfo info) {
    TableUpdate.WrittenTable written = prepared.update().write();
    ContentKey key = Contents.key(prepared.name());
    commits.commitOn(
        branch,
        info,
        head -> {
          names.checkUnchanged(head, prepared.head(), key);
          List<Operation> operations =
              new ArrayList<>(Namespaces.missing(contents, head, prepared.name().namespace()));
          operations.add(
              Operation.Put.of(
                  key, content(written, prepared.existing().map(IcebergTable::getId))));
          return operations;
        });
    return store.tables().table(prepared.name(), written.metadataLocation());
  }

  CatalogTable register(String branch, TableRef name, String location, CommitInfo info) {
    PinnedRef before = names.head(store, branch);
    Optional<IcebergTable> ignored =
        names.forCreation(before, name, EntryKind.TABLE, OnExisting.FAIL, IcebergTable.class);
    TableRef full = names.created(before, name);
    ContentKey key = Contents.key(full);
    TableUpdate.WrittenTable found = TableUpdate.written(store.tables(), location);
    commits.commitOn(
        branch,
        info,
        head -> {
          names.checkUnchanged(head, before, key);
          List<Operation> operations =
              new ArrayList<>(Namespaces.missing(contents, head, full.namespace()));
          operations.add(Operation.Put.of(key, content(found, Optional.empty())));
          return operations;
        });
    return store.tables().table(full, location);
  }

  void commit(String branch, TableChange change, CommitInfo info) {
    if (change instanceof TableChange.Append && change.files().isEmpty()) {
      return;
    }
    update(branch, change.target().table(), info, update -> update.apply(change, summary(info)));
  }

  void alter(String branch, TableRef table, List<TableAlteration> changes, CommitInfo info) {
    update(branch, table, info, update -> update.alter(changes));
  }

  /// Changes a table on whatever head it is committed on.
  interface Step {
    void apply(TableUpdate update);
  }

  void update(String branch, TableRef table, CommitInfo info, Step step) {
    commits.commit(
        branch,
        info,
        Commits.OnConflict.RETRY,
        head -> {
          ContentKey key = names.existing(head, table, EntryKind.TABLE);
          IcebergTable content = table(head, key);
          TableUpdate update =
              TableUpdate.of(Contents.name(key), store.tables(), content.getMetadataLocation());
          try {
            step.apply(update);
            TableUpdate.WrittenTable written = update.write();
            Operation put = Operation.Put.of(key, content(written, Optional.of(content.getId())));
            return new Commits.Change<>(List.of(put), "", update::discard);
          } catch (RuntimeException e) {
            update.discard();
            throw e;
          }
        });
  }

  private IcebergTable table(PinnedRef head, ContentKey key) {
    Content content = contents.get(head.commit(), key).orElseThrow();
    if (content instanceof IcebergTable table) {
      return table;
    }
    throw entries.missing(head, Contents.name(key), EntryKind.TABLE);
  }

  static IcebergTable content(TableUpdate.WrittenTable written, Optional<String> id) {
    return id.isPresent()
        ? IcebergTable.of(
            written.metadataLocation(),
            written.snapshotId(),
            written.schemaId(),
            written.specId(),
            written.sortOrderId(),
            id.get())
        : IcebergTable.of(
            written.metadataLocation(),
            written.snapshotId(),
            written.schemaId(),
            written.specId(),
            written.sortOrderId());
  }

  /// What of a commit's properties goes into the snapshot's summary as well: all, so that a table's
  /// history names jobs even where the catalog's log is out of reach.
  private static Map<String, String> summary(CommitInfo info) {
    return info.properties();
  }
}
