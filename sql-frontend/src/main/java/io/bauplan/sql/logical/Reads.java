package io.bauplan.sql.logical;

import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.EntryState;
import io.bauplan.sql.catalog.MaterializedView.Input;
import io.bauplan.sql.plan.DataFileFormat;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.TableRef;
import java.util.ArrayList;
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
  private final List<Files> files = new ArrayList<>();

  /// Files read in place.
  ///
  /// @param described what they were, which a plan that was made of it is good for
  public record Files(
      DataFileFormat format,
      String uri,
      Map<String, String> options,
      PhysicalPlan.FileScan described) {}

  void note(TableRef name, Optional<CatalogEntry> entry) {
    entries.put(entry.map(CatalogEntry::name).orElse(name), entry);
  }

  /// Notes something that the reference alone does not determine, as words: `the model x`.
  void noteUnrepeatable(String what) {
    unrepeatable.add(what);
  }

  void noteFiles(Files read) {
    files.add(read);
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

  /// What the reference alone does not determine, files included.
  public Set<String> unrepeatable() {
    Set<String> all = new LinkedHashSet<>(unrepeatable);
    files.forEach(read -> all.add("the file " + read.uri()));
    return Set.copyOf(all);
  }

  /// Whether the reference and the files determine everything.
  boolean onlyFilesUnrepeatable() {
    return unrepeatable.isEmpty();
  }

  public List<Files> files() {
    return List.copyOf(files);
  }
}
