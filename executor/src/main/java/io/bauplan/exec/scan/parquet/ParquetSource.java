package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.cache.ColumnCache;
import io.bauplan.exec.scan.ScanTask;
import io.bauplan.exec.scan.SharedTask;
import io.bauplan.exec.scan.store.FetchPool;
import io.bauplan.exec.scan.store.LazyReader;
import io.bauplan.exec.scan.store.ObjectStore;
import io.bauplan.exec.scan.store.RangeReader;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataFileFormat;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.ScanFile;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/// Scans of Parquet files: one task per row group that may hold rows. Thread-safe.
public final class ParquetSource {
  private final int threads;
  private final ObjectStore store;
  private final Optional<ColumnCache> cache;
  private final FooterCache footers;
  private final DeleteFiles deletes;

  /// @param threads that scans run on: a file with fewer row groups is read in pieces of them
  public ParquetSource(ObjectStore store, Optional<ColumnCache> cache, int threads) {
    this.threads = threads;
    this.store = store;
    this.cache = cache;
    this.footers = new FooterCache(cache.flatMap(ColumnCache::footers));
    this.deletes = new DeleteFiles(store, this);
  }

  /// The columns of a file.
  public RowType schema(ObjectStore.FileInfo file) {
    try {
      List<Column> columns = new ArrayList<>();
      for (SchemaNode node : footer(file).root().children()) {
        ColumnShape shape = ColumnShape.of(node);
        columns.add(new Column(shape.name(), shape.type(), shape.nullable()));
      }
      return new RowType(columns);
    } catch (CorruptData e) {
      throw new EngineException(
          ErrorCode.MALFORMED_FILE,
          "\"" + file.location() + "\" is no valid Parquet file: " + e.getMessage());
    }
  }

  /// Rows of a file, before deletes.
  public long rowCount(ObjectStore.FileInfo file) {
    return footer(file).rowCount();
  }

  /// Reads the footers of files that will be asked about, side by side where that costs round
  /// trips.
  public void open(List<ObjectStore.FileInfo> files) {
    if (files.size() > 1) {
      store
          .fetches(files.getFirst().location())
          .ifPresent(
              pool -> pool.all(files.stream().map(file -> (Runnable) () -> footer(file)).toList()));
    }
  }

  private Footer footer(ObjectStore.FileInfo file) {
    try (LazyReader reader = new LazyReader(store, file)) {
      return footers.get(reader, store.remote(file.location()));
    }
  }

  Footer footer(String location) {
    try (RangeReader file = store.open(location)) {
      return footers.get(file, store.remote(location));
    }
  }

  /// A table's file as its manifest describes it, or any other file as it is now.
  private ParquetFile open(ScanFile file, boolean ofTable, AtomicLong scanBytes) {
    if (ofTable && file.sizeBytes() > 0) {
      try (LazyReader reader = new LazyReader(store, file.location(), file.sizeBytes())) {
        return new ParquetFile(
            store,
            new ObjectStore.FileInfo(file.location(), file.sizeBytes(), ""),
            footers.ofTable(reader, store.remote(file.location())),
            cache,
            scanBytes);
      }
    }
    try (RangeReader reader = store.open(file.location())) {
      return new ParquetFile(
          store,
          new ObjectStore.FileInfo(file.location(), reader.sizeBytes(), reader.version()),
          footers.get(reader, store.remote(file.location())),
          cache,
          scanBytes);
    }
  }

  /// The tasks of a scan whose columns are found by field id.
  public List<ScanTask> tasks(PhysicalPlan.TableScan scan) {
    AtomicLong scanBytes = new AtomicLong();
    return each(
        scan.files(),
        file -> footers.has(file.location(), file.sizeBytes()),
        file -> tasks(scan, file, scanBytes));
  }

  /// The tasks of a scan whose columns are found by name.
  public List<ScanTask> tasks(PhysicalPlan.FileScan scan) {
    AtomicLong scanBytes = new AtomicLong();
    return each(scan.files(), file -> false, file -> tasks(scan, file, scanBytes));
  }

  /// Opens files side by side where that costs round trips.
  private List<ScanTask> each(
      List<ScanFile> files, Predicate<ScanFile> known, Function<ScanFile, List<ScanTask>> open) {
    Optional<FetchPool> pool =
        files.size() < 2 ? Optional.empty() : store.fetches(files.getFirst().location());
    if (pool.isEmpty() || files.stream().allMatch(known)) {
      return files.stream().flatMap(file -> open.apply(file).stream()).toList();
    }
    List<List<ScanTask>> opened = new ArrayList<>(Collections.nCopies(files.size(), List.of()));
    pool.get()
        .all(
            IntStream.range(0, files.size())
                .mapToObj(i -> (Runnable) () -> opened.set(i, open.apply(files.get(i))))
                .toList());
    return opened.stream().flatMap(List::stream).toList();
  }

