package io.bauplan.tests.support;

import io.bauplan.exec.engine.Engine;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.plan.TableRef;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// TPC-DS's tables in a warehouse, and in DuckDB out of the very files that we wrote.
public final class TpcdsWarehouse {
  private static final List<String> NAMESPACE = List.of("bauplan");

  private TpcdsWarehouse() {}

  public static void generateIfAbsent(Engine engine, String scale) {
    TableRef last = new TableRef(NAMESPACE, "inventory");
    if (engine.catalog().find(engine.catalog().resolve("main"), last).isEmpty()) {
      EngineRows.run(engine, "CALL system.generate_tpcds(scale => " + scale + ")");
    }
  }

  public static List<CatalogTable> tables(Engine engine) {
    PinnedRef main = engine.catalog().resolve("main");
    return engine.catalog().list(main, Optional.of(NAMESPACE)).stream()
        .map(entry -> engine.catalog().find(main, entry.name()).orElseThrow())
        .map(entry -> ((CatalogEntry.Table) entry).table())
        .toList();
  }

  /// Copies the tables into DuckDB's memory: it then plans with statistics of its own.
  public static void load(Engine engine, DuckDb duck) {
    for (CatalogTable table : tables(engine)) {
      String files =
          table.planFiles(table.currentSnapshotId(), table.columns(), Optional.empty()).stream()
              .map(file -> "'" + file.location().replaceFirst("^file:(//)?", "") + "'")
              .collect(Collectors.joining(", "));
      duck.execute(
          "CREATE TABLE "
              + table.name().name()
              + " AS SELECT * FROM read_parquet(["
              + files
              + "])");
    }
  }
}
