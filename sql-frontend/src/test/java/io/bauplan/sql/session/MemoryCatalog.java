package io.bauplan.sql.session;

import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.Commit;
import io.bauplan.sql.catalog.CommitInfo;
import io.bauplan.sql.catalog.MergeOutcome;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.catalog.RefKind;
import io.bauplan.sql.catalog.TableAlteration;
import io.bauplan.sql.catalog.TableChange;
import io.bauplan.sql.catalog.TableDefinition;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.udf.api.FunctionDefinition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A catalog in memory whose references each hold a map of entries; it can be read and given
/// entries, and refuses everything else: the planner only reads.
public final class MemoryCatalog implements Catalog {
  private final Map<String, Map<TableRef, CatalogEntry>> branches = new LinkedHashMap<>();
  private int commits;

  public MemoryCatalog() {
    branches.put(DEFAULT_BRANCH, new LinkedHashMap<>());
  }

  public MemoryCatalog add(CatalogEntry entry) {
    return add(DEFAULT_BRANCH, entry);
  }

  public MemoryCatalog add(String branch, CatalogEntry entry) {
    branches.computeIfAbsent(branch, b -> new LinkedHashMap<>()).put(entry.name(), entry);
    commits++;
    return this;
  }

  @Override
  public PinnedRef resolve(String reference) {
    String name = reference.replaceAll("[@*~].*", "");
    if (!branches.containsKey(name)) {
      throw new EngineException(
          ErrorCode.REF_NOT_FOUND, "branch or tag \"" + name + "\" does not exist");
    }
    return new PinnedRef(name, RefKind.BRANCH, Integer.toHexString(0xc0ffee + commits));
  }

  @Override
  public List<PinnedRef> references() {
    return branches.keySet().stream().map(this::resolve).toList();
  }

  @Override
  public List<List<String>> namespaces(PinnedRef at) {
    return entries(at).keySet().stream().map(TableRef::namespace).distinct().toList();
  }

  @Override
  public List<EntryName> list(PinnedRef at, Optional<List<String>> namespace) {
    List<EntryName> names = new ArrayList<>();
    entries(at)
        .forEach(
            (name, entry) -> {
              if (namespace.isEmpty() || namespace.get().equals(name.namespace())) {
                EntryKind kind =
                    switch (entry) {
                      case CatalogEntry.Table ignored -> EntryKind.TABLE;
                      case CatalogEntry.View ignored -> EntryKind.VIEW;
                      case CatalogEntry.Function ignored -> EntryKind.FUNCTION;
                    };
                names.add(new EntryName(name, kind));
              }
            });
    return names;
  }

  @Override
  public Optional<CatalogEntry> find(PinnedRef at, TableRef name) {
    return canonical(at, name).map(entries(at)::get);
  }

  @Override
  public Optional<TableRef> canonical(PinnedRef at, TableRef name) {
    return entries(at).keySet().stream()
        .filter(key -> key.dotted().equalsIgnoreCase(name.dotted()))
        .findFirst();
  }

  private Map<TableRef, CatalogEntry> entries(PinnedRef at) {
    return java.util.Objects.requireNonNull(branches.get(at.name()), at.name());
  }

  @Override
  public List<Commit> log(PinnedRef reference, int limit) {
    return List.of();
  }

  @Override
  public List<TableRef> changedBetween(PinnedRef from, PinnedRef to) {
    return List.of();
  }

  @Override
  public String warehouseLocation() {
    return "memory:/";
  }

  @Override
  public void close() {}

  @Override
  public PinnedRef createBranch(String name, PinnedRef from) {
    throw readOnly();
  }

  @Override
  public PinnedRef createTag(String name, PinnedRef from) {
    throw readOnly();
  }

  @Override
  public void deleteReference(PinnedRef reference) {
    throw readOnly();
  }

  @Override
  public PinnedRef assign(PinnedRef reference, PinnedRef to) {
    throw readOnly();
  }

  @Override
  public MergeOutcome merge(PinnedRef source, String targetBranch, CommitInfo info) {
    throw readOnly();
  }

  @Override
  public void createNamespace(String branch, List<String> namespace, CommitInfo info) {
    throw readOnly();
  }

  @Override
  public void dropNamespace(String branch, List<String> namespace, CommitInfo info) {
    throw readOnly();
  }

  @Override
  public CatalogTable createTable(String branch, TableDefinition definition, CommitInfo info) {
    throw readOnly();
  }

  @Override
  public CatalogTable createTableAs(
      String branch,
      TableDefinition definition,
      TableWriter writer,
      OnExisting onExisting,
      CommitInfo info) {
    throw readOnly();
  }

  @Override
  public void commit(String branch, TableChange change, CommitInfo info) {
    throw readOnly();
  }

  @Override
  public void createView(
      String branch, CatalogEntry.View view, OnExisting onExisting, CommitInfo info) {
    throw readOnly();
  }

  @Override
  public void createFunction(
      String branch,
      TableRef name,
      FunctionDefinition definition,
      OnExisting onExisting,
      CommitInfo info) {
    throw readOnly();
  }

  @Override
  public void drop(String branch, TableRef name, EntryKind kind, CommitInfo info) {
    throw readOnly();
  }

  @Override
  public void rename(String branch, TableRef from, TableRef to, CommitInfo info) {
    throw readOnly();
  }

  @Override
  public void alterTable(
      String branch, TableRef table, List<TableAlteration> changes, CommitInfo info) {
    throw readOnly();
  }

  private static UnsupportedOperationException readOnly() {
    return new UnsupportedOperationException("the planner must not write");
  }
}
