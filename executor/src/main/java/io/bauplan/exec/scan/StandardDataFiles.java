package io.bauplan.exec.scan;

import io.bauplan.exec.scan.generate.Generators;
import io.bauplan.exec.scan.parquet.ParquetSource;
import io.bauplan.exec.scan.parquet.ParquetTableWriter;
import io.bauplan.exec.scan.store.ObjectStore;
import io.bauplan.exec.scan.store.ObjectStores;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.DataFileFormat;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.ScanFile;
import io.bauplan.sql.plan.WriteTarget;
import io.bauplan.sql.session.FileSchemas;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;

/// The formats and stores of this package behind the worker's one door.
public final class StandardDataFiles implements DataFiles, AutoCloseable {
  private final ObjectStore store;
  private final ParquetSource parquet;

  /// Local files and S3 by the ordinary AWS configuration.
  public StandardDataFiles() {
    this(new ObjectStores());
  }

  /// Takes ownership of the store.
  public StandardDataFiles(ObjectStore store) {
    this.store = store;
    this.parquet = new ParquetSource(store);
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
                "table " + scan.table() + " has a data file that is not Parquet: " + file.location());
          }
          tasks.addAll(parquet.tasks(scan, file));
        }
      }
      case PhysicalPlan.FileScan scan -> {
        for (ScanFile file : scan.files()) {
          tasks.addAll(
              switch (file.format()) {
                case PARQUET -> parquet.tasks(scan, file);
                case CSV, JSON, ARROW ->
                    throw new EngineException(ErrorCode.NOT_SUPPORTED, "not yet: " + file.format());
              });
        }
      }
      case PhysicalPlan.Generate generate -> tasks.addAll(Generators.tasks(generate));
      default -> throw new IllegalArgumentException("no scan: " + leaf.getClass().getSimpleName());
    }
    return tasks;
  }

  @Override
  public TableFileWriter tableWriter(WriteTarget target, BufferAllocator allocator) {
    return ParquetTableWriter.open(store, target, allocator);
  }

  @Override
  public TableFileWriter fileWriter(PhysicalPlan.FileWrite node, int part, BufferAllocator allocator) {
    throw new EngineException(ErrorCode.NOT_SUPPORTED, "not yet");
  }

  @Override
  public FileSchemas schemas() {
    return (format, uri, options) -> {
      throw new EngineException(ErrorCode.NOT_SUPPORTED, "not yet");
    };
  }

  @Override
  public void close() {
    store.close();
  }
}
