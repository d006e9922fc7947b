package io.bauplan.sql.catalog;

import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.Expression.Literal;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.ScanFile;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.plan.WriteTarget;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One Iceberg table at one commit. Immutable: a later commit has another object.
public interface CatalogTable {
  TableRef name();

  String uuid();

  /// The metadata file that this object was read from.
  String metadataLocation();

  /// Columns of the current schema with their field ids.
  List<ScanColumn> columns();

  /// `-1` for a table without a snapshot.
  long currentSnapshotId();

  List<SnapshotInfo> snapshots();

  List<WriteTarget.PartitionField> partitioning();

  Map<String, String> properties();

  /// By field id, what a column gets in new rows that do not say; NULL where absent.
  default Map<Integer, Literal> writeDefaults() {
    return Map.of();
  }

  /// Keys of the files that `COPY INTO` took the current rows from.
  default Set<String> copiedFiles() {
    return Set.of();
  }

  /// Iceberg's: 1, 2 or 3.
  int formatVersion();

  String location();

  /// Rows in the snapshot by its summary, deletes subtracted; empty = unknown.
  OptionalLong rowCount();

  OptionalLong sizeBytes();

  /// Statistics of a column over the current snapshot, from manifests; empty = none kept.
  Optional<ColumnStatistics> statistics(int fieldId);

  /// What is known exactly of a snapshot; empty where delete files exist or the snapshot is too
  /// large to look through.
  default Optional<ExactFigures> exactFigures(long snapshotId) {
    return Optional.empty();
  }

  /// Files of a snapshot that can hold rows satisfying `filter`, pruned by partitions and bounds.
  ///
  /// @param filter over `columns` by index; files are pruned by what of it can be, the reader
  ///     applies it
  List<ScanFile> planFiles(long snapshotId, List<ScanColumn> columns, Optional<Expression> filter);

  /// Columns as they were in a snapshot's schema.
  List<ScanColumn> columnsAt(long snapshotId);

  /// Iceberg's metadata about this table: `snapshots`, `history`, `files`, `partitions`,
  /// `manifests` or `refs`; empty for any other kind.
  default Optional<MetadataRows> metadata(String kind) {
    return Optional.empty();
  }

  /// @param rows values as in [Literal]
  record MetadataRows(RowType columns, List<List<@Nullable Object>> rows) {}

  /// Where and how to write further files of this table.
  WriteTarget writeTarget();

  /// @param summary Iceberg's snapshot summary
  record SnapshotInfo(
      long id,
      Optional<Long> parentId,
      long timestampMillis,
      String operation,
      Map<String, String> summary) {}
}
