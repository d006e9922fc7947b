package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.scan.ScanTask;
import io.bauplan.exec.scan.store.ObjectStore;
import io.bauplan.exec.scan.store.RangeReader;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.ScanFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/// Scans of Parquet files: one task per row group that may hold rows. Thread-safe.
public final class ParquetSource {
  private final ObjectStore store;
  private final FooterCache footers = new FooterCache();
  private final DeleteFiles deletes;

  public ParquetSource(ObjectStore store) {
    this.store = store;
    this.deletes = new DeleteFiles(store, this);
  }

  /// The columns of a file.
  public RowType schema(String location) {
    try {
      List<Column> columns = new ArrayList<>();
      for (SchemaNode node : footer(location).root().children()) {
        ColumnShape shape = ColumnShape.of(node);
        columns.add(new Column(shape.name(), shape.type(), shape.nullable()));
      }
      return new RowType(columns);
    } catch (CorruptData e) {
      throw new EngineException(
          ErrorCode.MALFORMED_FILE,
          "\"" + location + "\" is no valid Parquet file: " + e.getMessage());
    }
  }

  /// Rows of a file, before deletes.
  public long rowCount(String location) {
    return footer(location).rowCount();
  }

  Footer footer(String location) {
    try (RangeReader file = store.open(location)) {
      return footers.get(file);
    }
  }

  /// The tasks of a scan whose columns are found by field id.
  public List<ScanTask> tasks(PhysicalPlan.TableScan scan, ScanFile file) {
    List<ScanColumn> columns = new ArrayList<>(scan.columns());
    columns.addAll(scan.filterColumns());
    return tasks(file, columns, scan.filter());
  }

  /// The tasks of a scan whose columns are found by name.
  public List<ScanTask> tasks(PhysicalPlan.FileScan scan, ScanFile file) {
    List<ScanColumn> columns = new ArrayList<>();
    for (Column column : scan.output().columns()) {
      columns.add(new ScanColumn(-1, column));
    }
    return tasks(file, columns, scan.filter());
  }

  DeleteFiles deletes() {
    return deletes;
  }

  List<ScanTask> tasks(ScanFile file, List<ScanColumn> columns, Optional<Expression> filter) {
    return tasks(file, columns, filter, new Roaring64Bitmap());
  }

  /// @param moreDeletes positions that are left out besides those of the file's delete files
  List<ScanTask> tasks(
      ScanFile file,
      List<ScanColumn> columns,
      Optional<Expression> filter,
      Roaring64Bitmap moreDeletes) {
    Footer footer = footer(file.location());
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
      tasks.add(
          deleted.isEmpty()
              ? context ->
                  new RowGroupReader(store.open(file.location()), group, binding.wanted(), context)
              : deletes.task(deleted, file, footer, group, binding.wanted()));
    }
    return tasks;
  }
}
