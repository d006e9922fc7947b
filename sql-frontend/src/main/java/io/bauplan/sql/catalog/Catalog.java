package io.bauplan.sql.catalog;

import io.bauplan.sql.plan.TableRef;
import io.bauplan.udf.api.FunctionDefinition;
import java.util.List;
import java.util.Optional;

/// A catalog with branches and tags. Thread-safe. Reads take a [PinnedRef] and see exactly that
/// commit; writes take a branch name. Names match case-insensitively, an exact match first.
///
/// Errors are `EngineException`s: `REF_NOT_FOUND`, `TABLE_NOT_FOUND`, `TABLE_EXISTS`,
/// `COMMIT_CONFLICT`, `COMMIT_STATE_UNKNOWN`, `CATALOG_ERROR`, ...; messages for names that do not
/// exist offer the nearest.
public interface Catalog extends AutoCloseable {
  String DEFAULT_BRANCH = "main";
  String DEFAULT_NAMESPACE = "bauplan";

  /// Commits of a log that are searched for a publication whose outcome was not heard.
  int PUBLISH_SEARCH_COMMITS = 100;

  /// Resolves `branch`, `tag`, `branch@hash`, `@hash`, `branch*timestamp`, `branch~n`.
  PinnedRef resolve(String reference);

  List<PinnedRef> references();

  PinnedRef createBranch(String name, PinnedRef from);

  PinnedRef createTag(String name, PinnedRef from);

  /// Deletes the branch or tag, if it still is at the commit given.
  void deleteReference(PinnedRef reference);

  /// Points a branch or tag at another commit, if it still is at the commit given.
  PinnedRef assign(PinnedRef reference, PinnedRef to);

  /// Commits reachable from a reference, newest first, at most `limit`.
  List<Commit> log(PinnedRef reference, int limit);

  /// Names whose content differs between two commits.
  List<TableRef> changedBetween(PinnedRef from, PinnedRef to);

  /// Merges in one commit. Never forces: what both sides changed is a conflict.
  MergeOutcome merge(PinnedRef source, String targetBranch, CommitInfo info);

  List<List<String>> namespaces(PinnedRef at);

  void createNamespace(String branch, List<String> namespace, CommitInfo info);

  void dropNamespace(String branch, List<String> namespace, CommitInfo info);

  /// All names of tables, views and functions in one namespace, or in all where empty.
  List<EntryName> list(PinnedRef at, Optional<List<String>> namespace);

  Optional<CatalogEntry> find(PinnedRef at, TableRef name);

  /// The materialized views at a commit that go by the name of their storage table.
  default List<CatalogEntry.View> materializedViews(PinnedRef at) {
    List<CatalogEntry.View> views = new java.util.ArrayList<>();
    for (EntryName entry : list(at, Optional.empty())) {
      String storage = entry.name().name();
      if (entry.kind() == EntryKind.TABLE && storage.endsWith(MaterializedView.STORAGE_SUFFIX)) {
        int length = storage.length() - MaterializedView.STORAGE_SUFFIX.length();
        TableRef name = new TableRef(entry.name().namespace(), storage.substring(0, length));
        if (find(at, name).orElse(null) instanceof CatalogEntry.View view
            && MaterializedView.isMaterialized(view)) {
          views.add(view);
        }
      }
    }
    return views;
  }

  /// The spelling in which a name is stored, if it exists.
  Optional<TableRef> canonical(PinnedRef at, TableRef name);

  /// Creates an empty table (and its namespace where missing).
  CatalogTable createTable(String branch, TableDefinition definition, CommitInfo info);

  /// Creates a table with its first data in one commit; with `replace` an existing table is
  /// replaced, keeping its history where the schema allows.
  CatalogTable createTableAs(
      String branch,
      TableDefinition definition,
      TableWriter writer,
      OnExisting onExisting,
      CommitInfo info);

  /// Names a table that exists already, by the metadata file that another engine wrote. Its files
  /// stay where they are; later changes are written beside them.
  ///
  /// @throws io.bauplan.sql.error.EngineException `FILE_NOT_FOUND`, `MALFORMED_FILE`
  default CatalogTable registerTable(
      String branch, TableRef name, String metadataLocation, CommitInfo info) {
    throw new io.bauplan.sql.error.EngineException(
        io.bauplan.sql.error.ErrorCode.NOT_SUPPORTED, "this catalog registers no tables");
  }

  void commit(String branch, TableChange change, CommitInfo info);

  void createView(String branch, CatalogEntry.View view, OnExisting onExisting, CommitInfo info);

  void createFunction(
      String branch,
      TableRef name,
      FunctionDefinition definition,
      OnExisting onExisting,
      CommitInfo info);

  void drop(String branch, TableRef name, EntryKind kind, CommitInfo info);

  /// Renames a table or view.
  void rename(String branch, TableRef from, TableRef to, CommitInfo info);

  /// Adds, drops, renames or retypes columns, or sets properties, in one commit.
  void alterTable(String branch, TableRef table, List<TableAlteration> changes, CommitInfo info);

  default CatalogUpkeep upkeep() {
    throw new io.bauplan.sql.error.EngineException(
        io.bauplan.sql.error.ErrorCode.NOT_SUPPORTED, "this catalog has no maintenance");
  }

  /// Folder or URI under which tables live.
  String warehouseLocation();

  @Override
  void close();

  enum EntryKind {
    TABLE,
    VIEW,
    FUNCTION
  }

  enum OnExisting {
    FAIL,
    REPLACE
  }

  record EntryName(TableRef name, EntryKind kind) {}

  /// Writes the first files of a table being created; called once, before the commit.
  @FunctionalInterface
  interface TableWriter {
    List<io.bauplan.sql.plan.WrittenFile> write(io.bauplan.sql.plan.WriteTarget target);
  }
}
