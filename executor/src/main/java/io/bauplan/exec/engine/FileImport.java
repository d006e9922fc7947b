package io.bauplan.exec.engine;

import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.CommitInfo;
import io.bauplan.sql.catalog.TableChange;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.error.NearestName;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataFileFormat;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.Expression;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.ScanColumn;
import io.bauplan.sql.plan.WriteTarget;
import io.bauplan.sql.plan.WrittenFile;
import io.bauplan.sql.session.FileSchemas;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// `COPY INTO t FROM 'files'`: columns are matched by name, without regard to case; table columns
/// that the files lack become NULL. A file that the table's rows came from already is left out, as
/// long as it has not changed: asking twice is asking once.
final class FileImport {
  /// Option that copies files again.
  private static final String FORCE = "force";

  private final Catalog catalog;
  private final FileSchemas files;
  private final DataChanges changes;

  FileImport(Catalog catalog, FileSchemas files, DataChanges changes) {
    this.catalog = catalog;
    this.files = files;
    this.changes = changes;
  }

  StatementResult copyInto(PlannedStatement.CopyInto copy, StatementRunner runner) {
    CatalogTable table = changes.table(copy.at(), copy.table());
    DataFileFormat format = copy.format().orElseGet(() -> formatOf(copy.uri()));
    Map<String, String> options = new HashMap<>(copy.options());
    boolean force = Boolean.parseBoolean(options.remove(FORCE));
    Set<String> there = force ? Set.of() : table.copiedFiles();
    // Before they are read: what changes meanwhile is another file next time.
    Map<String, String> keys = new LinkedHashMap<>(files.keys(copy.uri()));
    int all = keys.size();
    keys.values().removeIf(there::contains);
    int skipped = all - keys.size();
    String into = " into " + copy.table().dotted();
    String said =
        skipped == 0
            ? ""
            : "; left out " + skipped + (skipped == 1 ? " file" : " files") + " copied before";
    if (keys.isEmpty()) {
      return new StatementResult.Updated(0, "Copied 0 rows" + into + said);
    }
    PhysicalPlan.FileScan found = only(files.describe(format, copy.uri(), options), keys.keySet());
    WriteTarget target = table.writeTarget();
    List<WrittenFile> written = runner.write(source(copy, format, found, target), target);
    long rows = StatementRunner.rows(written);
    if (!written.isEmpty()) {
      // With force nothing is in the way, and nothing is remembered twice.
      Set<String> copied = new LinkedHashSet<>(keys.values());
      if (force) {
        copied.removeAll(table.copiedFiles());
      }
      catalog.commit(
          copy.branch(),
          new TableChange.Append(target, written, copied),
          CommitInfo.of("COPY INTO " + copy.table().dotted()));
    }
    return new StatementResult.Updated(rows, "Copied " + DataChanges.count(rows) + into + said);
  }

  private static PhysicalPlan.FileScan only(PhysicalPlan.FileScan all, Set<String> locations) {
    return new PhysicalPlan.FileScan(
        all.format(),
        all.files().stream().filter(file -> locations.contains(file.location())).toList(),
        all.options(),
        all.fileColumns(),
        all.projection(),
        all.filter());
  }

