package io.bauplan.sql.session;

import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.ColumnStatistics;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataFileFormat;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.ScanFile;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.plan.WriteTarget;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// A table of [MemoryCatalog]: columns, a row count and statistics, one pretended file.
public final class MemoryTable implements CatalogTable {
  private final TableRef name;
  private final List<ScanColumn> columns = new ArrayList<>();
  private final Map<Integer, ColumnStatistics> statistics = new HashMap<>();
  private final long rows;

  public MemoryTable(TableRef name, List<Column> columns, long rows) {
    this.name = name;
    this.rows = rows;
    for (Column column : columns) {
      this.columns.add(new ScanColumn(this.columns.size() + 1, column));
    }
  }

  public MemoryTable with(String column, Object lower, Object upper, OptionalLong distinct) {
    return with(column, lower, upper, 0, distinct, OptionalLong.empty());
  }

  public MemoryTable with(
      String column,
      @Nullable Object lower,
      @Nullable Object upper,
      long nulls,
      OptionalLong distinct,
      OptionalLong storedBytes) {
    int id =
        columns.stream()
            .filter(c -> c.column().name().equals(column))
            .findFirst()
            .orElseThrow()
            .fieldId();
    statistics.put(
        id, new ColumnStatistics(lower, upper, OptionalLong.of(nulls), distinct, storedBytes));
    return this;
  }

  @Override
  public TableRef name() {
    return name;
  }

  @Override
  public String uuid() {
    return name.dotted();
  }

  @Override
  public String metadataLocation() {
    return "memory:/" + name.dotted() + "/metadata.json";
  }

  @Override
  public List<ScanColumn> columns() {
    return columns;
  }

  @Override
  public long currentSnapshotId() {
    return 1;
  }

  @Override
  public List<SnapshotInfo> snapshots() {
    return List.of(new SnapshotInfo(1, Optional.empty(), 0, "append", Map.of()));
  }

  @Override
  public List<WriteTarget.PartitionField> partitioning() {
    return List.of();
  }

  @Override
  public Map<String, String> properties() {
    return Map.of();
  }

  @Override
  public int formatVersion() {
    return 2;
  }

  @Override
  public String location() {
    return "memory:/" + name.dotted();
  }

  @Override
  public OptionalLong rowCount() {
    return OptionalLong.of(rows);
  }

  @Override
  public OptionalLong sizeBytes() {
    return OptionalLong.of(rows * 100);
  }

  @Override
  public Optional<ColumnStatistics> statistics(int fieldId) {
    return Optional.ofNullable(statistics.get(fieldId));
  }

  @Override
  public List<ScanFile> planFiles(
      long snapshotId, List<ScanColumn> scanColumns, Optional<Expression> filter) {
    return List.of(
        new ScanFile(
            location() + "/data.parquet",
            DataFileFormat.PARQUET,
            rows * 100,
            rows,
            Map.of(),
            List.of()));
  }

  @Override
  public List<ScanColumn> columnsAt(long snapshotId) {
    return columns;
  }

  @Override
  public WriteTarget writeTarget() {
    return new WriteTarget(name, location() + "/data", columns, 0, List.of(), Map.of());
  }
}
