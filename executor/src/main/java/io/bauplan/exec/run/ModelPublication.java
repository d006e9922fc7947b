package io.bauplan.exec.run;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.sql.catalog.Catalog.OnExisting;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.catalog.TableChange;
import io.bauplan.sql.catalog.TableDefinition;
import io.bauplan.sql.catalog.TableDefinition.Partitioning;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.RowType;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.plan.WriteTarget;
import io.bauplan.sql.plan.WrittenFile;
import io.bauplan.sql.project.Materialization;
import io.bauplan.sql.project.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Materializes a model: files by the worker, one commit on the run branch.
final class ModelPublication {
  private static final Pattern TRANSFORM =
      Pattern.compile(
          "(\\w+)\\s*\\(\\s*(?:(\\d+)\\s*,\\s*)?\"?(\\w+)\"?(?:\\s*,\\s*(\\d+))?\\s*\\)");

  private final RunContext run;

  ModelPublication(RunContext run) {
    this.run = run;
  }

  /// What was written, for the run's report.
  record Written(TableRef table, long rows, long bytes) {}

  Written publish(
      Model model,
      PhysicalPlan rows,
      List<String> partitionedBy,
      Optional<String> overwriteFilter) {
    TableRef table = table(model);
    Optional<CatalogTable> present = present(table);
    List<Partitioning> partitioning =
        partitionedBy.stream().map(ModelPublication::partition).toList();
    if (present.isEmpty() || model.materialization() == Materialization.REPLACE) {
      return create(model, table, rows, partitioning);
    }
    return switch (model.materialization()) {
      case APPEND -> append(model, present.get(), rows);
      case OVERWRITE_PARTITIONS -> overwrite(model, present.get(), rows, overwriteFilter);
      case REPLACE, NONE -> throw new IllegalStateException(model.materialization().name());
    };
  }

  TableRef table(Model model) {
    String[] parts = model.name().split("\\.");
    return parts.length == 1
        ? new TableRef(run.session().namespace(), parts[0])
        : new TableRef(List.of(parts).subList(0, parts.length - 1), parts[parts.length - 1]);
  }

  private Optional<CatalogTable> present(TableRef table) {
    PinnedRef head = run.catalog().resolve(run.session().reference());
    return switch (run.catalog().find(head, table).orElse(null)) {
      case CatalogEntry.Table(CatalogTable found) -> Optional.of(found);
      case CatalogEntry.View view ->
          throw new EngineException(ErrorCode.TABLE_EXISTS, view.name().dotted() + " is a view")
              .withHint("drop the view, or rename the model");
      case CatalogEntry.Function function ->
          throw new EngineException(
                  ErrorCode.TABLE_EXISTS, function.name().dotted() + " is a function")
              .withHint("drop the function, or rename the model");
      case null -> Optional.empty();
    };
  }

  private Written create(
      Model model, TableRef table, PhysicalPlan rows, List<Partitioning> partitioning) {
    List<WrittenFile> files = new ArrayList<>();
    refuseDuplicateColumns(model, rows.output());
    run.catalog()
        .createTableAs(
            run.session().reference(),
            new TableDefinition(table, rows.output().columns(), partitioning, Map.of()),
            target -> {
              files.clear();
              files.addAll(write(model, rows, target));
              return List.copyOf(files);
            },
            OnExisting.REPLACE,
            run.modelCommit(model));
    return written(table, files);
  }

  private Written append(Model model, CatalogTable table, PhysicalPlan rows) {
    WriteTarget target = table.writeTarget();
    List<WrittenFile> files = write(model, rows, target);
    if (!files.isEmpty()) {
      commit(model, new TableChange.Append(target, files));
    }
    return written(table.name(), files);
  }

  private Written overwrite(
      Model model, CatalogTable table, PhysicalPlan rows, Optional<String> filter) {
    WriteTarget target = table.writeTarget();
    if (filter.isEmpty()) {
      List<WrittenFile> files = write(model, rows, target);
      commit(model, new TableChange.ReplacePartitions(target, files, -2));
      return written(table.name(), files);
    }
    // Rows that the filter names go, whatever partition they are in; the others stay.
    String condition = run.parameters().replace(filter.get());
    PhysicalPlan kept =
        run.plan(
            model,
            "SELECT * FROM " + quoted(table.name()) + " WHERE (" + condition + ") IS NOT TRUE");
    PhysicalPlan fitted = StoredColumns.fit(rows, target);
    PhysicalPlan all =
        new PhysicalPlan.UnionAll(
            List.of(StoredColumns.fit(kept, target), fitted), fitted.output());
    List<WrittenFile> files = write(model, all, target);
    commit(model, new TableChange.Replace(target, files, table.currentSnapshotId()));
    return written(table.name(), files);
  }

  private List<WrittenFile> write(Model model, PhysicalPlan rows, WriteTarget target) {
    PhysicalPlan plan = PhysicalPlan.TableWrite.inOrder(StoredColumns.fit(rows, target), target);
    try (RunningQuery query = run.worker().execute(plan, run.options(model))) {
      for (Batch batch = query.next(); batch != null; batch = query.next()) {
        batch.close();
      }
      return query.writtenFiles();
    }
  }

  private void commit(Model model, TableChange change) {
    run.catalog().commit(run.session().reference(), change, run.modelCommit(model));
  }

  private static Written written(TableRef table, List<WrittenFile> files) {
    return new Written(
        table,
        files.stream().mapToLong(WrittenFile::recordCount).sum(),
        files.stream().mapToLong(WrittenFile::sizeBytes).sum());
  }

  private static void refuseDuplicateColumns(Model model, RowType columns) {
    List<String> names = new ArrayList<>();
    for (var column : columns.columns()) {
      if (names.stream().anyMatch(column.name()::equalsIgnoreCase)) {
        throw new EngineException(
            ErrorCode.DUPLICATE_NAME,
            "the model \"" + model.name() + "\" has two columns named \"" + column.name() + "\"",
            model.position(),
            "give one of them another name",
            null);
      }
      names.add(column.name());
    }
  }

  /// `country`, `day(ts)`, `bucket(16, id)`, `truncate(name, 4)`.
  private static Partitioning partition(String text) {
    Matcher matcher = TRANSFORM.matcher(text.trim());
    if (!matcher.matches()) {
      return new Partitioning(text.trim(), "identity");
    }
    String size = matcher.group(2) != null ? matcher.group(2) : matcher.group(4);
    String name = matcher.group(1).toLowerCase(java.util.Locale.ROOT);
    return new Partitioning(matcher.group(3), size == null ? name : name + "[" + size + "]");
  }

  static String quoted(TableRef table) {
    StringBuilder text = new StringBuilder();
    for (String level : table.namespace()) {
      text.append(quoted(level)).append('.');
    }
    return text.append(quoted(table.name())).toString();
  }

  static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
