package io.bauplan.exec.engine;

import io.bauplan.exec.batch.Batch;
import io.bauplan.exec.batch.FlatVector;
import io.bauplan.exec.memory.Memory;
import io.bauplan.exec.worker.RunningQuery;
import io.bauplan.exec.worker.Worker;
import io.bauplan.sql.catalog.Catalog;
import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.catalog.CatalogTable;
import io.bauplan.sql.catalog.CommitInfo;
import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.catalog.TableChange;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.PhysicalPlan;
import io.bauplan.sql.plan.PlannedStatement;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.sql.plan.WriteTarget;
import io.bauplan.sql.plan.WrittenFile;
import java.util.List;

/// INSERT, UPDATE, DELETE, MERGE and TRUNCATE: the worker writes files, then one commit shows them.
final class DataChanges {
  private final Catalog catalog;
  private final Worker worker;

  DataChanges(Catalog catalog, Worker worker) {
    this.catalog = catalog;
    this.worker = worker;
  }

  StatementResult insert(PlannedStatement.Insert insert, StatementRunner runner) {
    CatalogTable table = table(insert.at(), insert.table());
    WriteTarget target = table.writeTarget();
    List<WrittenFile> files = runner.write(insert.source(), target);
    long rows = StatementRunner.rows(files);
    TableChange change =
        switch (insert.mode()) {
          case APPEND -> new TableChange.Append(target, files);
          case OVERWRITE -> new TableChange.Replace(target, files, table.currentSnapshotId());
          case OVERWRITE_PARTITIONS ->
              new TableChange.ReplacePartitions(target, files, table.currentSnapshotId());
        };
    if (insert.mode() != PlannedStatement.InsertMode.APPEND || !files.isEmpty()) {
      catalog.commit(
          insert.branch(), change, CommitInfo.of("INSERT INTO " + insert.table().dotted()));
    }
    return new StatementResult.Updated(
        rows, "Inserted " + count(rows) + " into " + insert.table().dotted());
  }

  StatementResult rewrite(PlannedStatement.Rewrite rewrite, StatementRunner runner) {
    long affected = singleCount(runner.start(rewrite.affectedRows()));
    if (affected == 0) {
      return new StatementResult.Updated(0, "No row of " + rewrite.table().dotted() + " matches");
    }
    WriteTarget target = table(rewrite.at(), rewrite.table()).writeTarget();
    List<WrittenFile> files = runner.write(rewrite.newContents(), target);
    catalog.commit(
        rewrite.branch(),
        new TableChange.Replace(target, files, rewrite.expectedSnapshotId()),
        CommitInfo.of("Change rows of " + rewrite.table().dotted()));
    return new StatementResult.Updated(
        affected, "Changed " + count(affected) + " of " + rewrite.table().dotted());
  }

  StatementResult rowChange(PlannedStatement.RowChange change, StatementRunner runner) {
    long affected;
    TableChange.RowDelta delta;
    try (RunningQuery query = runner.start(change.plan())) {
      affected = count(query);
      delta =
          new TableChange.RowDelta(
              change.plan().target(), query.writtenFiles(), query.deletedRows(), change.reads());
    }
    if (affected == 0) {
      return new StatementResult.Updated(0, "No row of " + change.table().dotted() + " matches");
    }
    catalog.commit(
        change.branch(), delta, CommitInfo.of(change.command() + " " + change.table().dotted()));
    return new StatementResult.Updated(
        affected, "Changed " + count(affected) + " of " + change.table().dotted());
  }

  StatementResult copyTo(PlannedStatement.CopyTo copy, StatementRunner runner) {
    PhysicalPlan write =
        new PhysicalPlan.FileWrite(copy.query().plan(), copy.format(), copy.uri(), copy.options());
    long rows = singleCount(runner.start(write));
    return new StatementResult.Updated(rows, "Wrote " + count(rows) + " to " + copy.uri());
  }

  CatalogTable table(PinnedRef at, TableRef name) {
    return switch (catalog.find(at, name).orElse(null)) {
      case CatalogEntry.Table(CatalogTable table) -> table;
      case CatalogEntry.View view ->
          throw new EngineException(
              ErrorCode.INVALID_STATEMENT, view.name().dotted() + " is a view, not a table");
      case CatalogEntry.Function function ->
          throw new EngineException(
              ErrorCode.INVALID_STATEMENT,
              function.name().dotted() + " is a function, not a table");
      case null ->
          throw new EngineException(
              ErrorCode.TABLE_NOT_FOUND, "table " + name.dotted() + " does not exist at " + at);
    };
  }

  /// The BIGINT of a one-row result. Closes the query.
  private long singleCount(RunningQuery query) {
    try (query) {
      return count(query);
    }
  }

  private long count(RunningQuery query) {
    long count = 0;
    for (Batch batch = query.next(); batch != null; batch = query.next()) {
      try (Batch rows = batch.compact(worker.allocator())) {
        if (rows.rowCount() > 0) {
          try (FlatVector vector = rows.column(0).flatten(worker.allocator())) {
            count += Memory.getLong(vector.dataAddress());
          }
        }
      }
    }
    return count;
  }

  static String count(long rows) {
    return rows == 1 ? "1 row" : String.format(java.util.Locale.ROOT, "%,d rows", rows);
  }
}
