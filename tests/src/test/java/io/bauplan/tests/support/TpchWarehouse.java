package io.bauplan.tests.support;

import io.bauplan.exec.engine.Engine;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.plan.TableRef;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// TPC-H's tables in a warehouse, and as DuckDB's views over the very files that we wrote.
public final class TpchWarehouse {
  public static final List<String> TABLES =
      List.of("region", "nation", "supplier", "customer", "part", "partsupp", "orders", "lineitem");

  private TpchWarehouse() {}

  public static void generateIfAbsent(Engine engine, String scale) {
    if (table(engine, "lineitem").isEmpty()) {
      EngineRows.run(engine, "CALL system.generate_tpch(scale => " + scale + ")");
    }
  }

  public static void attach(Engine engine, DuckDb duck) {
    for (String table : TABLES) {
      duck.execute(
          "CREATE VIEW "
              + table
              + " AS SELECT * FROM read_parquet(["
              + files(engine, table)
              + "])");
    }
  }

  private static Optional<CatalogEntry> table(Engine engine, String name) {
    return engine
        .catalog()
        .find(engine.catalog().resolve("main"), new TableRef(List.of("bauplan"), name));
  }

  private static String files(Engine engine, String name) {
    CatalogTable table = ((CatalogEntry.Table) table(engine, name).orElseThrow()).table();
    return table.planFiles(table.currentSnapshotId(), table.columns(), Optional.empty()).stream()
        .map(file -> "'" + file.location().replaceFirst("^file:(//)?", "") + "'")
        .collect(Collectors.joining(", "));
  }
}
