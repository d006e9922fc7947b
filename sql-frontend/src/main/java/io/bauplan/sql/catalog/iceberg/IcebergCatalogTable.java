package io.bauplan.sql.catalog.iceberg;

import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.ColumnStatistics;
import io.bauplan.sql.catalog.ExactFigures;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.ScanFile;
import io.bauplan.sql.plan.SortKey;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.plan.WriteTarget;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.iceberg.NullOrder;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.SortDirection;
import org.apache.iceberg.SortField;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/// [CatalogTable] over one immutable Iceberg metadata file.
final class IcebergCatalogTable implements CatalogTable {
  private static final long NO_SNAPSHOT = -1;

  private final TableRef name;
  private final TableMetadata metadata;
  private final FileIO io;
  private final SnapshotFiles files;
  private final List<ScanColumn> columns;

  /// Of the current snapshot, once asked for. Two threads may both make it.
  private volatile @Nullable DistinctCounts distinctCounts;

  IcebergCatalogTable(
      TableRef name, TableMetadata metadata, FileIO io, SnapshotFiles.Cache snapshotFiles) {
    this.name = name;
    this.metadata = metadata;
    this.io = io;
    this.files = new SnapshotFiles(name, metadata, io, snapshotFiles);
    this.columns = IcebergTypes.columns(metadata.schema());
  }

  @Override
  public TableRef name() {
    return name;
  }

  @Override
  public String uuid() {
    return metadata.uuid();
  }

  @Override
  public String metadataLocation() {
    return metadata.metadataFileLocation();
  }

  @Override
  public List<ScanColumn> columns() {
    return columns;
  }

  @Override
  public long currentSnapshotId() {
    Snapshot current = metadata.currentSnapshot();
    return current == null ? NO_SNAPSHOT : current.snapshotId();
  }

  @Override
  public List<SnapshotInfo> snapshots() {
    return metadata.snapshots().stream()
        .map(
            snapshot ->
                new SnapshotInfo(
                    snapshot.snapshotId(),
                    Optional.ofNullable(snapshot.parentId()),
                    snapshot.timestampMillis(),
                    snapshot.operation() == null ? "" : snapshot.operation(),
                    Map.copyOf(snapshot.summary())))
        .toList();
  }

  @Override
  public Optional<MetadataRows> metadata(String kind) {
    return new MetadataTables(metadata, io).rows(kind);
  }

  @Override
  public List<WriteTarget.PartitionField> partitioning() {
    return partitioning(metadata.spec());
  }

  @Override
  public Map<String, String> properties() {
    return metadata.properties();
  }

  @Override
  public Set<String> copiedFiles() {
    return CopiedFiles.of(metadata);
  }

  @Override
  public int formatVersion() {
    return metadata.formatVersion();
  }

  @Override
  public Map<Integer, Literal> writeDefaults() {
    Map<Integer, Literal> defaults = new HashMap<>();
    for (NestedField field : metadata.schema().columns()) {
      Object value = IcebergValues.toLiteral(field.type(), field.writeDefault());
      if (value != null) {
        defaults.put(
            field.fieldId(), new Literal(value, IcebergTypes.dataType(field.name(), field.type())));
      }
    }
    return defaults;
  }

  @Override
  public String location() {
    return metadata.location();
  }

  @Override
  public OptionalLong rowCount() {
    Snapshot current = metadata.currentSnapshot();
    if (current == null) {
      return OptionalLong.of(0);
    }
    // The summary does not say how many rows an equality delete removes.
    OptionalLong equalityDeletes = summary(current, SnapshotSummary.TOTAL_EQ_DELETES_PROP);
    OptionalLong records = summary(current, SnapshotSummary.TOTAL_RECORDS_PROP);
    if (records.isEmpty() || equalityDeletes.orElse(0) > 0) {
      return OptionalLong.empty();
    }
    long deleted = summary(current, SnapshotSummary.TOTAL_POS_DELETES_PROP).orElse(0);
    return OptionalLong.of(Math.max(0, records.getAsLong() - deleted));
  }

  @Override
  public OptionalLong sizeBytes() {
    Snapshot current = metadata.currentSnapshot();
    return current == null
        ? OptionalLong.of(0)
        : summary(current, SnapshotSummary.TOTAL_FILE_SIZE_PROP);
  }

