package io.bauplan.exec.engine;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.CellValue;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.CatalogUpkeep.ColumnSketch;
import io.bauplan.sql.catalog.CommitInfo;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.NearestName;
import io.bauplan.sql.plan.AggregateCall;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.ScanFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// `ANALYZE TABLE t [(columns)]`: how many distinct values the columns have, for the planner. The
/// worker reads the rows and gives back a sketch for each column; the catalog keeps them.
final class TableAnalysis {
  private final Catalog catalog;
  private final CatalogTable table;

  TableAnalysis(Catalog catalog, CatalogTable table) {
    this.catalog = catalog;
    this.table = table;
  }

  /// @param names of columns; none = all that can be counted
  StatementResult run(String branch, List<String> names, StatementRunner runner) {
    List<ScanColumn> columns =
        names.isEmpty()
            ? table.columns().stream().filter(c -> isCounted(c.column().type())).toList()
            : names.stream().map(this::column).distinct().toList();
    String name = table.name().dotted();
    if (table.currentSnapshotId() == -1 || columns.isEmpty()) {
      return new StatementResult.Updated(
          0, name + " has no " + (columns.isEmpty() ? "columns" : "rows") + " to analyze");
    }
    List<ScanFile> files = table.planFiles(table.currentSnapshotId(), columns, Optional.empty());
    List<ColumnSketch> sketches = new ArrayList<>();
    long rows;
    try (RunningQuery query = runner.start(plan(columns, files));
        Batch row = Objects.requireNonNull(query.next())) {
      rows = (Long) value(row, columns.size());
      for (int i = 0; i < columns.size(); i++) {
        sketches.add(new ColumnSketch(columns.get(i).fieldId(), (byte[]) value(row, i)));
      }
    }
    catalog
        .upkeep()
        .setStatistics(
            branch,
            table.name(),
            table.currentSnapshotId(),
            sketches,
            CommitInfo.of("ANALYZE " + name));
    return new StatementResult.Updated(
        rows,
        "Analyzed "
            + columns.size()
            + (columns.size() == 1 ? " column of " : " columns of ")
            + name
            + ", "
            + rows
            + " rows");
  }

  private static Object value(Batch batch, int column) {
    return Objects.requireNonNull(CellValue.read((FlatVector) batch.column(column), 0));
  }

  private PhysicalPlan plan(List<ScanColumn> columns, List<ScanFile> files) {
    PhysicalPlan scan =
        new PhysicalPlan.TableScan(
            table.name(),
            table.currentSnapshotId(),
            columns,
            List.of(),
            Optional.empty(),
            files,
            OptionalLong.empty(),
            files.stream().mapToDouble(ScanFile::recordCount).sum());
    List<AggregateCall> calls = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      Column sketch = new Column(columns.get(i).column().name(), DataType.BINARY, false);
      calls.add(call("theta_sketch", List.of(i), sketch));
    }
    calls.add(call("count", List.of(), new Column("rows", DataType.INT64, false)));
    RowType output = new RowType(calls.stream().map(AggregateCall::output).toList());
    return new PhysicalPlan.Aggregate(scan, List.of(), List.of(List.of()), calls, output, 1);
  }

  private static AggregateCall call(String function, List<Integer> arguments, Column output) {
    return new AggregateCall(function, false, arguments, OptionalInt.empty(), List.of(), output);
  }

  private ScanColumn column(String name) {
    ScanColumn column =
        table.columns().stream()
            .filter(c -> c.column().name().equals(name))
            .findFirst()
            .or(
                () ->
                    table.columns().stream()
                        .filter(c -> c.column().name().equalsIgnoreCase(name))
                        .findFirst())
            .orElseThrow(() -> missing(name));
    if (!isCounted(column.column().type())) {
      throw new EngineException(
              ErrorCode.NOT_SUPPORTED,
              "the values of column \""
                  + name
                  + "\", of type "
                  + column.column().type().sql()
                  + ", cannot be counted")
          .withHint("leave it out: lists, maps and rows have no statistics");
    }
    return column;
  }

  private EngineException missing(String name) {
    return new EngineException(
            ErrorCode.COLUMN_NOT_FOUND,
            "table " + table.name().dotted() + " has no column \"" + name + "\"")
        .withHint(
            NearestName.hint(name, table.columns().stream().map(c -> c.column().name()).toList())
                .orElse("DESCRIBE lists its columns"));
  }

  private static boolean isCounted(DataType type) {
    return switch (type) {
      case DataType.ListType ignored -> false;
      case DataType.MapType ignored -> false;
      case DataType.StructType ignored -> false;
      default -> true;
    };
  }
}