  /// The files' rows as the table's columns.
  private static PhysicalPlan source(
      PlannedStatement.CopyInto copy,
      DataFileFormat format,
      PhysicalPlan.FileScan found,
      WriteTarget target) {
    List<Column> fileColumns = new ArrayList<>(found.fileColumns().columns());
    List<String> wanted =
        copy.columns().isEmpty()
            ? target.columns().stream().map(column -> column.column().name()).toList()
            : copy.columns();
    refuseUnknownColumns(copy, fileColumns, wanted);
    // Text has no types of its own: it is read as the table's types, so that '007' stays what it
    // is.
    boolean text = format == DataFileFormat.CSV;
    int[] fileIndex = new int[target.columns().size()];
    for (int i = 0; i < fileIndex.length; i++) {
      Column column = target.columns().get(i).column();
      fileIndex[i] = indexOf(wanted, column.name()) < 0 ? -1 : indexOf(fileColumns, column);
      if (text && fileIndex[i] >= 0) {
        Column inFile = fileColumns.get(fileIndex[i]);
        fileColumns.set(fileIndex[i], new Column(inFile.name(), column.type(), inFile.nullable()));
      }
    }
    List<Integer> projection = new ArrayList<>();
    List<Expression> expressions = new ArrayList<>();
    for (int i = 0; i < fileIndex.length; i++) {
      Column column = target.columns().get(i).column();
      expressions.add(expression(column, fileColumns, fileIndex[i], projection));
    }
    PhysicalPlan scan =
        new PhysicalPlan.FileScan(
            found.format(),
            found.files(),
            found.options(),
            new RowType(fileColumns),
            projection,
            Optional.empty());
    RowType output = new RowType(target.columns().stream().map(ScanColumn::column).toList());
    return new PhysicalPlan.Project(scan, expressions, output);
  }

  private static Expression expression(
      Column column, List<Column> fileColumns, int fileIndex, List<Integer> projection) {
    if (fileIndex < 0) {
      if (!column.nullable()) {
        throw new EngineException(
            ErrorCode.NOT_NULL_VIOLATION,
            "the files have no column for \"" + column.name() + "\", which is NOT NULL");
      }
      return new Expression.Literal(null, column.type());
    }
    Column inFile = fileColumns.get(fileIndex);
    Expression input = new Expression.InputRef(projection.size(), inFile.type(), inFile.nullable());
    projection.add(fileIndex);
    DataType type = column.type();
    return inFile.type().equals(type) ? input : new Expression.Cast(input, type, false);
  }

  private static void refuseUnknownColumns(
      PlannedStatement.CopyInto copy, List<Column> fileColumns, List<String> wanted) {
    for (Column column : fileColumns) {
      if (indexOf(wanted, column.name()) < 0 && copy.columns().isEmpty()) {
        throw new EngineException(
                ErrorCode.COLUMN_NOT_FOUND,
                "the files have a column \""
                    + column.name()
                    + "\" that "
                    + copy.table().dotted()
                    + " does not have")
            .withHint(
                NearestName.nearest(column.name(), wanted)
                    .map(near -> "did you mean \"" + near + "\"?")
                    .orElse(
                        "add it with ALTER TABLE "
                            + copy.table().dotted()
                            + " ADD COLUMN, or name the columns to copy: COPY INTO t (a, b) FROM"));
      }
    }
  }

  private static int indexOf(List<String> names, String name) {
    for (int i = 0; i < names.size(); i++) {
      if (names.get(i).equalsIgnoreCase(name)) {
        return i;
      }
    }
    return -1;
  }

  private static int indexOf(List<Column> columns, Column wanted) {
    return indexOf(columns.stream().map(Column::name).toList(), wanted.name());
  }

  /// By the extension, ignoring one of a compression and a glob.
  static DataFileFormat formatOf(String uri) {
    String name = uri.toLowerCase(Locale.ROOT);
    for (String suffix : List.of(".gz", ".zst")) {
      name = name.endsWith(suffix) ? name.substring(0, name.length() - suffix.length()) : name;
    }
    if (name.endsWith(".parquet") || name.endsWith(".pq")) {
      return DataFileFormat.PARQUET;
    }
    if (name.endsWith(".csv") || name.endsWith(".tsv") || name.endsWith(".txt")) {
      return DataFileFormat.CSV;
    }
    if (name.endsWith(".json") || name.endsWith(".ndjson") || name.endsWith(".jsonl")) {
      return DataFileFormat.JSON;
    }
    if (name.endsWith(".arrow") || name.endsWith(".feather") || name.endsWith(".ipc")) {
      return DataFileFormat.ARROW;
    }
    throw new EngineException(
            ErrorCode.INVALID_ARGUMENT, "cannot tell the format of '" + uri + "' by its name")
        .withHint("add FILE_FORMAT = PARQUET, CSV or JSON");
  }
}
