package io.bauplan.sql.explain;

import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.explain.ExplainNode.Files;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.ScanFile;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// How many files a scan would read if nothing were pruned.
@FunctionalInterface
public interface FileTotals {
  Optional<Files> of(PhysicalPlan.TableScan scan);

  FileTotals UNKNOWN = scan -> Optional.empty();

  /// Asks the catalog for the tables of `at`; a snapshot that its table does not have there (read
  /// through another reference) stays unknown.
  static FileTotals of(Catalog catalog, PinnedRef at) {
    return scan -> {
      if (!(catalog.find(at, scan.table()).orElse(null)
              instanceof CatalogEntry.Table(CatalogTable table))
          || table.snapshots().stream().noneMatch(known -> known.id() == scan.snapshotId())) {
        return Optional.empty();
      }
      List<ScanFile> files = table.planFiles(scan.snapshotId(), List.of(), Optional.empty());
      return Optional.of(
          new Files(
              files.size(), PlanNodes.bytes(files), OptionalLong.empty(), OptionalLong.empty()));
    };
  }
}
