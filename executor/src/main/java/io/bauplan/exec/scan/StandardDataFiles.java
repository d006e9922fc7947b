package io.bauplan.exec.scan;

import io.bauplan.exec.cache.ColumnCache;
import io.bauplan.exec.scan.arrow.ArrowFileWriter;
import io.bauplan.exec.scan.arrow.ArrowSource;
import io.bauplan.exec.scan.generate.Generators;
import io.bauplan.exec.scan.parquet.ParquetRowDeletes;
import io.bauplan.exec.scan.parquet.ParquetSource;
import io.bauplan.exec.scan.parquet.ParquetTableWriter;
import io.bauplan.exec.scan.store.ObjectStore;
import io.bauplan.exec.scan.store.ObjectStores;
import io.bauplan.exec.scan.text.CsvFileWriter;
import io.bauplan.exec.scan.text.CsvSource;
import io.bauplan.exec.scan.text.JsonFileWriter;
import io.bauplan.exec.scan.text.JsonSource;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataFileFormat;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.ScanFile;
import io.bauplan.sql.plan.WriteTarget;
import io.bauplan.sql.session.FileSchemas;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;

/// The formats and stores of this package behind the worker's one door.
public final class StandardDataFiles implements DataFiles, AutoCloseable {
  private final ObjectStore store;
  private final ParquetSource parquet;
  private final CsvSource csv;
  private final JsonSource json;
  private final ArrowSource arrow;

  /// Local files and S3 by the ordinary AWS configuration.
  public StandardDataFiles() {
    this(new ObjectStores(), Optional.empty(), 1);
  }

  /// Takes ownership of the store; borrows the cache.
  ///
  /// @param threads that scans run on
  public StandardDataFiles(ObjectStore store, Optional<ColumnCache> cache, int threads) {
    this.store = store;
    this.parquet = new ParquetSource(store, cache, threads);
    this.csv = new CsvSource(store);
    this.json = new JsonSource(store);
    this.arrow = new ArrowSource(store);
  }

  @Override
  public List<ScanTask> tasks(PhysicalPlan leaf) {
    List<ScanTask> tasks = new ArrayList<>();
    switch (leaf) {
      case PhysicalPlan.TableScan scan -> {
        for (ScanFile file : scan.files()) {
          if (file.format() != DataFileFormat.PARQUET) {
            throw new EngineException(
                ErrorCode.NOT_SUPPORTED,
                "table "
                    + scan.table()
                    + " has a data file that is not Parquet: "
                    + file.location());
          }
        }
        tasks.addAll(parquet.tasks(scan));
      }
      case PhysicalPlan.FileScan scan when scan.format() == DataFileFormat.PARQUET ->
          tasks.addAll(parquet.tasks(scan));
      case PhysicalPlan.FileScan scan -> {
        for (ScanFile file : scan.files()) {
          tasks.add(
              switch (file.format()) {
                case CSV -> csv.task(file.location(), scan.options(), scan.output());
                case JSON -> json.task(file.location(), scan.output());
                case ARROW -> arrow.task(file.location(), scan.output());
                case PARQUET -> throw new IllegalArgumentException("files of several formats");
              });
        }
      }
      case PhysicalPlan.Generate generate -> tasks.addAll(Generators.tasks(generate));
      default -> throw new IllegalArgumentException("no scan: " + leaf.getClass().getSimpleName());
    }
    return tasks;
  }

  @Override
  public Optional<List<SharedTask>> sharedTasks(PhysicalPlan leaf) {
    return parquet.sharedTasks(leaf);
  }

  @Override
  public TableFileWriter tableWriter(WriteTarget target, BufferAllocator allocator) {
    return ParquetTableWriter.open(store, target, allocator);
  }

  @Override
  public RowDeletes rowDeletes() {
    return new ParquetRowDeletes(store, parquet);
  }

  @Override
  public TableFileWriter fileWriter(
      PhysicalPlan.FileWrite node, int part, BufferAllocator allocator) {
    RowType type = node.input().output();
    String location = location(node, part);
    return switch (node.format()) {
      case PARQUET ->
          ParquetTableWriter.openFile(
              store,
              location,
              type.columns().stream().map(column -> new ScanColumn(-1, column)).toList(),
              node.options(),
              allocator);
      case CSV -> new CsvFileWriter(store.create(location), type, node.options(), allocator);
      case JSON -> new JsonFileWriter(store.create(location), type, node.options(), allocator);
      case ARROW -> new ArrowFileWriter(store.create(location), type, allocator);
    };
  }

  private static String location(PhysicalPlan.FileWrite node, int part) {
    if (!node.location().endsWith("/")) {
      return node.location();
    }
    String extension =
        switch (node.format()) {
          case PARQUET -> "parquet";
          case CSV -> "csv";
          case JSON -> "json";
          case ARROW -> "arrow";
        };
    return "%spart-%05d.%s".formatted(node.location(), part, extension);
  }

  @Override
  public FileSchemas schemas() {
    return new FileDescriber(store, parquet, csv, json, arrow);
  }

  @Override
  public void close() {
    store.close();
  }
}
