package io.bauplan.sql.plan;

import io.bauplan.sql.catalog.PinnedRef;
import io.bauplan.sql.catalog.TableAlteration;
import io.bauplan.sql.catalog.TableChange.RowDelta;
import io.bauplan.sql.catalog.TableDefinition;
import io.bauplan.sql.explain.ExplainFormat;
import io.bauplan.sql.explain.Explanation;
import io.bauplan.udf.api.FunctionDefinition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A statement after parsing, validation and planning: what the engine carries out. Every name is
/// resolved at `at`; writes name the branch they go to.
public sealed interface PlannedStatement {

  /// Returns rows. `SHOW`, `DESCRIBE`, `EXPLAIN` without `ANALYZE` and the system schemas are
  /// queries over [PhysicalPlan.Values].
  ///
  /// @param parameters types of the `?` in order
  record Query(PinnedRef at, PhysicalPlan plan, List<DataType> parameters)
      implements PlannedStatement {
    public RowType output() {
      return plan.output();
    }
  }

  /// Carries the statement out and answers with its plans and actual figures instead of its rows.
  record ExplainAnalyze(PlannedStatement statement, PinnedRef at, ExplainFormat format)
      implements PlannedStatement {}

  /// The plans of a project's models; with `ANALYZE` after a dry run of it.
  record ExplainPipeline(String directory, Explanation.Mode mode, ExplainFormat format)
      implements PlannedStatement {}

  /// Adds or replaces rows. The source's columns are the table's, cast and in order.
  record Insert(
      String branch,
      PinnedRef at,
      TableRef table,
      InsertMode mode,
      PhysicalPlan source,
      List<DataType> parameters)
      implements PlannedStatement {}

  enum InsertMode {
    APPEND,
    /// Replaces all rows.
    OVERWRITE,
    OVERWRITE_PARTITIONS
  }

  /// UPDATE, DELETE and MERGE.
  ///
  /// @param command its first word
  /// @param reads what of the table the rows were found in; a conflict is what changed there since
  record RowChange(
      String command,
      String branch,
      PinnedRef at,
      TableRef table,
      PhysicalPlan.RowChange plan,
      RowDelta.Reads reads,
      List<DataType> parameters)
      implements PlannedStatement {}

  /// TRUNCATE: the table's new contents.
  ///
  /// @param affectedRows counts the rows that the statement touches, at the same snapshot
  record Rewrite(
      String branch,
      PinnedRef at,
      TableRef table,
      long expectedSnapshotId,
      PhysicalPlan newContents,
      PhysicalPlan affectedRows,
      List<DataType> parameters)
      implements PlannedStatement {}

  record CreateTable(
      String branch,
      PinnedRef at,
      TableDefinition definition,
      Optional<PhysicalPlan> source,
      Existing existing)
      implements PlannedStatement {}

  /// What to do where the name exists.
  enum Existing {
    FAIL,
    /// `IF NOT EXISTS`
    KEEP,
    /// `OR REPLACE`
    REPLACE
  }

  record CreateView(String branch, io.bauplan.sql.catalog.CatalogEntry.View view, Existing existing)
      implements PlannedStatement {}

  /// `CREATE MATERIALIZED VIEW` and `REFRESH`: writes the storage table from the source and the
  /// view that names it, both or neither.
  ///
  /// @param source empty = the rows are those the query gives already
  record MaterializeView(
      String branch,
      PinnedRef at,
      io.bauplan.sql.catalog.CatalogEntry.View view,
      io.bauplan.sql.catalog.MaterializedView materialized,
      TableDefinition storage,
      Optional<PhysicalPlan> source,
      Existing existing)
      implements PlannedStatement {}

  record CreateFunction(
      String branch, TableRef name, FunctionDefinition definition, Existing existing)
      implements PlannedStatement {}

  /// @param storage of a materialized view: the table that goes with it
  record Drop(
      String branch,
      io.bauplan.sql.catalog.Catalog.EntryKind kind,
      TableRef name,
      boolean ifExists,
      Optional<TableRef> storage)
      implements PlannedStatement {}

  record Rename(String branch, TableRef from, TableRef to) implements PlannedStatement {}

  record AlterTable(String branch, TableRef table, List<TableAlteration> changes)
      implements PlannedStatement {}

  record CreateNamespace(String branch, List<String> namespace, Existing existing)
      implements PlannedStatement {}

  record DropNamespace(String branch, List<String> namespace, boolean ifExists, boolean cascade)
      implements PlannedStatement {}

  record CreateReference(
      io.bauplan.sql.catalog.RefKind kind, String name, PinnedRef from, Existing existing)
      implements PlannedStatement {}

  record DropReference(io.bauplan.sql.catalog.RefKind kind, String name, boolean ifExists)
      implements PlannedStatement {}

  record AssignReference(io.bauplan.sql.catalog.RefKind kind, String name, PinnedRef to)
      implements PlannedStatement {}

  record MergeBranch(PinnedRef source, String target, boolean dryRun) implements PlannedStatement {}

  /// `USE BRANCH b`, `USE TAG t`, `USE COMMIT h`, `USE namespace`: changes the session.
  record Use(Optional<String> reference, Optional<List<String>> namespace)
      implements PlannedStatement {}

  /// `SET name = value`; no value = `RESET`.
  record SetOption(String name, Optional<String> value) implements PlannedStatement {}

  /// `COPY INTO t FROM 'uri'`. The engine infers the files' schema and plans the insert.
  record CopyInto(
      String branch,
      PinnedRef at,
      TableRef table,
      List<String> columns,
      String uri,
      Optional<DataFileFormat> format,
      Map<String, String> options)
      implements PlannedStatement {}

  /// `COPY (query) TO 'file'`.
  record CopyTo(Query query, String uri, DataFileFormat format, Map<String, String> options)
      implements PlannedStatement {}

  /// `CALL system.procedure(name => value, ...)`; positional arguments have the names `1`, `2`, ...
  record Call(
      String branch, PinnedRef at, String procedure, Map<String, @Nullable Object> arguments)
      implements PlannedStatement {}

  /// `RUN PIPELINE 'dir'`.
  record RunPipeline(
      String directory,
      String branch,
      Map<String, String> parameters,
      boolean dryRun,
      boolean strict)
      implements PlannedStatement {}

  /// `RERUN JOB 'id'`: the run again, from its sources as they were.
  record RerunJob(String job) implements PlannedStatement {}

  /// `BEGIN`, `COMMIT`, `ROLLBACK` and what else parses but has no engine: error `0A000` naming it.
  record Unsupported(String feature) implements PlannedStatement {}
}