  static OptionalLong summary(Snapshot snapshot, String property) {
    String value = snapshot.summary() == null ? null : snapshot.summary().get(property);
    try {
      return value == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(value));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  @Override
  public Optional<ColumnStatistics> statistics(int fieldId) {
    Snapshot current = metadata.currentSnapshot();
    if (current == null) {
      return Optional.empty();
    }
    Optional<ColumnStatistics> fromFiles = files.statistics(current, fieldId);
    OptionalLong counted = distinctCounts(current).column(fieldId);
    return counted.isEmpty()
        ? fromFiles
        : Optional.of(fromFiles.orElse(ColumnStatistics.NONE).withDistinct(counted));
  }

  private DistinctCounts distinctCounts(Snapshot current) {
    DistinctCounts counts = distinctCounts;
    if (counts == null) {
      counts = DistinctCounts.of(metadata, current);
      distinctCounts = counts;
    }
    return counts;
  }

  @Override
  public Optional<ExactFigures> exactFigures(long snapshotId) {
    return snapshotId == NO_SNAPSHOT ? Optional.empty() : files.exact(snapshot(snapshotId));
  }

  @Override
  public List<ScanFile> planFiles(
      long snapshotId, List<ScanColumn> scanned, Optional<Expression> filter) {
    return snapshotId == NO_SNAPSHOT
        ? List.of()
        : files.plan(snapshot(snapshotId), scanned, filter);
  }

  @Override
  public List<ScanColumn> columnsAt(long snapshotId) {
    if (snapshotId == NO_SNAPSHOT) {
      return columns;
    }
    Integer schemaId = snapshot(snapshotId).schemaId();
    Schema schema = schemaId == null ? null : metadata.schemasById().get(schemaId);
    return schema == null ? columns : IcebergTypes.columns(schema);
  }

  private Snapshot snapshot(long snapshotId) {
    Snapshot snapshot = metadata.snapshot(snapshotId);
    if (snapshot == null) {
      throw new EngineException(
          ErrorCode.COMMIT_NOT_FOUND,
          "table " + name + " has no snapshot " + snapshotId + " (it may have expired)");
    }
    return snapshot;
  }

  @Override
  public WriteTarget writeTarget() {
    return writeTarget(name, metadata);
  }

  static WriteTarget writeTarget(TableRef name, TableMetadata metadata) {
    return new WriteTarget(
        name,
        dataLocation(metadata),
        IcebergTypes.columns(metadata.schema()),
        metadata.defaultSpecId(),
        partitioning(metadata.spec()),
        metadata.properties(),
        order(metadata.sortOrder(), metadata.schema()));
  }

  /// None where the table is sorted by more than plain columns: its files are then written as
  /// unsorted ones.
  private static WriteTarget.Order order(SortOrder order, Schema schema) {
    List<SortKey> keys = new ArrayList<>();
    for (SortField field : order.fields()) {
      int column = -1;
      for (int i = 0; i < schema.columns().size(); i++) {
        column = schema.columns().get(i).fieldId() == field.sourceId() ? i : column;
      }
      if (column < 0 || !field.transform().isIdentity()) {
        return WriteTarget.Order.NONE;
      }
      keys.add(
          new SortKey(
              column,
              field.direction() == SortDirection.ASC,
              field.nullOrder() == NullOrder.NULLS_FIRST));
    }
    return new WriteTarget.Order(order.orderId(), keys);
  }

  static String dataLocation(TableMetadata metadata) {
    String configured = metadata.properties().get(TableProperties.WRITE_DATA_LOCATION);
    return configured != null ? configured : metadata.location() + "/data";
  }

  private static List<WriteTarget.PartitionField> partitioning(PartitionSpec spec) {
    return spec.fields().stream()
        .filter(field -> !field.transform().isVoid())
        .map(IcebergCatalogTable::partitionField)
        .toList();
  }

  private static WriteTarget.PartitionField partitionField(PartitionField field) {
    return new WriteTarget.PartitionField(
        field.name(), field.sourceId(), field.transform().toString());
  }
}
