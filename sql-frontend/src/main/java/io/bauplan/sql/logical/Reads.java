package io.bauplan.sql.logical;

import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.EntryState;
import io.bauplan.sql.catalog.MaterializedView.Input;
import io.bauplan.sql.plan.TableRef;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What one statement looked up in the catalog: the tables, views and functions its names stood
/// for, those inside views as well, and the names that were tried in vain. One per statement.
public final class Reads {
  private final Map<TableRef, Optional<CatalogEntry>> entries = new LinkedHashMap<>();
  private final Set<String> unrepeatable = new LinkedHashSet<>();

  void note(TableRef name, Optional<CatalogEntry> entry) {
    entries.put(entry.map(CatalogEntry::name).orElse(name), entry);
  }

  /// Notes something that the reference alone does not determine, as words: `the file x.csv`.
  void noteUnrepeatable(String what) {
    unrepeatable.add(what);
  }

  /// Names with what stood there.
  public List<Input> inputs() {
    return entries.entrySet().stream()
        .map(entry -> new Input(entry.getKey(), EntryState.of(entry.getValue())))
        .toList();
  }

  public boolean includes(TableRef name) {
    return entries.getOrDefault(name, Optional.empty()).isPresent();
  }

  public Set<String> unrepeatable() {
    return Set.copyOf(unrepeatable);
  }
}
