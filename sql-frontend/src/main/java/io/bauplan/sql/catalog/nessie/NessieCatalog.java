package io.bauplan.sql.catalog.nessie;

import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.CatalogUpkeep;
import io.bauplan.sql.catalog.Commit;
import io.bauplan.sql.catalog.CommitInfo;
import io.bauplan.sql.catalog.MergeOutcome;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.catalog.RefKind;
import io.bauplan.sql.catalog.TableAlteration;
import io.bauplan.sql.catalog.TableChange;
import io.bauplan.sql.catalog.TableDefinition;
import io.bauplan.sql.catalog.iceberg.BoundedCache;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.udf.api.FunctionDefinition;
import java.util.List;
import java.util.Optional;

/// [Catalog] over Nessie: passes each call to the part that knows about it.
final class NessieCatalog implements Catalog {
  private final NessieStore store;
  private final Runnable closeNessie;
  private final References references;
  private final Entries entries;
  private final Merges merges;
  private final Namespaces namespaces;
  private final TableWrites tableWrites;
  private final EntryWrites entryWrites;
  private final Upkeep upkeep;

  /// By commit: a query asks for them each time, and few commits are asked about.
  private final BoundedCache<String, List<CatalogEntry.View>> materializedViews =
      new BoundedCache<>(MAX_CACHED_MATERIALIZED_VIEWS, views -> 1L + views.size());

  private static final long MAX_CACHED_MATERIALIZED_VIEWS = 10_000;

  /// Takes ownership of the store's parts and of what `closeNessie` closes.
  NessieCatalog(NessieStore store, Runnable closeNessie) {
    this.store = store;
    this.closeNessie = closeNessie;
    this.references = new References(store.api());
    Contents contents = new Contents(store.api());
    Commits commits = new Commits(store.api(), references);
    this.entries = new Entries(store, contents);
    this.merges = new Merges(store, references, contents, commits);
    this.namespaces = new Namespaces(contents, commits);
    this.tableWrites = new TableWrites(store, contents, commits, entries);
    this.entryWrites = new EntryWrites(store, contents, commits, entries);
    this.upkeep = new Upkeep(store, references, contents, entries, tableWrites);
  }

  @Override
  public PinnedRef resolve(String reference) {
    return references.resolve(reference);
  }

  @Override
  public List<PinnedRef> references() {
    return references.list();
  }

  @Override
  public PinnedRef createBranch(String name, PinnedRef from) {
    return references.create(name, RefKind.BRANCH, from);
  }

  @Override
  public PinnedRef createTag(String name, PinnedRef from) {
    return references.create(name, RefKind.TAG, from);
  }

  @Override
  public void deleteReference(PinnedRef reference) {
    references.delete(reference);
  }

  @Override
  public PinnedRef assign(PinnedRef reference, PinnedRef to) {
    return references.assign(reference, to);
  }

  @Override
  public List<Commit> log(PinnedRef reference, int limit) {
    return references.log(reference, limit);
  }

  @Override
  public List<TableRef> changedBetween(PinnedRef from, PinnedRef to) {
    return entries.changedBetween(from, to);
  }

  @Override
  public MergeOutcome merge(PinnedRef source, String targetBranch, CommitInfo info) {
    return merges.merge(source, targetBranch, info);
  }

  @Override
  public List<List<String>> namespaces(PinnedRef at) {
    return namespaces.list(at);
  }

  @Override
  public void createNamespace(String branch, List<String> namespace, CommitInfo info) {
    namespaces.create(branch, namespace, info);
  }

  @Override
  public void dropNamespace(String branch, List<String> namespace, CommitInfo info) {
    namespaces.drop(branch, namespace, info);
  }

  @Override
  public List<EntryName> list(PinnedRef at, Optional<List<String>> namespace) {
    return entries.list(at, namespace);
  }

  @Override
  public Optional<CatalogEntry> find(PinnedRef at, TableRef name) {
    return entries.find(at, name);
  }

  @Override
  public List<CatalogEntry.View> materializedViews(PinnedRef at) {
    return materializedViews.get(at.commit(), commit -> Catalog.super.materializedViews(at));
  }

  @Override
  public CatalogUpkeep upkeep() {
    return upkeep;
  }

  @Override
  public Optional<TableRef> canonical(PinnedRef at, TableRef name) {
    return entries.canonical(at, name);
  }

  @Override
  public CatalogTable createTable(String branch, TableDefinition definition, CommitInfo info) {
    return tableWrites.create(branch, definition, Optional.empty(), OnExisting.FAIL, info);
  }

  @Override
  public CatalogTable createTableAs(
      String branch,
      TableDefinition definition,
      TableWriter writer,
      OnExisting onExisting,
      CommitInfo info) {
    return tableWrites.create(branch, definition, Optional.of(writer), onExisting, info);
  }

  @Override
  public CatalogTable registerTable(
      String branch, TableRef name, String metadataLocation, CommitInfo info) {
    return tableWrites.register(branch, name, metadataLocation, info);
  }

  @Override
  public void commit(String branch, TableChange change, CommitInfo info) {
    tableWrites.commit(branch, change, info);
  }

  @Override
  public void alterTable(
      String branch, TableRef table, List<TableAlteration> changes, CommitInfo info) {
    tableWrites.alter(branch, table, changes, info);
  }

  @Override
  public void createView(
      String branch, CatalogEntry.View view, OnExisting onExisting, CommitInfo info) {
    entryWrites.createView(branch, view, onExisting, info);
  }

  @Override
  public void createFunction(
      String branch,
      TableRef name,
      FunctionDefinition definition,
      OnExisting onExisting,
      CommitInfo info) {
    entryWrites.createFunction(branch, name, definition, onExisting, info);
  }

  @Override
  public void drop(String branch, TableRef name, EntryKind kind, CommitInfo info) {
    entryWrites.drop(branch, name, kind, info);
  }

  @Override
  public void rename(String branch, TableRef from, TableRef to, CommitInfo info) {
    entryWrites.rename(branch, from, to, info);
  }

  @Override
  public String warehouseLocation() {
    return store.warehouse();
  }

  @Override
  public void close() {
    try {
      store.io().close();
    } finally {
      closeNessie.run();
    }
  }
}
