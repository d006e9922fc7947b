package io.bauplan.sql.parser;

import io.bauplan.sql.error.SourcePosition;
import io.bauplan.sql.plan.PlannedStatement.Existing;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;

/// Creates, changes or drops a catalog object. `at` is `AT BRANCH b`: the branch written to.
public sealed interface DefinitionStatement extends Statement
    permits DefinitionStatement.CreateTable,
        DefinitionStatement.AlterTable,
        DefinitionStatement.CreateView,
        DefinitionStatement.RefreshView,
        CreateFunction,
        DefinitionStatement.CreateNamespace,
        DefinitionStatement.Drop,
        DefinitionStatement.CreateExpectation {

  Optional<Version> at();

  /// @param columns empty with `AS query` = the query's; with both, only their names need be given
  record CreateTable(
      SqlIdentifier name,
      List<ColumnDefinition> columns,
      List<PartitionField> partitioning,
      Map<String, String> properties,
      Optional<SqlNode> query,
      Existing existing,
      Optional<Version> at,
      SourcePosition position)
      implements DefinitionStatement {}

  /// @param type empty only in `CREATE TABLE t (a, b) AS query`
  /// @param nullable false with `NOT NULL` or `PRIMARY KEY`
  record ColumnDefinition(
      SqlIdentifier name,
      Optional<SqlDataTypeSpec> type,
      boolean nullable,
      Optional<SqlNode> defaultValue,
      Optional<String> comment) {}

  /// `day(ts)`, `bucket(16, id)`, `truncate(10, s)`, `col`.
  ///
  /// @param transform in Iceberg's spelling: `identity`, `day`, `bucket[16]`
  record PartitionField(SqlIdentifier column, String transform) {}

  record AlterTable(
      SqlIdentifier table,
      boolean ifExists,
      List<Change> changes,
      Optional<Version> at,
      SourcePosition position)
      implements DefinitionStatement {}

  /// One change of `ALTER TABLE`.
  sealed interface Change {
    /// @param column its name may be a path: `a.b` adds a field to the column `a`
    record AddColumn(ColumnDefinition column, boolean ifNotExists, Optional<Place> place)
        implements Change {}

    record DropColumn(SqlIdentifier column, boolean ifExists) implements Change {}

    record RenameColumn(SqlIdentifier from, SqlIdentifier to) implements Change {}

    record ChangeType(SqlIdentifier column, SqlDataTypeSpec type) implements Change {}

    record SetNullable(SqlIdentifier column, boolean nullable) implements Change {}

    record MoveColumn(SqlIdentifier column, Place place) implements Change {}

    record SetComment(SqlIdentifier column, String comment) implements Change {}

    /// `SET DEFAULT value`; no value = `DROP DEFAULT`.
    record SetDefault(SqlIdentifier column, Optional<SqlNode> value) implements Change {}

    record RenameTable(SqlIdentifier to) implements Change {}

    record SetProperties(Map<String, String> properties) implements Change {}

    record UnsetProperties(List<String> keys) implements Change {}

    record AddPartitionField(PartitionField field) implements Change {}

    record DropPartitionField(PartitionField field) implements Change {}

    record ReplacePartitionField(PartitionField field, PartitionField with) implements Change {}

    /// `WRITE ORDERED BY keys`; no keys = `WRITE UNORDERED`.
    record WriteOrdered(List<OrderKey> keys) implements Change {}
  }

  record OrderKey(SqlIdentifier column, boolean ascending, boolean nullsFirst) {}

  /// `AFTER column`; no column = `FIRST`.
  record Place(Optional<SqlIdentifier> after) {}

  /// @param columns new names for the query's columns; empty = its own
  /// @param sql the query as the user wrote it
  /// @param materialized `CREATE MATERIALIZED VIEW`; only then are `partitioning` and `properties`
  ///     given
  record CreateView(
      SqlIdentifier name,
      List<SqlIdentifier> columns,
      SqlNode query,
      String sql,
      boolean materialized,
      List<PartitionField> partitioning,
      Map<String, String> properties,
      Existing existing,
      Optional<Version> at,
      SourcePosition position)
      implements DefinitionStatement {}

  /// `REFRESH MATERIALIZED VIEW v`.
  record RefreshView(SqlIdentifier name, Optional<Version> at, SourcePosition position)
      implements DefinitionStatement {}

  record CreateNamespace(
      SqlIdentifier name, Existing existing, Optional<Version> at, SourcePosition position)
      implements DefinitionStatement {}

  record Drop(
      ObjectKind kind,
      SqlIdentifier name,
      boolean ifExists,
      boolean cascade,
      Optional<Version> at,
      SourcePosition position)
      implements DefinitionStatement {}

  /// `CREATE EXPECTATION e ON t CHECK (condition)`.
  record CreateExpectation(
      SqlIdentifier name,
      SqlIdentifier table,
      SqlNode condition,
      Existing existing,
      Optional<Version> at,
      SourcePosition position)
      implements DefinitionStatement {}

  /// What `DROP`, `SHOW` and `SHOW CREATE` name.
  enum ObjectKind {
    TABLE,
    VIEW,
    MATERIALIZED_VIEW,
    FUNCTION,
    NAMESPACE,
    EXPECTATION
  }
}
