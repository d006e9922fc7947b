package io.bauplan.sql.session;

import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.TableRef;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// TPC-DS's tables with the statistics that their Iceberg manifests have at scale factor 1, from
/// `tpcds-statistics.txt`: a line a table with its name and rows, below it a line a column with
/// name, type, lower and upper bound, number of NULLs, of distinct values where known, and of bytes
/// stored. `tests/bench/tpcds-statistics` writes that file.
public final class TpcdsTables {
  private TpcdsTables() {}

  public static MemoryCatalog catalog() {
    MemoryCatalog catalog = new MemoryCatalog();
    List<String[]> columns = new ArrayList<>();
    String[] table = {};
    for (String line : GoldenPlans.resource("/tpcds-statistics.txt").lines().toList()) {
      if (line.startsWith("\t")) {
        columns.add(line.substring(1).split("\t", -1));
        continue;
      }
      add(catalog, table, columns);
      table = line.split("\t");
      columns.clear();
    }
    add(catalog, table, columns);
    return catalog;
  }

  private static void add(MemoryCatalog catalog, String[] table, List<String[]> lines) {
    if (table.length == 0) {
      return;
    }
    List<Column> columns = new ArrayList<>();
    for (String[] line : lines) {
      columns.add(
          new Column(
              line[0], type(line[1].replace(" NOT NULL", "")), !line[1].endsWith("NOT NULL")));
    }
    MemoryTable made =
        new MemoryTable(
            new TableRef(List.of("bauplan"), table[0]), columns, Long.parseLong(table[1]));
    for (int i = 0; i < lines.size(); i++) {
      String[] line = lines.get(i);
      DataType type = columns.get(i).type();
      made.with(
          line[0],
          value(line[2], type),
          value(line[3], type),
          Long.parseLong(line[4]),
          number(line[5]),
          number(line[6]));
    }
    catalog.add(new CatalogEntry.Table(made));
  }

  private static OptionalLong number(String text) {
    return text.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(text));
  }

  private static DataType type(String name) {
    return switch (name) {
      case "BIGINT" -> DataType.INT64;
      case "INTEGER" -> DataType.INT32;
      case "DATE" -> DataType.DATE;
      case "VARCHAR" -> DataType.VARCHAR;
      case "DECIMAL(5, 2)" -> new DataType.DecimalType(5, 2);
      case "DECIMAL(7, 2)" -> new DataType.DecimalType(7, 2);
      case "DECIMAL(15, 2)" -> new DataType.DecimalType(15, 2);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static @Nullable Object value(String text, DataType type) {
    if (text.isEmpty()) {
      return null;
    }
    return switch (type) {
      case DataType.VarcharType ignored -> text;
      case DataType.DecimalType ignored -> new BigDecimal(text);
      default -> Long.valueOf(text);
    };
  }
}
