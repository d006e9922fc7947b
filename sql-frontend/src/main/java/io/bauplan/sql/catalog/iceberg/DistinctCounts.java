package io.bauplan.sql.catalog.iceberg;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.iceberg.BlobMetadata;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.puffin.StandardBlobTypes;

/// Numbers of distinct values that statistics files tell of, whoever wrote them: the snapshot's
/// own, or else those of the nearest snapshot before it.
final class DistinctCounts {
  /// A column with so large a share of distinct values is taken for a key, which grows with the
  /// table.
  private static final double KEY = 0.9;

  /// Snapshots that are searched for statistics.
  private static final int MAX_ANCESTORS = 1_000;

  private final Map<Integer, Long> byField;

  private DistinctCounts(Map<Integer, Long> byField) {
    this.byField = byField;
  }

  static DistinctCounts of(TableMetadata metadata, Snapshot snapshot) {
    if (metadata.statisticsFiles().isEmpty()) {
      return new DistinctCounts(Map.of());
    }
    Map<Integer, Long> byField = new HashMap<>();
    Optional<Snapshot> at = Optional.of(snapshot);
    for (int i = 0; i < MAX_ANCESTORS && at.isPresent(); i++) {
      Snapshot found = at.get();
      for (StatisticsFile file : metadata.statisticsFiles()) {
        if (file.snapshotId() == found.snapshotId()) {
          add(file.blobMetadata(), growth(found, snapshot), rows(found), byField);
        }
      }
      at = Optional.ofNullable(found.parentId()).map(metadata::snapshot);
    }
    return new DistinctCounts(byField);
  }

  private static void add(
      Collection<BlobMetadata> blobs, double growth, long rows, Map<Integer, Long> byField) {
    for (BlobMetadata blob : blobs) {
      if (blob.type().equals(StandardBlobTypes.APACHE_DATASKETCHES_THETA_V1)
          && blob.fields().size() == 1) {
        distinct(blob)
            .ifPresent(
                counted ->
                    byField.putIfAbsent(
                        blob.fields().getFirst(),
                        counted >= KEY * rows ? Math.round(counted * growth) : counted));
      }
    }
  }

  private static OptionalLong distinct(BlobMetadata blob) {
    String text = blob.properties().get(StatisticsFiles.DISTINCT_VALUES);
    try {
      return text == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(text));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private static double growth(Snapshot from, Snapshot to) {
    return from == to ? 1 : Math.max(1, rows(to)) / (double) Math.max(1, rows(from));
  }

  private static long rows(Snapshot snapshot) {
    return IcebergCatalogTable.summary(snapshot, SnapshotSummary.TOTAL_RECORDS_PROP).orElse(0);
  }

  OptionalLong column(int fieldId) {
    Long counted = byField.get(fieldId);
    return counted == null ? OptionalLong.empty() : OptionalLong.of(counted);
  }
}
