package io.bauplan.sql.catalog.iceberg;

import io.bauplan.sql.catalog.ColumnStatistics;
import io.bauplan.sql.catalog.ExactFigures;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.ScanFile;
import io.bauplan.sql.plan.TableRef;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableScan;
import org.apache.iceberg.expressions.Evaluator;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.InclusiveMetricsEvaluator;
import org.apache.iceberg.expressions.Projections;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileIO;

/// Which files a snapshot has, and which of them a filter leaves.
///
/// Snapshots of up to [#MAX_CACHED_FILES] files are read once and kept with their bounds, so that
/// planning the next statement reads no manifest; larger ones go through Iceberg's planning every
/// time, which prunes whole manifests.
final class SnapshotFiles {
  /// Files of one snapshot that are kept in memory.
  static final int MAX_CACHED_FILES = 20_000;

  /// Bounds that all kept files together may have: a file's weight is 1 + its columns with bounds.
  private static final long MAX_CACHED_BOUNDS = 2_000_000;

  private final TableRef name;
  private final TableMetadata metadata;
  private final FileIO io;
  private final Cache cache;

  /// Shared by all tables of a catalog. Thread-safe.
  static final class Cache {
    private final BoundedCache<Key, Files> files =
        new BoundedCache<>(MAX_CACHED_BOUNDS, Files::weight);

    private record Key(String tableUuid, long snapshotId) {}

    /// @param statistics by field id; filled as asked for
    private record Files(List<FileScanTask> tasks, SnapshotStatistics statistics) {
      long weight() {
        long weight = 1;
        for (FileScanTask task : tasks) {
          weight += 1 + (task.file().lowerBounds() == null ? 0 : task.file().lowerBounds().size());
        }
        return weight;
      }
    }
  }

  SnapshotFiles(TableRef name, TableMetadata metadata, FileIO io, Cache cache) {
    this.name = name;
    this.metadata = metadata;
    this.io = io;
    this.cache = cache;
  }

  List<ScanFile> plan(
      Snapshot snapshot,
      List<ScanColumn> columns,
      Optional<io.bauplan.sql.plan.Expression> filter) {
    boolean cached = fitsCache(snapshot);
    // Partition specs are bound to the current schema, Iceberg's own planning to the snapshot's.
    Schema schema = cached ? metadata.schema() : schema(snapshot);
    Expression pruning =
        filter
            .map(condition -> new ScanFilters(schema, columns).convert(condition))
            .orElse(Expressions.alwaysTrue());
    if (pruning == Expressions.alwaysFalse()) {
      return List.of();
    }
    return cached ? prune(files(snapshot).tasks(), schema, pruning) : planLarge(snapshot, pruning);
  }

  Optional<ColumnStatistics> statistics(Snapshot snapshot, int fieldId) {
    return fitsCache(snapshot) ? files(snapshot).statistics().column(fieldId) : Optional.empty();
  }

  Optional<ExactFigures> exact(Snapshot snapshot) {
    return fitsCache(snapshot) ? files(snapshot).statistics().exact() : Optional.empty();
  }

  /// The scan tasks of some data files, by location; those that the snapshot does not have are
  /// absent.
  Map<String, FileScanTask> tasks(Snapshot snapshot, Set<String> locations) {
    Map<String, FileScanTask> found = new HashMap<>();
    Consumer<FileScanTask> add =
        task -> {
          if (locations.contains(task.file().location())) {
            found.put(task.file().location(), task);
          }
        };
    if (locations.isEmpty()) {
      return found;
    }
    if (fitsCache(snapshot)) {
      files(snapshot).tasks().forEach(add);
    } else {
      forEachTask(scan(snapshot).includeColumnStats(), add);
    }
    return found;
  }

  private boolean fitsCache(Snapshot snapshot) {
    OptionalLong files =
        IcebergCatalogTable.summary(snapshot, SnapshotSummary.TOTAL_DATA_FILES_PROP);
    return files.isPresent() && files.getAsLong() <= MAX_CACHED_FILES;
  }

  private Schema schema(Snapshot snapshot) {
    Integer id = snapshot.schemaId();
    Schema schema = id == null ? null : metadata.schemasById().get(id);
    return schema == null ? metadata.schema() : schema;
  }

  private Cache.Files files(Snapshot snapshot) {
    return cache.files.get(
        new Cache.Key(metadata.uuid(), snapshot.snapshotId()), key -> read(snapshot));
  }

  private Cache.Files read(Snapshot snapshot) {
    List<FileScanTask> tasks = new ArrayList<>();
    forEachTask(scan(snapshot).includeColumnStats(), tasks::add);
    return new Cache.Files(List.copyOf(tasks), new SnapshotStatistics(schema(snapshot), tasks));
  }

  private TableScan scan(Snapshot snapshot) {
    BaseTable table = StagedTableOperations.table(name, new StagedTableOperations(metadata, io));
    return table.newScan().useSnapshot(snapshot.snapshotId());
  }

  private void forEachTask(TableScan scan, Consumer<FileScanTask> consumer) {
    try (CloseableIterable<FileScanTask> tasks = scan.planFiles()) {
      tasks.forEach(consumer);
    } catch (EngineException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw StorageErrors.reading("the manifests of table " + name, e);
    }
  }

  private List<ScanFile> prune(List<FileScanTask> tasks, Schema schema, Expression pruning) {
    List<ScanFile> kept = new ArrayList<>(tasks.size());
    if (pruning == Expressions.alwaysTrue()) {
      for (FileScanTask task : tasks) {
        kept.add(ScanFiles.of(name, task));
      }
      return kept;
    }
    InclusiveMetricsEvaluator bounds = new InclusiveMetricsEvaluator(schema, pruning);
    Evaluator[] partitions = new Evaluator[maxSpecId() + 1];
    for (FileScanTask task : tasks) {
      PartitionSpec spec = task.spec();
      if (spec.isPartitioned()) {
        Evaluator partition = partitions[spec.specId()];
        if (partition == null) {
          Expression projected = Projections.inclusive(spec).project(pruning);
          partition = new Evaluator(spec.partitionType(), projected);
          partitions[spec.specId()] = partition;
        }
        if (!partition.eval(task.file().partition())) {
          continue;
        }
      }
      if (bounds.eval(task.file())) {
        kept.add(ScanFiles.of(name, task));
      }
    }
    return kept;
  }

  private int maxSpecId() {
    return metadata.specs().stream().mapToInt(PartitionSpec::specId).max().orElse(0);
  }

  private List<ScanFile> planLarge(Snapshot snapshot, Expression pruning) {
    List<ScanFile> kept = new ArrayList<>();
    forEachTask(scan(snapshot).filter(pruning), task -> kept.add(ScanFiles.of(name, task)));
    return kept;
  }
}
