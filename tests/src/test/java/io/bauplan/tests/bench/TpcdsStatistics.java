package io.bauplan.tests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.bauplan.exec.engine.Engine;
import io.bauplan.exec.engine.EngineConfig;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.ColumnStatistics;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.tests.support.TpcdsWarehouse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Writes the statistics that the golden plans of TPC-DS are made with, out of the manifests of
/// generated tables. Run by `tests/bench/tpcds-statistics`; its format is in `TpcdsTables`.
class TpcdsStatistics {
  private static final Path FILE =
      Path.of("../sql-frontend/src/test/resources/tpcds-statistics.txt");

  @Test
  void areWritten(@TempDir Path temporary) throws IOException {
    StringBuilder text = new StringBuilder();
    Path warehouse = Path.of(System.getProperty("tpcds.warehouse", temporary.toString()));
    try (Engine engine = Engine.open(EngineConfig.of(warehouse))) {
      TpcdsWarehouse.generateIfAbsent(engine, System.getProperty("tpcds.scale", "1"));
      for (CatalogTable table : TpcdsWarehouse.tables(engine)) {
        text.append(table.name().name()).append('\t').append(table.rowCount().orElseThrow());
        text.append('\n');
        for (ScanColumn column : table.columns()) {
          append(text, column, table.statistics(column.fieldId()).orElseThrow());
        }
      }
    }
    assertThat(text).isNotEmpty();
    Files.writeString(FILE, text);
  }

  private static void append(StringBuilder text, ScanColumn column, ColumnStatistics statistics) {
    text.append('\t').append(column.column().name());
    text.append('\t').append(column.column().type().sql());
    text.append(column.column().nullable() ? "" : " NOT NULL");
    text.append('\t').append(Objects.requireNonNullElse(statistics.lower(), ""));
    text.append('\t').append(Objects.requireNonNullElse(statistics.upper(), ""));
    text.append('\t').append(text(statistics.nullCount()));
    text.append('\t').append(text(statistics.distinctCount()));
    text.append('\t').append(text(statistics.storedBytes())).append('\n');
  }

  private static String text(OptionalLong number) {
    return number.isPresent() ? Long.toString(number.getAsLong()) : "";
  }
}