  private List<ScanTask> tasks(PhysicalPlan.TableScan scan, ScanFile file, AtomicLong scanBytes) {
    List<ScanColumn> columns = new ArrayList<>(scan.columns());
    columns.addAll(scan.filterColumns());
    return tasks(file, columns, scan.filter(), new Roaring64Bitmap(), true, scanBytes);
  }

  private List<ScanTask> tasks(PhysicalPlan.FileScan scan, ScanFile file, AtomicLong scanBytes) {
    return tasks(
        file, byName(scan.output()), scan.filter(), new Roaring64Bitmap(), false, scanBytes);
  }

  /// The pieces of a scan that gives all rows of Parquet files, as columns in shared memory.
  public Optional<List<SharedTask>> sharedTasks(PhysicalPlan leaf) {
    if (cache.isEmpty() || !cache.get().shared().available()) {
      return Optional.empty();
    }
    return switch (leaf) {
      case PhysicalPlan.TableScan scan
          when scan.filter().isEmpty()
              && scan.limit().isEmpty()
              && scan.files().stream()
                  .allMatch(
                      file ->
                          file.deletes().isEmpty() && file.format() == DataFileFormat.PARQUET) ->
          Optional.of(sharedTasks(scan.files(), scan.columns(), true));
      case PhysicalPlan.FileScan scan
          when scan.filter().isEmpty() && scan.format() == DataFileFormat.PARQUET ->
          Optional.of(sharedTasks(scan.files(), byName(scan.output()), false));
      default -> Optional.empty();
    };
  }

  private List<SharedTask> sharedTasks(
      List<ScanFile> files, List<ScanColumn> columns, boolean ofTable) {
    AtomicLong scanBytes = new AtomicLong();
    List<SharedTask> tasks = new ArrayList<>();
    for (ScanFile file : files) {
      ParquetFile opened = open(file, ofTable, scanBytes);
      ColumnBinding binding = ColumnBinding.of(file, opened.footer(), columns);
      for (Footer.RowGroup group : opened.footer().rowGroups()) {
        if (group.rowCount() == 0) {
          continue;
        }
        scanBytes.addAndGet(binding.plainBytes(group));
        for (RowRange range : RowRange.of(opened, group, threads)) {
          tasks.add(
              (context, figures) ->
                  new SharedRange(opened, range, binding.wanted(), context, figures).read());
        }
      }
    }
    return tasks;
  }

  private static List<ScanColumn> byName(RowType type) {
    return type.columns().stream().map(column -> new ScanColumn(-1, column)).toList();
  }

  DeleteFiles deletes() {
    return deletes;
  }

  /// The tasks of a table's file.
  List<ScanTask> tasks(ScanFile file, List<ScanColumn> columns, Optional<Expression> filter) {
    return tasks(file, columns, filter, new Roaring64Bitmap());
  }

  /// @param moreDeletes positions that are left out besides those of the file's delete files
  List<ScanTask> tasks(
      ScanFile file,
      List<ScanColumn> columns,
      Optional<Expression> filter,
      Roaring64Bitmap moreDeletes) {
    return tasks(file, columns, filter, moreDeletes, true, new AtomicLong());
  }

  private List<ScanTask> tasks(
      ScanFile file,
      List<ScanColumn> columns,
      Optional<Expression> filter,
      Roaring64Bitmap moreDeletes,
      boolean ofTable,
      AtomicLong scanBytes) {
    ParquetFile opened = open(file, ofTable, scanBytes);
    Footer footer = opened.footer();
    ColumnBinding binding = ColumnBinding.of(file, footer, columns);
    RowGroupFilter skip = new RowGroupFilter(binding.wanted(), filter);
    DeleteFiles.Deletes deleted = deletes.of(file, moreDeletes);
    List<ScanTask> tasks = new ArrayList<>();
    for (Footer.RowGroup group : footer.rowGroups()) {
      if (group.rowCount() == 0) {
        continue;
      }
      if (!skip.mayMatch(group)) {
        tasks.add(
            context -> {
              context.figures().rowsSkipped().add(group.rowCount());
              context.figures().rowGroupsSkipped().increment();
              context.figures().bytesSkipped().add(binding.bytes(group));
              return new EmptyReader();
            });
        continue;
      }
      scanBytes.addAndGet(binding.plainBytes(group));
      GroupRows rows = new GroupRows(opened, group, skip, binding.wanted());
      if (!deleted.isEmpty()) {
        tasks.add(deletes.task(deleted, file, opened, rows, RowRange.all(group), binding.wanted()));
        continue;
      }
      for (RowRange range : RowRange.of(opened, group, threads)) {
        tasks.add(new RangeTask(opened, range, binding.wanted(), rows, threads));
      }
    }
    return tasks;
  }
}
